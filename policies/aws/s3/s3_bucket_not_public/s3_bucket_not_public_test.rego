package policy.s3_bucket_not_public_test

import data.policy.s3_bucket_not_public as policy

statement := {"evidence": {"id": "p", "pointer": "/PolicyDocument/Statement/0"}, "why": "everyone is a principal"}

open_policy := {
	"type": "AWS::S3::BucketPolicy",
	"id": "p",
	"properties": {"Bucket": "photos"},
	"facts": {"iam.public": {"statements": {"public": [statement]}}},
}

granted(group) := {
	"type": "Auditor::S3::BucketStatus",
	"id": "s",
	"properties": {"Bucket": "photos", "Grants": [{
		"Grantee": {"Type": "Group", "URI": concat("/", ["http://acs.amazonaws.com/groups", group])},
		"Permission": "READ",
	}]},
}

account(flags) := {
	"type": "Auditor::S3::AccountPublicAccessBlock",
	"id": "a",
	"account": "111122223333",
	"properties": flags,
}

bucket(properties) := {
	"type": "AWS::S3::Bucket",
	"id": "b",
	"name": "photos",
	"account": "111122223333",
	"properties": object.union({"BucketName": "photos"}, properties),
}

denials(properties, others, listed) := result if {
	resources := array.concat([bucket(properties)], others)
	result := policy.deny with input as {
		"resources": {type: of_type |
			some type in {resource.type | some resource in resources}
			of_type := [resource | some resource in resources; resource.type == type]
		},
		"parameters": {"s3_bucket_not_public": {"public_buckets": listed}},
	}
}

test_a_private_bucket if denials({}, [], []) == set()

test_a_public_policy_is_denied_at_its_statement if {
	{denial.evidence | some denial in denials({}, [open_policy], [])} == {statement.evidence}
}

test_a_grant_to_strangers_is_denied if {
	{denial.message | some denial in denials({}, [granted("global/AllUsers")], [])} == {
		"the access control list grants READ to everyone",
	}
	count(denials({}, [granted("global/AuthenticatedUsers")], [])) == 1
	denials({}, [granted("s3/LogDelivery")], []) == set()
}

test_a_public_access_control_is_denied if {
	count(denials({"AccessControl": "PublicRead"}, [], [])) == 1
	denials({"AccessControl": "Private"}, [], []) == set()
}

test_each_kind_has_its_flag if {
	restricted := {"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": true}}
	ignored := {"PublicAccessBlockConfiguration": {"IgnorePublicAcls": true}}
	denials(restricted, [open_policy], []) == set()
	count(denials(ignored, [open_policy], [])) == 1
	denials(ignored, [granted("global/AllUsers")], []) == set()
	count(denials(restricted, [granted("global/AllUsers")], [])) == 1
	denials({}, [open_policy, account({"RestrictPublicBuckets": true})], []) == set()
}

test_owner_enforcement_ignores_grants if {
	enforced := {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}
	denials(enforced, [granted("global/AllUsers")], []) == set()
	count(denials(enforced, [open_policy], [])) == 1
}

test_a_listed_bucket_may_be_public if {
	denials({"AccessControl": "PublicRead"}, [open_policy, granted("global/AllUsers")], ["photos"]) == set()
}
