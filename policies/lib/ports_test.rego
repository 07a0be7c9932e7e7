package lib.ports_test

import data.lib.ports

test_a_port_is_tcp_unless_it_says_udp if {
	ports.parsed(["22", "23/tcp", "53/udp"]) == {
		{"number": 22, "protocol": "tcp"},
		{"number": 23, "protocol": "tcp"},
		{"number": 53, "protocol": "udp"},
	}
}

run := {"protocol": "tcp", "from": 20, "to": 22}

test_a_run_holds_its_ends_and_what_lies_between if {
	ports.holds(run, {"number": 20, "protocol": "tcp"})
	ports.holds(run, {"number": 22, "protocol": "tcp"})
	not ports.holds(run, {"number": 23, "protocol": "tcp"})
	not ports.holds(run, {"number": 19, "protocol": "tcp"})
	not ports.holds(run, {"number": 21, "protocol": "udp"})
}
