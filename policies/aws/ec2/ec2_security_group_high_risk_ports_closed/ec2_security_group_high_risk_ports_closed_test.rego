package policy.ec2_security_group_high_risk_ports_closed_test

import data.policy.ec2_security_group_high_risk_ports_closed as policy

rule := {"evidence": {"id": "g", "pointer": "/SecurityGroupIngress/0"}, "source": "0.0.0.0/0"}

run(protocol, first, last, addresses) := {
	"protocol": protocol,
	"from": first,
	"to": last,
	"addresses": addresses,
	"rules": [rule],
}

closed := [run("tcp", 0, 65535, 0), run("udp", 0, 65535, 0)]

denials(at_least, at_most) := result if {
	result := policy.deny with input as {
		"resources": {"AWS::EC2::SecurityGroup": [{
			"type": "AWS::EC2::SecurityGroup",
			"id": "g",
			"properties": {},
			"facts": {"net.rules": {"public_at_least": at_least, "public_at_most": at_most}},
		}]},
		"parameters": {"ec2_security_group_high_risk_ports_closed": {
			"ports": ["445", "53/udp"],
			"max_public_addresses": 65536,
		}},
	}
}

test_closed_at_most if denials([], closed) == set()

test_an_open_port_is_found_at_its_rule if {
	wide := run("tcp", 445, 445, 3700000000)
	found := denials([wide], array.concat(closed, [wide]))
	{denial.kind | some denial in found} == {"found"}
	{denial.evidence | some denial in found} == {rule.evidence}
	{denial.message | some denial in found} == {"high-risk port 445/tcp is open to 0.0.0.0/0 (ports 445-445)"}
}

test_the_protocol_counts if {
	denials([run("udp", 445, 445, 3700000000)], closed) == set()
	denials([run("tcp", 53, 53, 3700000000)], closed) == set()
	count(denials([run("udp", 50, 60, 3700000000)], closed)) == 1
}

test_few_addresses_are_accepted if denials([run("tcp", 445, 445, 65536)], closed) == set()

test_what_may_be_open_is_missing if {
	perhaps := denials([], [run("tcp", 0, 65535, 3700000000), run("udp", 0, 65535, 0)])
	{denial.kind | some denial in perhaps} == {"missing"}
	{denial.message | some denial in perhaps} == {"high-risk port 445/tcp may be open to the internet"}
}
