package policy.s3_bucket_tls_required_test

import data.policy.s3_bucket_tls_required as policy

bucket := {"type": "AWS::S3::Bucket", "id": "b", "name": "logs", "account": "111122223333", "properties": {}}

bucket_policy(owner, fact) := {
	"type": "AWS::S3::BucketPolicy",
	"id": "p",
	"properties": {"Bucket": owner},
	"facts": {"s3.tls_only": fact},
}

denials(policies, parameters) := result if {
	result := policy.deny with input as {
		"resources": {"AWS::S3::Bucket": [bucket], "AWS::S3::BucketPolicy": policies},
		"parameters": {"s3_bucket_tls_required": object.union(
			{"min_tls": 1.2, "accept_tls_version": false},
			parameters,
		)},
	}
}

test_a_bucket_without_a_policy_is_denied if count(denials([], {})) == 1

test_the_policy_of_another_bucket_does_not_count if count(denials([bucket_policy("other", {"bool": true})], {})) == 1

test_a_deny_on_secure_transport_is_enough if {
	count(denials([bucket_policy("logs", {"bool": true})], {})) == 0
	count(denials([bucket_policy("logs", {"bool": false})], {})) == 1
	count(denials([bucket_policy("logs", {})], {})) == 1
}

test_a_tls_version_must_reach_the_minimum if {
	count(denials([bucket_policy("logs", {"if_exists": 1.2})], {})) == 0
	count(denials([bucket_policy("logs", {"if_exists": 1.2})], {"min_tls": 1.3})) == 1
	count(denials([bucket_policy("logs", {"if_exists": 1.1})], {})) == 1
}

test_a_plain_tls_version_counts_only_where_accepted if {
	count(denials([bucket_policy("logs", {"plain": 1.2})], {})) == 1
	count(denials([bucket_policy("logs", {"plain": 1.2})], {"accept_tls_version": true})) == 0
}
