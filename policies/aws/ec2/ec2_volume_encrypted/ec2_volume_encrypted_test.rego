package policy.ec2_volume_encrypted_test

import data.policy.ec2_volume_encrypted as policy

resource(type, properties) := {
	"type": type,
	"id": "x",
	"name": "x",
	"account": "111122223333",
	"region": "eu-west-1",
	"properties": properties,
}

volume(properties) := resource("AWS::EC2::Volume", properties)

configuration(mapping) := resource("AWS::AutoScaling::LaunchConfiguration", {"BlockDeviceMappings": [mapping]})

defaults(on) := resource("Auditor::EC2::RegionDefaults", {"EbsEncryptionByDefault": on})

denials(resource, others) := result if {
	result := policy.deny with input as {"resources": object.union({resource.type: [resource]}, others)}
}

test_a_volume_that_says_true_passes if denials(volume({"Encrypted": true}), {}) == set()

test_a_volume_that_says_false_is_found if {
	kinds := {denial.kind | some denial in denials(volume({"Encrypted": false}), {})}
	kinds == {"found"}
}

test_a_volume_that_says_nothing_is_absent if {
	{denial.kind | some denial in denials(volume({}), {})} == {"absent"}
}

test_the_regional_default_is_nothing_to_a_volume if {
	others := {"Auditor::EC2::RegionDefaults": [defaults(true)]}
	count(denials(volume({"Encrypted": false}), others)) > 0
}

test_a_mapping_must_say_so if {
	denials(configuration({"Ebs": {"Encrypted": true}}), {}) == set()
	count(denials(configuration({"Ebs": {"VolumeSize": 8}}), {})) == 1
	count(denials(configuration({"Ebs": {"Encrypted": false}}), {})) == 1
}

test_a_mapping_without_a_volume_is_not_judged if {
	denials(configuration({"NoDevice": true}), {}) == set()
	denials(configuration({"VirtualName": "ephemeral0"}), {}) == set()
	denials(configuration({"NoDevice": "", "Ebs": {}}), {}) == set()
}

test_a_mapping_takes_the_default_of_its_region if {
	mapping := {"Ebs": {"VolumeSize": 8}}
	denials(configuration(mapping), {"Auditor::EC2::RegionDefaults": [defaults(true)]}) == set()
	count(denials(configuration(mapping), {"Auditor::EC2::RegionDefaults": [defaults(false)]})) == 1
}

test_a_mapping_takes_over_from_its_snapshot if {
	mapping := {"Ebs": {"SnapshotId": "x"}}
	seen := resource("Auditor::EC2::Snapshot", {"Encrypted": true})
	plain := resource("Auditor::EC2::Snapshot", {"Encrypted": false})
	denials(configuration(mapping), {"Auditor::EC2::Snapshot": [seen]}) == set()
	count(denials(configuration(mapping), {"Auditor::EC2::Snapshot": [plain]})) == 1
}

test_instances_and_launch_templates_are_judged_too if {
	mappings := {"BlockDeviceMappings": [{"Ebs": {"Encrypted": true}}, {"Ebs": {}}]}
	{denial.path | some denial in denials(resource("AWS::EC2::Instance", mappings), {})} == {[
		"BlockDeviceMappings",
		1,
		"Ebs",
		"Encrypted",
	]}
	template := resource("AWS::EC2::LaunchTemplate", {"LaunchTemplateData": mappings})
	{denial.path | some denial in denials(template, {})} == {[
		"LaunchTemplateData",
		"BlockDeviceMappings",
		1,
		"Ebs",
		"Encrypted",
	]}
	gone := resource("AWS::EC2::Instance", object.union(mappings, {"State": {"Name": "terminated"}}))
	denials(gone, {}) == set()
}
