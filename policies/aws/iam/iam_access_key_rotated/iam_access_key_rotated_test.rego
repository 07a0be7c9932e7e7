package policy.iam_access_key_rotated_test

import data.policy.iam_access_key_rotated as policy

denied(properties) := {denial.path[0] | some denial in denials} if {
	denials := policy.deny with input as {
		"taken_at": "2026-11-22T00:00:00Z",
		"parameters": {"iam_access_key_rotated": {"max_days": 90}},
		"resources": {"Auditor::IAM::CredentialReportEntry": [{
			"type": "Auditor::IAM::CredentialReportEntry",
			"id": "e",
			"properties": properties,
		}]},
	}
}

fresh := "2026-08-24T00:00:00+00:00"

old := "2026-08-23T00:00:00+00:00"

test_only_a_key_over_the_age_is_denied if {
	denied({"User": "bob", "AccessKey1Active": true, "AccessKey1LastRotated": fresh}) == set()
	denied({"User": "bob", "AccessKey1Active": true, "AccessKey1LastRotated": old}) == {"AccessKey1LastRotated"}
}

test_each_key_counts if {
	denied({
		"User": "bob",
		"AccessKey1Active": true,
		"AccessKey1LastRotated": fresh,
		"AccessKey2Active": true,
		"AccessKey2LastRotated": old,
	}) == {"AccessKey2LastRotated"}
}

test_inactive_keys_and_root_are_left_alone if {
	denied({"User": "bob", "AccessKey1Active": false, "AccessKey1LastRotated": old}) == set()
	denied({"User": "<root_account>", "AccessKey1Active": true, "AccessKey1LastRotated": old}) == set()
}
