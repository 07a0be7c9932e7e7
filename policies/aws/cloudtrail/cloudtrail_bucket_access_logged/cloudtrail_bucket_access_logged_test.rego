package policy.cloudtrail_bucket_access_logged_test

import data.policy.cloudtrail_bucket_access_logged as policy

denied(properties, trails) := count(denials) if {
	denials := policy.deny with input as {"resources": {
		"AWS::S3::Bucket": [{"type": "AWS::S3::Bucket", "id": "b", "name": "logs", "properties": properties}],
		"AWS::CloudTrail::Trail": [{"properties": {"S3BucketName": name}} | some name in trails],
	}}
}

test_a_trail_bucket_logs_to_another_bucket if {
	denied({"LoggingConfiguration": {"DestinationBucketName": "access"}}, ["logs"]) == 0
	denied({"LoggingConfiguration": {"DestinationBucketName": "logs"}}, ["logs"]) == 1
	denied({"LoggingConfiguration": {"LogFilePrefix": "a"}}, ["logs"]) == 1
	denied({}, ["logs"]) == 1
}

test_other_buckets_are_not_asked if {
	denied({}, ["elsewhere"]) == 0
	denied({}, []) == 0
}
