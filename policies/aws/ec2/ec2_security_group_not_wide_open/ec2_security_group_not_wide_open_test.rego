package policy.ec2_security_group_not_wide_open_test

import data.policy.ec2_security_group_not_wide_open as policy

evidence := {"id": "g", "pointer": "/SecurityGroupIngress/0"}

least(protocol, addresses, ports) := {
	"protocol": protocol,
	"addresses": addresses,
	"ports": ports,
	"evidence": evidence,
}

most(protocol, addresses, ports) := {"protocol": protocol, "addresses": addresses, "ports": ports}

closed := [most("tcp", 0, 0), most("udp", 0, 0)]

denials(at_least, at_most) := result if {
	result := policy.deny with input as {
		"resources": {"AWS::EC2::SecurityGroup": [{
			"type": "AWS::EC2::SecurityGroup",
			"id": "g",
			"properties": {},
			"facts": {"net.breadth": {"at_least": at_least, "at_most": at_most}},
		}]},
		"parameters": {"ec2_security_group_not_wide_open": {"max_ports": 1024, "max_public_addresses": 65536}},
	}
}

test_no_port_open if denials([], closed) == set()

test_too_many_ports_are_found if {
	found := denials([least("tcp", 3700000000, 1025)], array.concat([most("tcp", 0, 1025)], closed))
	{denial.kind | some denial in found} == {"found"}
	{denial.evidence | some denial in found} == {evidence}
	{denial.message | some denial in found} == {"1025 TCP ports are open to the internet"}
}

test_as_many_as_allowed_pass if {
	denials([least("tcp", 3700000000, 1024)], [most("tcp", 0, 1024), most("udp", 0, 0)]) == set()
}

test_ports_for_few_addresses_do_not_count if {
	denials([least("tcp", 256, 65536)], [most("tcp", 0, 65536), most("tcp", 256, 0), most("udp", 0, 0)]) == set()
}

test_what_may_be_open_is_missing if {
	perhaps := denials([], [most("tcp", 0, 65536), most("tcp", 3700000000, 0), most("udp", 0, 0)])
	{denial.kind | some denial in perhaps} == {"missing"}
	{denial.message | some denial in perhaps} == {"more than 1024 TCP ports may be open to the internet"}
}
