package policy.iam_password_policy_prevents_reuse_test

import data.policy.iam_password_policy_prevents_reuse as policy

denials(properties) := result if {
	result := policy.deny with input as {
		"parameters": {"iam_password_policy_prevents_reuse": {"remember": 24}},
		"resources": {"Auditor::IAM::PasswordPolicy": [{
			"type": "Auditor::IAM::PasswordPolicy",
			"id": "p",
			"properties": properties,
		}]},
	}
}

test_the_number_decides if {
	denials({"Present": true, "PasswordReusePrevention": 24}) == set()
	count(denials({"Present": true, "PasswordReusePrevention": 23})) == 1
}

test_no_number_and_no_policy_are_denied if {
	{denial.path | some denial in denials({"Present": true})} == {["PasswordReusePrevention"]}
	count(denials({"Present": false})) == 1
}
