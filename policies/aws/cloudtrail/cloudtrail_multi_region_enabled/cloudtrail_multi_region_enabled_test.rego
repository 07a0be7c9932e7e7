package policy.cloudtrail_multi_region_enabled_test

import data.policy.cloudtrail_multi_region_enabled as policy

denied(fact) := {denial.message | some denial in denials} if {
	denials := policy.deny with input as {"resources": {"Auditor::Account::Account": [{
		"type": "Auditor::Account::Account",
		"id": "a",
		"facts": {"log.trailcoverage": fact},
	}]}}
}

entry(why) := {"why": why, "evidence": {"id": why, "pointer": ""}}

test_each_trail_that_falls_short_is_named if {
	denied({"management": {"falls_short": [entry("one"), entry("two")]}}) == {"one", "two"}
}

test_nothing_falls_short_or_nothing_is_known if {
	denied({"management": {"falls_short": []}}) == set()
	denied({}) == set()
}
