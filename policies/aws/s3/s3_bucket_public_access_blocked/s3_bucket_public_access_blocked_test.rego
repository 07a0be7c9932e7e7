package policy.s3_bucket_public_access_blocked_test

import data.policy.s3_bucket_public_access_blocked as policy

all_on := {"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}

bucket(block) := {
	"type": "AWS::S3::Bucket",
	"id": "b",
	"name": "b",
	"account": "111122223333",
	"region": "eu-west-1",
	"properties": {"PublicAccessBlockConfiguration": block},
}

account_block(account, flags) := {
	"type": "Auditor::S3::AccountPublicAccessBlock",
	"id": account,
	"account": account,
	"region": null,
	"properties": flags,
}

denied(block, account_blocks, accept) := {denial.path[1] | some denial in denials} if {
	denials := policy.deny with input as {
		"resources": {
			"AWS::S3::Bucket": [bucket(block)],
			"Auditor::S3::AccountPublicAccessBlock": account_blocks,
		},
		"parameters": {"s3_bucket_public_access_blocked": {"accept_account_level": accept}},
	}
}

test_all_four_are_enough if denied(all_on, [], true) == set()

test_each_flag_that_is_off_is_named if {
	denied(object.union(all_on, {"BlockPublicAcls": false}), [], true) == {"BlockPublicAcls"}
	denied(object.remove(all_on, ["IgnorePublicAcls"]), [], true) == {"IgnorePublicAcls"}
	count(denied({}, [], true)) == 4
}

test_the_account_supplies_what_the_bucket_lacks if {
	account := account_block("111122223333", {"BlockPublicAcls": true})
	denied(object.remove(all_on, ["BlockPublicAcls"]), [account], true) == set()
	denied(object.remove(all_on, ["BlockPublicAcls"]), [account], false) == {"BlockPublicAcls"}
}

test_another_account_supplies_nothing if {
	denied({}, [account_block("444455556666", all_on)], true) == object.keys(all_on)
}
