package policy.cloudtrail_log_validation_enabled_test

import data.policy.cloudtrail_log_validation_enabled as policy

home_arn := "arn:aws:cloudtrail:eu-west-1:111122223333:trail/t"

denials(arn, properties) := result if {
	result := policy.deny with input as {"resources": {"AWS::CloudTrail::Trail": [{
		"type": "AWS::CloudTrail::Trail",
		"id": "t",
		"arn": arn,
		"account": "111122223333",
		"properties": properties,
	}]}}
}

test_validation_must_be_on if {
	denials(home_arn, {"EnableLogFileValidation": true}) == set()
	count(denials(home_arn, {"EnableLogFileValidation": false})) == 1
	count(denials(home_arn, {})) == 1
}

test_a_shadow_trail_is_judged_at_home if {
	denials("arn:aws:cloudtrail:eu-west-1:444455556666:trail/t", {}) == set()
}

test_a_declared_trail_has_no_account_yet if {
	count(denials("⟨Trail.Arn⟩", {})) == 1
	count(denials("arn:aws:cloudtrail:${AWS::Region}:${AWS::AccountId}:trail/t", {})) == 1
}
