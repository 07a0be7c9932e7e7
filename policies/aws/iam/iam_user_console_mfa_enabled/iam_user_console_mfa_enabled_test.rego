package policy.iam_user_console_mfa_enabled_test

import data.policy.iam_user_console_mfa_enabled as policy

denials(properties, scope) := result if {
	result := policy.deny with input as {
		"parameters": {"iam_user_console_mfa_enabled": {"scope": scope}},
		"resources": {"Auditor::IAM::CredentialReportEntry": [{
			"type": "Auditor::IAM::CredentialReportEntry",
			"id": "e",
			"properties": object.union({"User": "bob"}, properties),
		}]},
	}
}

test_a_password_needs_a_device if {
	denials({"PasswordEnabled": true, "MfaActive": true}, "console") == set()
	count(denials({"PasswordEnabled": true, "MfaActive": false}, "console")) == 1
	denials({"PasswordEnabled": false, "MfaActive": false}, "console") == set()
}

test_keys_need_a_device_where_all_users_are_meant if {
	key := {"PasswordEnabled": false, "MfaActive": false, "AccessKey2Active": true}
	denials(key, "console") == set()
	count(denials(key, "all")) == 1
	denials(object.union(key, {"MfaActive": true}), "all") == set()
}

test_root_is_left_alone if {
	denials({"User": "<root_account>", "PasswordEnabled": true, "MfaActive": false}, "all") == set()
}
