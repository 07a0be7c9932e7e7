package policy.cloudtrail_logs_kms_encrypted_test

import data.policy.cloudtrail_logs_kms_encrypted as policy

home := "arn:aws:cloudtrail:eu-west-1:111122223333:trail/t"

shadow := "arn:aws:cloudtrail:eu-west-1:444455556666:trail/t"

denied(arn, properties, fact) := {denial.kind | some denial in denials} if {
	denials := policy.deny with input as {"resources": {"AWS::CloudTrail::Trail": [{
		"type": "AWS::CloudTrail::Trail",
		"id": "t",
		"arn": arn,
		"account": "111122223333",
		"properties": properties,
		"facts": {"crypto.kms": fact},
	}]}}
}

problem := {"problem": {"why": "the key is disabled", "evidence": {"id": "k", "pointer": "/Enabled"}}}

test_a_key_without_a_problem_is_enough if denied(home, {"KMSKeyId": "k"}, {"kind": "customer"}) == set()

test_no_key_is_denied if denied(home, {}, {}) == {"absent"}

test_a_key_with_a_problem_is_denied if denied(home, {"KMSKeyId": "k"}, problem) == {"found"}

test_a_shadow_trail_is_judged_at_home if denied(shadow, {}, {}) == set()
