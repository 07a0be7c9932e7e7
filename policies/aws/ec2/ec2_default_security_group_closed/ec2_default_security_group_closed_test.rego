package policy.ec2_default_security_group_closed_test

import data.policy.ec2_default_security_group_closed as policy

denied(rules) := {[denial.message, denial.evidence.pointer] | some denial in denials} if {
	denials := policy.deny with input as {"resources": {"AWS::EC2::SecurityGroup": [{
		"type": "AWS::EC2::SecurityGroup",
		"id": "g",
		"properties": {},
		"facts": {"net.default_group": {"rules": rules}},
	}]}}
}

rule(direction, pointer) := {"direction": direction, "evidence": {"id": "g", "pointer": pointer}}

test_each_rule_of_the_default_group_is_denied if {
	denied([rule("ingress", "/a"), rule("egress", "/b"), rule("egress", "/c")]) == {
		["the default security group has an ingress rule", "/a"],
		["the default security group has an egress rule", "/b"],
		["the default security group has an egress rule", "/c"],
	}
}

test_no_rule_no_denial if denied([]) == set()
