package policy.cloudtrail_cloudwatch_delivery_working_test

import data.policy.cloudtrail_cloudwatch_delivery_working as policy

group := "arn:aws:logs:eu-west-1:111122223333:log-group:ct:*"

home := "arn:aws:cloudtrail:eu-west-1:111122223333:trail/t"

shadow := "arn:aws:cloudtrail:eu-west-1:444455556666:trail/t"

denied(arn, properties, groups, status) := {denial.message | some denial in denials} if {
	denials := policy.deny with input as {
		"taken_at": "2026-11-22T00:00:00Z",
		"parameters": {"cloudtrail_cloudwatch_delivery_working": {"max_hours": 24}},
		"resources": {
			"AWS::CloudTrail::Trail": [{
				"type": "AWS::CloudTrail::Trail",
				"id": "t",
				"arn": arn,
				"account": "111122223333",
				"properties": properties,
			}],
			"AWS::Logs::LogGroup": [{"arn": group, "properties": {"LogGroupClass": class}} | some class in groups],
			"Auditor::CloudTrail::TrailStatus": [{"properties": object.union({"Arn": arn}, state)} | some state in status],
		},
	}
}

named := {"CloudWatchLogsLogGroupArn": group}

test_a_group_that_exists_is_enough if {
	denied(home, named, ["STANDARD"], []) == set()
	denied(home, {"CloudWatchLogsLogGroupArn": trim_suffix(group, ":*")}, ["STANDARD"], []) == set()
}

test_no_group_or_none_that_exists_is_denied if {
	denied(home, {}, [], []) == {"the trail writes to no log group"}
	denied(home, named, [], []) == {"the log group does not exist"}
}

test_a_group_of_another_account_is_not_looked_at if {
	other := "arn:aws:logs:eu-west-1:444455556666:log-group:ct:*"
	denied(home, {"CloudWatchLogsLogGroupArn": other}, [], []) == set()
}

test_metric_filters_need_the_standard_class if {
	messages := denied(home, named, ["INFREQUENT_ACCESS"], [])
	messages == {"the class of the log group is not STANDARD, so no metric filter works on it"}
}

test_the_last_delivery_is_fresh if {
	fresh := {"LatestCloudWatchLogsDeliveryTime": "2026-11-21T00:00:00+00:00"}
	denied(home, named, ["STANDARD"], [fresh]) == set()
	old := {"LatestCloudWatchLogsDeliveryTime": "2026-11-20T18:00:00+00:00"}
	denied(home, named, ["STANDARD"], [old]) == {"the last delivery to the log group is too old"}
	denied(home, named, ["STANDARD"], [{}]) == {"nothing was ever delivered to the log group"}
}

test_a_shadow_trail_is_judged_at_home if denied(shadow, {}, [], [{}]) == set()
