package policy.iam_root_mfa_enabled_test

import data.policy.iam_root_mfa_enabled as policy

denied(properties) := {denial.path | some denial in denials} if {
	denials := policy.deny with input as {"resources": {"Auditor::IAM::Account": [{
		"type": "Auditor::IAM::Account",
		"id": "a",
		"properties": properties,
	}]}}
}

test_a_device_is_enough if denied({"AccountMFAEnabled": 1, "AccountPasswordPresent": 1}) == set()

test_without_a_password_none_is_needed if denied({"AccountMFAEnabled": 0, "AccountPasswordPresent": 0}) == set()

test_a_password_without_a_device_is_denied if {
	denied({"AccountMFAEnabled": 0, "AccountPasswordPresent": 1}) == {["AccountMFAEnabled"]}
}
