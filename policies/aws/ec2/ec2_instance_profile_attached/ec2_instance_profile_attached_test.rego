package policy.ec2_instance_profile_attached_test

import data.policy.ec2_instance_profile_attached as policy

instance(properties) := {"type": "AWS::EC2::Instance", "id": "i", "properties": properties}

profile(roles) := {
	"type": "AWS::IAM::InstanceProfile",
	"id": "p",
	"name": "app",
	"arn": "arn:app",
	"properties": {"Roles": roles},
}

template(named) := {
	"type": "AWS::EC2::LaunchTemplate",
	"id": "t",
	"name": "lt-1",
	"properties": {"LaunchTemplateData": {"IamInstanceProfile": named}},
}

messages(properties, templates, profiles) := {denial.message | some denial in denials} if {
	denials := policy.deny with input as {"resources": {
		"AWS::EC2::Instance": [instance(properties)],
		"AWS::EC2::LaunchTemplate": templates,
		"AWS::IAM::InstanceProfile": profiles,
	}}
}

no_profile := "the instance has no instance profile"

test_no_profile_is_denied if messages({}, [], []) == {no_profile}

test_a_profile_is_enough_seen_or_not if {
	messages({"IamInstanceProfile": "app"}, [], [profile(["app"])]) == set()
	messages({"IamInstanceProfile": "other"}, [], [profile([])]) == set()
}

test_a_profile_without_a_role_is_denied if {
	messages({"IamInstanceProfile": "app"}, [], [profile([])]) == {"the instance profile holds no role"}
}

test_an_instance_that_ends_is_left_alone if {
	messages({"State": {"Name": "terminated"}}, [], []) == set()
	messages({"State": {"Name": "shutting-down"}}, [], []) == set()
	messages({"State": {"Name": "stopped"}}, [], []) == {no_profile}
}

from_template := {"LaunchTemplate": {"LaunchTemplateId": "lt-1"}}

test_a_launch_template_supplies_the_profile if {
	messages(from_template, [template({"Name": "app"})], [profile(["app"])]) == set()
	messages(from_template, [template({"Arn": "arn:app"})], []) == set()
	messages(from_template, [template({})], []) == {no_profile}
	messages({"LaunchTemplate": {"LaunchTemplateName": "lt-2"}}, [template({"Name": "app"})], []) == {no_profile}
}

test_a_launch_template_with_a_profile_without_a_role_is_denied if {
	hollow := {"the instance profile of the launch template holds no role"}
	messages(from_template, [template({"Name": "app"})], [profile([])]) == hollow
	messages(from_template, [template({"Arn": "arn:app"})], [profile([])]) == hollow
}
