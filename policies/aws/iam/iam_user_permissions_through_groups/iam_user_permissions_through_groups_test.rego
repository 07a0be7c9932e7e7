package policy.iam_user_permissions_through_groups_test

import data.policy.iam_user_permissions_through_groups as policy

denied(properties) := {denial.path | some denial in denials} if {
	denials := policy.deny with input as {"resources": {"AWS::IAM::User": [{
		"type": "AWS::IAM::User",
		"id": "u",
		"properties": properties,
	}]}}
}

test_each_policy_of_the_user_itself_is_denied if {
	denied({"Policies": [{"PolicyName": "p"}]}) == {["Policies", 0]}
	denied({"ManagedPolicyArns": ["arn:a", "arn:b"]}) == {["ManagedPolicyArns", 0], ["ManagedPolicyArns", 1]}
}

test_groups_and_a_boundary_are_not if {
	denied({"Groups": ["g"], "PermissionsBoundary": "arn:b", "Policies": [], "ManagedPolicyArns": []}) == set()
}
