package policy.config_recorder_enabled_test

import data.policy.config_recorder_enabled as policy

service_role := "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"

all_types := {"AllSupported": true, "IncludeGlobalResourceTypes": true}

all_but(types) := {
	"AllSupported": false,
	"RecordingStrategy": {"UseOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
	"ExclusionByResourceTypes": {"ResourceTypes": types},
}

recorder(region, name, role, group) := {
	"id": sprintf("%s/%s", [region, name]),
	"region": region,
	"name": name,
	"properties": {"Name": name, "RoleARN": role, "RecordingGroup": group},
}

good(region, group) := recorder(region, "default", service_role, group)

status(recording, last) := {"region": "eu-west-1", "properties": {
	"Name": "default",
	"Recording": recording,
	"LastStatus": last,
}}

works := status(true, "SUCCESS")

denied(recorders, statuses) := denied_with(recorders, statuses, [], true)

denied_with(recorders, statuses, exclusions, service_role) := {denial.message | some denial in denials} if {
	denials := policy.deny with input as {
		"parameters": {"config_recorder_enabled": {
			"approved_exclusions": exclusions,
			"require_service_role": service_role,
		}},
		"resources": {
			"Auditor::Account::Region": [{
				"type": "Auditor::Account::Region",
				"id": "r",
				"name": "eu-west-1",
				"properties": {"RegionName": "eu-west-1", "IsHome": true},
			}],
			"AWS::Config::ConfigurationRecorder": recorders,
			"AWS::Config::DeliveryChannel": [{"region": "eu-west-1", "properties": {"S3BucketName": "b"}}],
			"Auditor::Config::RecorderStatus": statuses,
		},
	}
}

test_a_recorder_of_everything_that_works_is_enough if denied([good("eu-west-1", all_types)], [works]) == set()

test_no_recorder_or_a_linked_one_is_none if {
	none := {"AWS Config has no customer managed recorder in the region", "no region records the global IAM types"}
	denied([], []) == none
	linked := recorder("eu-west-1", "AWSConfigurationRecorderForX", service_role, all_types)
	denied([linked], [works]) == none
}

test_it_must_be_recording if {
	idle := "the recorder is not recording, or its last delivery failed"
	idle in denied([good("eu-west-1", all_types)], [status(false, "SUCCESS")])
	idle in denied([good("eu-west-1", all_types)], [status(true, "FAILURE")])
	idle in denied([good("eu-west-1", all_types)], [])
}

test_only_approved_types_may_be_left_out if {
	group := all_but(["AWS::EC2::Volume"])
	narrow := "the recorder leaves out types that are not approved"
	denied([good("eu-west-1", group)], [works]) == {narrow}
	denied_with([good("eu-west-1", group)], [works], ["AWS::EC2::Volume"], true) == set()
	narrow in denied([good("eu-west-1", {"AllSupported": false, "ResourceTypes": ["AWS::EC2::Volume"]})], [works])
}

test_iam_is_recorded_somewhere if {
	global := "no region records the global IAM types"
	plain := {"AllSupported": true, "IncludeGlobalResourceTypes": false}
	denied([good("eu-west-1", plain)], [works]) == {global}
	there := object.union(works, {"region": "us-east-1"})
	denied([good("eu-west-1", plain), good("us-east-1", all_types)], [works, there]) == set()
	denied_with([good("eu-west-1", all_but(["AWS::IAM::Role"]))], [works], ["AWS::IAM::Role"], true) == {global}
}

test_the_role_is_the_service_linked_one if {
	own := recorder("eu-west-1", "default", "arn:aws:iam::111122223333:role/config", all_types)
	denied([own], [works]) == {"the recorder does not use the service-linked role of AWS Config"}
	denied_with([own], [works], [], false) == set()
}
