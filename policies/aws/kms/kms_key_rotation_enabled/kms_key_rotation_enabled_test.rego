package policy.kms_key_rotation_enabled_test

import data.policy.kms_key_rotation_enabled as policy

plain := {"Enabled": true, "KeySpec": "SYMMETRIC_DEFAULT", "Origin": "AWS_KMS", "RotationPeriodInDays": 365}

denied(properties, max_days) := {[denial.kind, denial.path[0]] | some denial in denials} if {
	denials := policy.deny with input as {
		"resources": {"AWS::KMS::Key": [{
			"type": "AWS::KMS::Key",
			"id": "k",
			"properties": object.union(plain, properties),
		}]},
		"parameters": {"kms_key_rotation_enabled": {"max_days": max_days}},
	}
}

test_a_key_must_rotate if {
	denied({"EnableKeyRotation": true}, 365) == set()
	denied({"EnableKeyRotation": false}, 365) == {["absent", "EnableKeyRotation"]}
	denied({}, 365) == {["absent", "EnableKeyRotation"]}
}

test_and_often_enough if {
	denied({"EnableKeyRotation": true, "RotationPeriodInDays": 730}, 365) == {["found", "RotationPeriodInDays"]}
	denied({"EnableKeyRotation": true, "RotationPeriodInDays": 730}, 730) == set()
	denied({"EnableKeyRotation": true}, 180) == {["found", "RotationPeriodInDays"]}
}

test_what_cannot_rotate_is_not_judged if {
	denied({"KeySpec": "RSA_2048"}, 365) == set()
	denied({"KeySpec": "HMAC_256"}, 365) == set()
	denied({"Origin": "EXTERNAL"}, 365) == set()
	denied({"Enabled": false}, 365) == set()
}
