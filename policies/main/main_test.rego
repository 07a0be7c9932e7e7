package main_test

import data.main

trail := {
	"type": "AWS::CloudTrail::Trail",
	"id": "t",
	"name": "t",
	"arn": "t",
	"account": "111122223333",
	"region": "eu-west-1",
	"properties": {},
}

test_only_the_named_policies_run if {
	report := main.report with input as {
		"policies": ["cloudtrail_log_validation_enabled"],
		"resources": {"AWS::CloudTrail::Trail": [trail]},
	}
	object.keys(report) == {"cloudtrail_log_validation_enabled"}
	count(report.cloudtrail_log_validation_enabled) == 1
}

test_a_policy_without_denials_has_its_key if {
	report := main.report with input as {"policies": ["cloudtrail_log_validation_enabled"], "resources": {}}
	report == {"cloudtrail_log_validation_enabled": set()}
}

test_a_policy_that_is_not_loaded_has_no_key if {
	report := main.report with input as {"policies": ["no_such_policy"], "resources": {}}
	report == {}
}
