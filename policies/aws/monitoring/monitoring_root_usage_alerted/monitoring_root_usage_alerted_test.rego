package policy.monitoring_root_usage_alerted_test

import data.policy.monitoring_root_usage_alerted as policy

denied(chain, accept) := {denial.message | some denial in denials} if {
	denials := policy.deny with input as {
		"parameters": {"monitoring_root_usage_alerted": {"accept_eventbridge": accept}},
		"resources": {"Auditor::Account::Account": [{
			"type": "Auditor::Account::Account",
			"id": "111122223333",
			"facts": {"detect.chain": {"root_usage": chain}},
		}]},
	}
}

works := {"complete": true, "path": []}

fails := {"complete": false, "link": "trail", "why": "there is no multi-region trail"}

test_either_way_is_enough if {
	denied({"filters": works, "rules": fails}, true) == set()
	denied({"filters": fails, "rules": works, "broken": "there is no multi-region trail"}, true) == set()
}

test_event_rules_count_only_where_they_are_accepted if {
	messages := denied({"filters": fails, "rules": works, "broken": "there is no multi-region trail"}, false)
	messages == {"nobody is told that the root user is used: there is no multi-region trail"}
}

test_the_first_broken_link_is_named if {
	messages := denied({"filters": fails, "rules": fails, "broken": "the alarm root has no action"}, true)
	messages == {"nobody is told that the root user is used: the alarm root has no action"}
}

test_what_was_not_seen_is_said if {
	denied({"rules": fails}, true) == {"nobody is told that the root user is used: not every link was seen"}
	denied({"rules": works}, true) == set()
}
