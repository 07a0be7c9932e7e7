package policy.securityhub_enabled_test

import data.policy.securityhub_enabled as policy

there := {"region": "eu-west-1", "arn": "arn:x", "properties": {}}

denied(region, resources) := count(denials) if {
	denials := policy.deny with input as {"resources": object.union(
		{"Auditor::Account::Region": [{
			"type": "Auditor::Account::Region",
			"id": "r",
			"name": "eu-west-1",
			"properties": region,
		}]},
		resources,
	)}
}

hub := {"AWS::SecurityHub::Hub": [there]}

standard(status) := {
	"AWS::SecurityHub::Standard": [there],
	"Auditor::SecurityHub::StandardStatus": [{"properties": {"Arn": "arn:x", "Status": status}}],
}

test_a_hub_needs_something_to_show if {
	denied({}, hub) == 1
	denied({}, object.union(hub, standard("READY"))) == 0
	denied({}, object.union(hub, standard("INCOMPLETE"))) == 0
	denied({}, object.union(hub, standard("FAILED"))) == 1
	denied({}, object.union(hub, {"AWS::SecurityHub::ProductSubscription": [there]})) == 0
}

test_the_second_generation_needs_nothing if denied({}, {"AWS::SecurityHub::HubV2": [there]}) == 0

test_a_hub_elsewhere_or_none_is_denied if {
	denied({}, {}) == 1
	denied({}, standard("READY")) == 1
	denied({}, {"AWS::SecurityHub::HubV2": [object.union(there, {"region": "us-east-1"})]}) == 1
}

test_a_region_without_the_service_is_not_judged if denied({"UnavailableServices": ["securityhub"]}, {}) == 0
