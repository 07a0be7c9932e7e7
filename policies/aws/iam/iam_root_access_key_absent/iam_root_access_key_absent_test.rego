package policy.iam_root_access_key_absent_test

import data.policy.iam_root_access_key_absent as policy

denied(keys) := {denial.path | some denial in denials} if {
	denials := policy.deny with input as {"resources": {"Auditor::IAM::Account": [{
		"type": "Auditor::IAM::Account",
		"id": "a",
		"properties": {"AccountAccessKeysPresent": keys},
	}]}}
}

test_no_key if denied(0) == set()

test_any_key_is_denied if {
	denied(1) == {["AccountAccessKeysPresent"]}
	denied(2) == {["AccountAccessKeysPresent"]}
}
