package policy.cloudtrail_logs_centralized_test

import data.policy.cloudtrail_logs_centralized as policy

denied(fact, organization, parameters) := count(denials) if {
	denials := policy.deny with input as {
		"parameters": {"cloudtrail_logs_centralized": object.union(
			{"log_archive_accounts": [], "single_account": false},
			parameters,
		)},
		"resources": {
			"Auditor::Account::Account": [{
				"type": "Auditor::Account::Account",
				"id": "a",
				"account": "1",
				"facts": {"log.destination": fact},
			}],
			"Auditor::Organizations::Membership": [{
				"account": "1",
				"properties": {"InOrganization": organization},
			}],
		},
	}
}

nowhere := {"outside": [], "siblings": []}

sibling := {"outside": [{"account": "2"}], "siblings": ["2"]}

stranger := {"outside": [{"account": "2"}], "siblings": []}

test_logs_end_in_another_account_of_the_organization if {
	denied(sibling, true, {}) == 0
	denied(stranger, true, {}) == 1
	denied(nowhere, true, {}) == 1
}

test_named_archives_are_all_that_counts if {
	denied(stranger, true, {"log_archive_accounts": ["2"]}) == 0
	denied(sibling, true, {"log_archive_accounts": ["3"]}) == 1
}

test_a_lone_account_is_declared if {
	denied(nowhere, false, {}) == 1
	denied(nowhere, false, {"single_account": true}) == 0
	denied(nowhere, true, {"single_account": true}) == 1
}
