package policy.iam_credential_unused_removed_test

import data.policy.iam_credential_unused_removed as policy

denied(properties) := {denial.path[0] | some denial in denials} if {
	denials := policy.deny with input as {
		"taken_at": "2026-11-22T00:00:00Z",
		"parameters": {"iam_credential_unused_removed": {"max_days": 45}},
		"resources": {"Auditor::IAM::CredentialReportEntry": [{
			"type": "Auditor::IAM::CredentialReportEntry",
			"id": "e",
			"properties": object.union({"User": "bob"}, properties),
		}]},
	}
}

recent := "2026-10-09T00:00:00+00:00"

idle := "2026-10-08T00:00:00+00:00"

test_a_password_is_judged_by_its_last_use if {
	denied({"PasswordEnabled": true, "PasswordLastUsed": recent}) == set()
	denied({"PasswordEnabled": true, "PasswordLastUsed": idle, "PasswordLastChanged": recent}) == {"PasswordLastUsed"}
	denied({"PasswordEnabled": false, "PasswordLastUsed": idle}) == set()
}

test_a_password_never_used_counts_from_its_change if {
	never := {"PasswordEnabled": true, "PasswordLastUsed": "no_information"}
	denied(object.union(never, {"PasswordLastChanged": idle})) == {"PasswordLastUsed"}
	denied(object.union(never, {"PasswordLastChanged": recent})) == set()
}

test_each_key_is_judged_by_itself if {
	denied({
		"AccessKey1Active": true,
		"AccessKey1LastUsedDate": recent,
		"AccessKey2Active": true,
		"AccessKey2LastUsedDate": "N/A",
		"AccessKey2LastRotated": idle,
	}) == {"AccessKey2LastUsedDate"}
	denied({"AccessKey1Active": true, "AccessKey1LastUsedDate": idle}) == {"AccessKey1LastUsedDate"}
	denied({"AccessKey1Active": false, "AccessKey1LastUsedDate": idle}) == set()
}

test_root_is_left_alone if {
	denied({"User": "<root_account>", "PasswordEnabled": true, "PasswordLastUsed": idle}) == set()
}
