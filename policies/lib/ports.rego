# METADATA
# title: Ports as parameters say them, and the runs of ports that network facts publish
# description: |
#   "22" and "22/tcp" are the port over TCP, "53/udp" is the one over UDP.
package lib.ports

parsed(texts) := {port |
	some text in texts
	port := {"number": to_number(trim_suffix(trim_suffix(text, "/tcp"), "/udp")), "protocol": protocol(text)}
}

protocol(text) := "udp" if endswith(text, "/udp")

protocol(text) := "tcp" if not endswith(text, "/udp")

# a run: {protocol, from, to}
holds(run, port) if {
	run.protocol == port.protocol
	run.from <= port.number
	run.to >= port.number
}
