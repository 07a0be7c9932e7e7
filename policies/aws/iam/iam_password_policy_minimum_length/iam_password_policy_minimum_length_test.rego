package policy.iam_password_policy_minimum_length_test

import data.policy.iam_password_policy_minimum_length as policy

denials(properties) := result if {
	result := policy.deny with input as {
		"parameters": {"iam_password_policy_minimum_length": {"min_length": 14}},
		"resources": {"Auditor::IAM::PasswordPolicy": [{
			"type": "Auditor::IAM::PasswordPolicy",
			"id": "p",
			"properties": properties,
		}]},
	}
}

test_the_length_decides if {
	denials({"Present": true, "MinimumPasswordLength": 14}) == set()
	{denial.path | some denial in denials({"Present": true, "MinimumPasswordLength": 13})} == {["MinimumPasswordLength"]}
}

test_no_policy_is_denied if count(denials({"Present": false})) == 1
