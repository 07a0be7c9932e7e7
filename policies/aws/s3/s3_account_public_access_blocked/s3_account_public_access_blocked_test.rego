package policy.s3_account_public_access_blocked_test

import data.policy.s3_account_public_access_blocked as policy

denied(flags) := {denial.path[0] | some denial in denials} if {
	denials := policy.deny with input as {"resources": {"Auditor::S3::AccountPublicAccessBlock": [{
		"type": "Auditor::S3::AccountPublicAccessBlock",
		"id": "b",
		"properties": flags,
	}]}}
}

all_on := {"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}

test_all_four_are_enough if denied(all_on) == set()

test_each_flag_that_is_off_is_named if {
	denied(object.union(all_on, {"BlockPublicAcls": false})) == {"BlockPublicAcls"}
	denied(object.remove(all_on, ["IgnorePublicAcls"])) == {"IgnorePublicAcls"}
	denied({}) == object.keys(all_on)
}
