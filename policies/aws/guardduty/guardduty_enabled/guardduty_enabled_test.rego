package policy.guardduty_enabled_test

import data.policy.guardduty_enabled as policy

denied(detectors) := {denial.id | some denial in denials} if {
	denials := policy.deny with input as {"resources": {
		"Auditor::Account::Region": [region |
			some name in ["eu-west-1", "us-east-1"]
			region := {"type": "Auditor::Account::Region", "id": name, "name": name, "properties": {"RegionName": name}}
		],
		"AWS::GuardDuty::Detector": [detector |
			some name, enable in detectors
			detector := {"id": name, "region": name, "properties": {"Enable": enable}}
		],
	}}
}

test_each_region_needs_a_detector_of_its_own if {
	denied({"eu-west-1": true, "us-east-1": true}) == set()
	denied({"eu-west-1": true}) == {"us-east-1"}
	denied({}) == {"eu-west-1", "us-east-1"}
}

test_a_suspended_detector_does_not_count if denied({"eu-west-1": true, "us-east-1": false}) == {"us-east-1"}

test_a_region_without_the_service_is_not_judged if {
	region := {"type": "Auditor::Account::Region", "id": "r", "name": "r"}
	denials := policy.deny with input as {"resources": {"Auditor::Account::Region": [
		object.union(region, {"properties": {"UnavailableServices": ["guardduty"]}}),
	]}}
	denials == set()
}
