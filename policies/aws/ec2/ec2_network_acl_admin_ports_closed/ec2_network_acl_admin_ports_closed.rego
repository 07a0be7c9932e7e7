# METADATA
# title: Network ACLs keep administration ports closed to the internet
# description: |
#   No network ACL lets public address space reach a port in `ports` ("22" is TCP, "22/udp" is UDP; protocol -1 is
#   both). The ingress entries are taken in the order of their numbers and the first that matches an address and a port
#   decides, so an earlier deny saves a later allow and an earlier allow defeats a later deny, for each address and port
#   by itself; what no entry matches is denied. IPv4 and IPv6 are decided apart. What gets through is public if it
#   exceeds `max_public_addresses` IPv4 addresses or as many IPv6 /64 networks, once private and reserved space is taken
#   away.
#
#   Default lists and lists without a subnet fail like any other. Egress entries are not judged.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html
# custom:
#   id: ec2-network-acl-admin-ports-closed
#   severity: medium
#   function: prevent
#   stage: reactive
#   subject: AWS::EC2::NetworkAcl
#   scope: region
#   applies: both
#   reads:
#     AWS::EC2::NetworkAcl:
#       needs:
#         - /facts/net.nacl/public_ingress_at_least/*/addresses
#         - /facts/net.nacl/public_ingress_at_least/*/from
#         - /facts/net.nacl/public_ingress_at_least/*/protocol
#         - /facts/net.nacl/public_ingress_at_least/*/to
#         - /facts/net.nacl/public_ingress_at_most/*/addresses
#         - /facts/net.nacl/public_ingress_at_most/*/from
#         - /facts/net.nacl/public_ingress_at_most/*/protocol
#         - /facts/net.nacl/public_ingress_at_most/*/to
#       seeks:
#         - /facts/net.nacl/public_ingress_at_least/*/addresses
#         - /facts/net.nacl/public_ingress_at_least/*/from
#         - /facts/net.nacl/public_ingress_at_least/*/protocol
#         - /facts/net.nacl/public_ingress_at_least/*/rules/*/evidence
#         - /facts/net.nacl/public_ingress_at_least/*/rules/*/source
#         - /facts/net.nacl/public_ingress_at_least/*/to
#   parameters:
#     ports:
#       type: array
#       default: ["22", "22/udp", "3389", "3389/udp"]
#       description: The ports that must be closed, as text; "22" or "22/tcp" for TCP and "22/udp" for UDP.
#     max_public_addresses:
#       type: integer
#       default: 65536
#       minimum: 0
#       description: How many public IPv4 addresses, or IPv6 /64 networks, may reach a port.
#   controls:
#     cis_aws_7_0: ["6.2"]
#     cis_aws_6_0: ["6.2"]
#     fsbp: [EC2.21]
#   remediation:
#     text: |
#       Add entries that deny the ports to 0.0.0.0/0 and ::/0, over TCP and UDP, with numbers below the entry that
#       allows them, or replace that entry by ones for the ports that are served. Return traffic needs 1024-65535, so a
#       deny of 3389 must stand before it.
#     cli: |
#       aws ec2 create-network-acl-entry --network-acl-id ID --ingress --rule-number 90 --rule-action deny
#       --protocol tcp --port-range From=22,To=22 --cidr-block 0.0.0.0/0
package policy.ec2_network_acl_admin_ports_closed

import data.lib.deny
import data.lib.ports

# open for certain, by each entry that opens it
deny contains deny.with_evidence(deny.found(acl, path, message), entry.evidence) if {
	some acl in input.resources["AWS::EC2::NetworkAcl"]
	some run in acl.facts["net.nacl"].public_ingress_at_least
	run.addresses > limit
	some port in closed
	ports.holds(run, port)
	some entry in run.rules
	is_string(entry.source)
	path := ["facts", "net.nacl", "public_ingress_at_least"]
	about := [port.number, port.protocol, entry.source, run.from, run.to]
	message := sprintf("administration port %v/%s is open to %s (ports %d-%d)", about)
}

# open perhaps, as far as an entry is hidden
deny contains deny.missing(acl, ["facts", "net.nacl", "public_ingress_at_most"], message) if {
	some acl in input.resources["AWS::EC2::NetworkAcl"]
	some port in closed
	not is_closed(acl, port)
	not is_open(acl, port)
	message := sprintf("administration port %v/%s may be open to the internet", [port.number, port.protocol])
}

is_open(acl, port) if {
	some run in acl.facts["net.nacl"].public_ingress_at_least
	ports.holds(run, port)
	run.addresses > limit
}

is_closed(acl, port) if {
	some run in acl.facts["net.nacl"].public_ingress_at_most
	ports.holds(run, port)
	run.addresses <= limit
}

limit := input.parameters.ec2_network_acl_admin_ports_closed.max_public_addresses

closed := ports.parsed(input.parameters.ec2_network_acl_admin_ports_closed.ports)
