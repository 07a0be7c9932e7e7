package policy.cloudtrail_s3_read_events_logged_test

import data.policy.cloudtrail_s3_read_events_logged as policy

denied(fact, exempt) := {denial.evidence.id | some denial in denials} if {
	denials := policy.deny with input as {
		"parameters": {"cloudtrail_s3_read_events_logged": {"exempt_buckets": exempt}},
		"resources": {"Auditor::Account::Account": [{
			"type": "Auditor::Account::Account",
			"id": "a",
			"facts": {"log.trailcoverage": {"objects": fact}},
		}]},
	}
}

uncovered := {"uncovered": [
	{"name": "photos", "why": "not recorded", "evidence": {"id": "p", "pointer": ""}},
	{"name": "logs", "why": "not recorded", "evidence": {"id": "l", "pointer": ""}},
]}

none := {"uncovered": []}

test_each_bucket_that_is_not_covered_is_denied if {
	denied({"read": uncovered}, []) == {"p", "l"}
	denied({"read": uncovered}, ["logs"]) == {"p"}
	denied({"read": none}, []) == set()
}

test_other_events_are_asked_elsewhere if {
	denied({"read": none, "write": uncovered}, []) == set()
}
