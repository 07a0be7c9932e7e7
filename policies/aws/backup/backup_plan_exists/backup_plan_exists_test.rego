package policy.backup_plan_exists_test

import data.policy.backup_plan_exists as policy

denied(held, saved) := count(denials) if {
	denials := policy.deny with input as {
		"parameters": {"backup_plan_exists": {"max_interval": 24, "min_days": 35, "stores": ["rds", "ebs"]}},
		"resources": {"Auditor::Account::Region": [{
			"type": "Auditor::Account::Region",
			"id": "r",
			"facts": {"backup.coverage": {"held": held, "saved": saved}},
		}]},
	}
}

stores := {"ebs": "vol-1", "rds": "db-1"}

test_a_daily_rule_that_keeps_long_enough_is_enough if {
	denied(stores, [{"kind": "ebs", "gap_hours": 24, "retain_days": 35}]) == 0
	denied(stores, [{"kind": "rds", "gap_hours": 1, "forever": true}]) == 0
}

test_nothing_assigned_is_denied_once if denied(stores, []) == 1

test_one_rule_must_meet_both_bounds if {
	rare := {"kind": "ebs", "gap_hours": 168, "forever": true}
	short := {"kind": "ebs", "gap_hours": 24, "retain_days": 7}
	denied(stores, [rare]) == 1
	denied(stores, [short]) == 1
	denied(stores, [rare, short]) == 1
}

test_only_the_wanted_kinds_count if {
	saved := {"kind": "s3", "gap_hours": 24, "forever": true}
	denied({"s3": "bucket"}, []) == 0
	denied(stores, [saved]) == 1
}

test_a_region_without_stores_needs_no_plan if denied({}, []) == 0
