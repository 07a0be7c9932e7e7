package policy.ec2_image_not_public_test

import data.policy.ec2_image_not_public as policy

denied(public) := {denial.path | some denial in denials} if {
	denials := policy.deny with input as {"resources": {"Auditor::EC2::Image": [{
		"type": "Auditor::EC2::Image",
		"id": "i",
		"properties": {"Public": public},
	}]}}
}

test_a_public_image_is_denied if denied(true) == {["Public"]}

test_a_private_one_is_not if denied(false) == set()
