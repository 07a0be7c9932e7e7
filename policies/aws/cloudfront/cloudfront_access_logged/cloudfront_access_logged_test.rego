package policy.cloudfront_access_logged_test

import data.policy.cloudfront_access_logged as policy

denied(config, others) := count(denials) if {
	distribution := {
		"type": "AWS::CloudFront::Distribution",
		"id": "d",
		"arn": "arn:d",
		"properties": {"DistributionConfig": config},
	}
	denials := policy.deny with input as {"resources": object.union(
		{"AWS::CloudFront::Distribution": [distribution]},
		others,
	)}
}

sampled(rate) := {"AWS::CloudFront::RealtimeLogConfig": [{"arn": "arn:r", "properties": {"SamplingRate": rate}}]}

live := {"RealtimeLogConfigArn": "arn:r"}

test_a_bucket_is_enough_if_it_has_a_name if {
	denied({"Logging": {"Bucket": "logs.s3.amazonaws.com"}}, {}) == 0
	denied({"Logging": {"Bucket": ""}}, {}) == 1
	denied({}, {}) == 1
}

test_a_name_that_is_not_seen_whole_is_a_name if {
	named := {"id": "d", "arn": "arn:d", "properties": {}, "facts": {"log.bucket": {"named": true}}}
	policy.deny == set() with input as {"resources": {"AWS::CloudFront::Distribution": [named]}}
}

test_real_time_logs_must_be_everywhere_and_whole if {
	denied({"DefaultCacheBehavior": live}, sampled(100)) == 0
	denied({"DefaultCacheBehavior": live, "CacheBehaviors": [live]}, sampled(100)) == 0
	denied({"DefaultCacheBehavior": live, "CacheBehaviors": [live, {}]}, sampled(100)) == 1
	denied({"DefaultCacheBehavior": {}, "CacheBehaviors": [live]}, sampled(100)) == 1
	denied({"DefaultCacheBehavior": live}, sampled(10)) == 1
	denied({"DefaultCacheBehavior": live}, {}) == 1
}

test_a_source_needs_a_delivery if {
	source := {"name": "s", "properties": {"ResourceArn": "arn:d", "LogType": "ACCESS_LOGS"}}
	delivery := {"properties": {"DeliverySourceName": "s"}}
	denied({}, {"AWS::Logs::DeliverySource": [source], "AWS::Logs::Delivery": [delivery]}) == 0
	denied({}, {"AWS::Logs::DeliverySource": [source]}) == 1
}
