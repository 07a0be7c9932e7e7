package policy.ec2_network_acl_admin_ports_closed_test

import data.policy.ec2_network_acl_admin_ports_closed as policy

entry := {"evidence": {"id": "e", "pointer": ""}, "source": "0.0.0.0/0"}

run(protocol, first, last, addresses) := {
	"protocol": protocol,
	"from": first,
	"to": last,
	"addresses": addresses,
	"rules": [entry],
}

closed := [run("tcp", 0, 65535, 0), run("udp", 0, 65535, 0)]

denials(at_least, at_most) := result if {
	result := policy.deny with input as {
		"resources": {"AWS::EC2::NetworkAcl": [{
			"type": "AWS::EC2::NetworkAcl",
			"id": "a",
			"properties": {},
			"facts": {"net.nacl": {"public_ingress_at_least": at_least, "public_ingress_at_most": at_most}},
		}]},
		"parameters": {"ec2_network_acl_admin_ports_closed": {
			"ports": ["22", "22/udp"],
			"max_public_addresses": 65536,
		}},
	}
}

test_closed_at_most if denials([], closed) == set()

test_an_open_port_is_found_at_its_entry if {
	found := denials([run("tcp", 0, 65535, 3700000000)], closed)
	{denial.kind | some denial in found} == {"found"}
	{denial.evidence | some denial in found} == {entry.evidence}
	{denial.message | some denial in found} == {"administration port 22/tcp is open to 0.0.0.0/0 (ports 0-65535)"}
}

test_the_protocol_counts if {
	count(denials([run("udp", 22, 22, 3700000000)], closed)) == 1
	denials([run("tcp", 23, 23, 3700000000)], closed) == set()
}

test_few_addresses_are_accepted if denials([run("tcp", 22, 22, 256)], closed) == set()

test_what_may_be_open_is_missing if {
	perhaps := denials([], [run("tcp", 0, 65535, 3700000000), run("udp", 0, 65535, 0)])
	{denial.kind | some denial in perhaps} == {"missing"}
}
