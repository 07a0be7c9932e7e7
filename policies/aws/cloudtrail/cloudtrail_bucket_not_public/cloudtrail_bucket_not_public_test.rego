package policy.cloudtrail_bucket_not_public_test

import data.policy.cloudtrail_bucket_not_public as policy

denied(bucket, resources) := count(denials) if {
	denials := policy.deny with input as {"resources": object.union(
		{
			"AWS::S3::Bucket": [{
				"type": "AWS::S3::Bucket",
				"id": "b",
				"name": "logs",
				"account": "1",
				"properties": bucket,
			}],
			"AWS::CloudTrail::Trail": [{"properties": {"S3BucketName": "logs"}}],
		},
		resources,
	)}
}

public := {"AWS::S3::BucketPolicy": [{
	"properties": {"Bucket": "logs"},
	"facts": {"iam.public": {"statements": {"public": [{
		"why": "everyone",
		"evidence": {"id": "p", "pointer": "/PolicyDocument/Statement/0"},
	}]}}},
}]}

granted(group) := {"Auditor::S3::BucketStatus": [{"id": "s", "properties": {
	"BucketName": "logs",
	"Grants": [{"Permission": "READ", "Grantee": {"URI": concat("/", ["http://acs.amazonaws.com/groups", group])}}],
}}]}

test_an_open_policy_is_denied_unless_the_bucket_is_restricted if {
	denied({}, public) == 1
	denied({"PublicAccessBlockConfiguration": {"BlockPublicPolicy": true}}, public) == 1
	denied({"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": true}}, public) == 0
	denied({}, {}) == 0
}

test_the_flags_of_the_account_count if {
	block := {"account": "1", "properties": {"RestrictPublicBuckets": true}}
	denied({}, object.union(public, {"Auditor::S3::AccountPublicAccessBlock": [block]})) == 0
	other := object.union(block, {"account": "2"})
	denied({}, object.union(public, {"Auditor::S3::AccountPublicAccessBlock": [other]})) == 1
}

test_an_open_acl_is_denied_unless_acls_are_ignored_or_off if {
	denied({}, granted("global/AllUsers")) == 1
	denied({}, granted("global/AuthenticatedUsers")) == 1
	denied({}, granted("s3/LogDelivery")) == 0
	denied({"PublicAccessBlockConfiguration": {"IgnorePublicAcls": true}}, granted("global/AllUsers")) == 0
	enforced := {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
	denied({"OwnershipControls": enforced}, granted("global/AllUsers")) == 0
	denied({"AccessControl": "PublicRead"}, {}) == 1
	denied({"AccessControl": "Private"}, {}) == 0
}

test_other_buckets_are_not_asked if {
	denied({}, object.union(public, {"AWS::CloudTrail::Trail": [{"properties": {"S3BucketName": "x"}}]})) == 0
}
