package policy.rds_snapshot_not_public_test

import data.policy.rds_snapshot_not_public as policy

denied(accounts) := {denial.path | some denial in denials} if {
	denials := policy.deny with input as {"resources": {"Auditor::RDS::SnapshotAttributes": [{
		"type": "Auditor::RDS::SnapshotAttributes",
		"id": "s",
		"properties": {"RestoreAccounts": accounts},
	}]}}
}

test_everyone_is_denied_at_its_place if denied(["222233334444", "all"]) == {["RestoreAccounts", 1]}

test_nobody_and_named_accounts_are_not if {
	denied([]) == set()
	denied(["222233334444"]) == set()
}
