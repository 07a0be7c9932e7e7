package policy.ec2_default_security_group_closed_test

import data.policy.ec2_default_security_group_closed as policy

denied(properties) := {denial.path | some denial in denials} if {
	denials := policy.deny with input as {"resources": {"AWS::EC2::SecurityGroup": [{
		"type": "AWS::EC2::SecurityGroup",
		"id": "g",
		"properties": properties,
	}]}}
}

rule := {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}

test_each_rule_of_the_default_group_is_denied if {
	denied({"GroupName": "default", "SecurityGroupIngress": [rule], "SecurityGroupEgress": [rule, rule]}) == {
		["SecurityGroupIngress", 0],
		["SecurityGroupEgress", 0],
		["SecurityGroupEgress", 1],
	}
}

test_no_rule_no_denial if {
	denied({"GroupName": "default", "SecurityGroupIngress": [], "SecurityGroupEgress": []}) == set()
}

test_other_groups_are_left_alone if denied({"GroupName": "app", "SecurityGroupIngress": [rule]}) == set()
