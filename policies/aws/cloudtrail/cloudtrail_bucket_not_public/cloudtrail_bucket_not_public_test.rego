package policy.cloudtrail_bucket_not_public_test

import data.policy.cloudtrail_bucket_not_public as policy

denied(bucket, resources) := count(denials) if {
	denials := policy.deny with input as {"resources": object.union(
		{"AWS::S3::Bucket": [{
			"type": "AWS::S3::Bucket",
			"id": "b",
			"name": "logs",
			"account": "1",
			"properties": bucket,
			"facts": {"log.exposed": {"open": []}},
		}]},
		resources,
	)}
}

opened(id, pointer) := {"log.exposed": {"open": [{
	"why": "everyone may read",
	"evidence": {"id": id, "pointer": pointer},
}]}}

public := {"AWS::S3::BucketPolicy": [{
	"properties": {"Bucket": "logs"},
	"facts": opened("p", "/PolicyDocument/Statement/0"),
}]}

granted := {"Auditor::S3::BucketStatus": [{
	"id": "s",
	"properties": {"BucketName": "logs"},
	"facts": opened("s", "/Grants"),
}]}

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
	denied({}, granted) == 1
	denied({"PublicAccessBlockConfiguration": {"IgnorePublicAcls": true}}, granted) == 0
	enforced := {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
	denied({"OwnershipControls": enforced}, granted) == 0
}

test_a_canned_acl_is_told_by_the_bucket_itself if {
	bucket := {
		"type": "AWS::S3::Bucket",
		"id": "b",
		"name": "logs",
		"account": "1",
		"properties": {},
		"facts": opened("b", "/AccessControl"),
	}
	denied({}, {"AWS::S3::Bucket": [bucket]}) == 1
	ignoring := {"properties": {"PublicAccessBlockConfiguration": {"IgnorePublicAcls": true}}}
	denied({}, {"AWS::S3::Bucket": [object.union(bucket, ignoring)]}) == 0
}

test_other_buckets_are_not_asked if {
	other := {"AWS::S3::BucketPolicy": [{"properties": {"Bucket": "x"}, "facts": opened("p", "")}]}
	denied({}, other) == 0
}
