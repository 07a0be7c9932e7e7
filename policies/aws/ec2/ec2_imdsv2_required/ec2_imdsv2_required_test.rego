package policy.ec2_imdsv2_required_test

import data.policy.ec2_imdsv2_required as policy

resource(type, id, properties) := {
	"type": type,
	"id": id,
	"name": id,
	"account": "111122223333",
	"region": "eu-west-1",
	"properties": properties,
}

instance(properties) := resource("AWS::EC2::Instance", "i", properties)

template(options) := resource("AWS::EC2::LaunchTemplate", "lt-1", {
	"LaunchTemplateData": {"MetadataOptions": options},
})

region_default(tokens) := resource("Auditor::EC2::RegionDefaults", "d", {"HttpTokens": tokens})

denied(resources) := {denial.id | some denial in denials} if {
	denials := policy.deny with input as {"resources": {type: of_type |
		some type in {resource.type | some resource in resources}
		of_type := [resource | some resource in resources; resource.type == type]
	}}
}

test_required_or_disabled_is_confined if {
	denied([instance({"MetadataOptions": {"HttpTokens": "required"}})]) == set()
	denied([instance({"MetadataOptions": {"HttpTokens": "optional", "HttpEndpoint": "disabled"}})]) == set()
}

test_optional_and_nothing_said_are_denied if {
	denied([instance({"MetadataOptions": {"HttpTokens": "optional", "HttpEndpoint": "enabled"}})]) == {"i"}
	denied([instance({})]) == {"i"}
}

test_a_terminated_instance_is_left_alone if {
	denied([instance({"State": {"Name": "terminated"}})]) == set()
	denied([instance({"State": {"Name": "stopped"}})]) == {"i"}
}

test_an_instance_takes_over_from_its_launch_template if {
	by_name := instance({"LaunchTemplate": {"LaunchTemplateName": "lt-1"}})
	by_id := instance({"LaunchTemplate": {"LaunchTemplateId": "lt-1"}})
	denied([by_name, template({"HttpTokens": "required"})]) == set()
	denied([by_id, template({"HttpTokens": "required"})]) == set()
	denied([by_id, template({"HttpEndpoint": "disabled"})]) == set()
	denied([by_id, template({"HttpTokens": "optional"})]) == {"i", "lt-1"}
}

test_an_instance_overrides_its_launch_template if {
	own := instance({
		"LaunchTemplate": {"LaunchTemplateName": "lt-1"},
		"MetadataOptions": {"HttpTokens": "optional"},
	})
	denied([own, template({"HttpTokens": "required"})]) == {"i"}
}

test_the_default_of_the_region_fills_in if {
	denied([template({}), region_default("required")]) == set()
	denied([template({}), region_default("no-preference")]) == {"lt-1"}
	denied([template({"HttpTokens": "optional"}), region_default("required")]) == {"lt-1"}
	denied([instance({}), region_default("required")]) == set()
}

test_the_default_of_another_region_does_not if {
	elsewhere := object.union(region_default("required"), {"region": "us-east-1"})
	denied([template({}), elsewhere]) == {"lt-1"}
}

test_a_launch_configuration_takes_no_default if {
	configuration := resource("AWS::AutoScaling::LaunchConfiguration", "lc", {})
	denied([configuration, region_default("required")]) == {"lc"}
}
