package policy.iam_policy_no_full_admin_test

import data.policy.iam_policy_no_full_admin as policy

grant := {
	"via": "inline",
	"evidence": {"id": "x", "pointer": "/Policies/0/PolicyDocument"},
	"reason": "every action is allowed on every resource",
}

subject(type, properties, grants) := {
	"type": type,
	"id": "x",
	"properties": properties,
	"facts": {"iam.full_admin": {"grants": grants}},
}

denials(resource, approved) := result if {
	result := policy.deny with input as {
		"resources": {resource.type: [resource]},
		"parameters": {"iam_policy_no_full_admin": {"approved_admins": approved}},
	}
}

test_a_policy_that_grants_everything_is_found if {
	found := denials(subject("AWS::IAM::ManagedPolicy", {}, [grant]), [])
	{denial.kind | some denial in found} == {"found"}
	{denial.evidence | some denial in found} == {grant.evidence}
}

types := {"AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"}

test_without_a_grant_nothing_is_denied if {
	{type | some type in types; denials(subject(type, {}, []), []) == set()} == types
}

test_approved_principals_may_administer if {
	approved := ["AWSReservedSSO_*", "boss"]
	denials(subject("AWS::IAM::Role", {"RoleName": "AWSReservedSSO_Admin_1"}, [grant]), approved) == set()
	denials(subject("AWS::IAM::User", {"UserName": "boss"}, [grant]), approved) == set()
	denials(subject("AWS::IAM::Group", {"GroupName": "boss"}, [grant]), approved) == set()
}

test_the_others_may_not if {
	approved := ["AWSReservedSSO_*", "boss"]
	count(denials(subject("AWS::IAM::Role", {"RoleName": "app"}, [grant]), approved)) == 1
	count(denials(subject("AWS::IAM::Role", {}, [grant]), approved)) == 1
	count(denials(subject("AWS::IAM::User", {"UserName": "bossy"}, [grant]), approved)) == 1
	count(denials(subject("AWS::IAM::Group", {"GroupName": "all"}, [grant]), approved)) == 1
}
