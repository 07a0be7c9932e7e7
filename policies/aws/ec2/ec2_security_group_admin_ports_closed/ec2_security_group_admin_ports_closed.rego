# METADATA
# title: Security groups keep administration ports closed to the internet
# description: |
#   No ingress rule, and no set of rules taken together, admits public address space to a port in `ports` ("22" is TCP,
#   "22/udp" is UDP). The ranges of all rules are united, IPv4 and IPv6, with the entries of prefix lists that the
#   customer owns; private and reserved space is taken away; what remains must not exceed `max_public_addresses` IPv4
#   addresses or as many IPv6 /64 networks. So 0.0.0.0/0, two halves of it and 2000::/3 are the same to this policy,
#   and one office range passes.
#
#   Protocol -1, names and numbers (tcp, 6, udp, 17), ports as text and ranges that contain the port all count. ICMP
#   and other protocols do not. A rule that names a group, and a prefix list that AWS owns, is not public. A group that
#   nothing uses is judged like any other.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
#   - https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager.html
# custom:
#   id: ec2-security-group-admin-ports-closed
#   severity: high
#   function: prevent
#   stage: reactive
#   subject: AWS::EC2::SecurityGroup
#   scope: region
#   applies: both
#   reads:
#     AWS::EC2::SecurityGroup:
#       needs:
#         - /facts/net.rules/public_at_least/*/addresses
#         - /facts/net.rules/public_at_least/*/from
#         - /facts/net.rules/public_at_least/*/protocol
#         - /facts/net.rules/public_at_least/*/to
#         - /facts/net.rules/public_at_most/*/addresses
#         - /facts/net.rules/public_at_most/*/from
#         - /facts/net.rules/public_at_most/*/protocol
#         - /facts/net.rules/public_at_most/*/to
#       seeks:
#         - /facts/net.rules/public_at_least/*/addresses
#         - /facts/net.rules/public_at_least/*/from
#         - /facts/net.rules/public_at_least/*/protocol
#         - /facts/net.rules/public_at_least/*/rules/*/evidence
#         - /facts/net.rules/public_at_least/*/rules/*/source
#         - /facts/net.rules/public_at_least/*/to
#   parameters:
#     ports:
#       type: array
#       default: ["22", "22/udp", "3389", "3389/udp", "5985", "5986"]
#       description: The ports that must be closed, as text; "22" or "22/tcp" for TCP and "22/udp" for UDP.
#     max_public_addresses:
#       type: integer
#       default: 65536
#       minimum: 0
#       description: How many public IPv4 addresses, or IPv6 /64 networks, all rules together may admit to a port.
#   controls:
#     cis_aws_7_0: ["6.3", "6.4"]
#     cis_aws_6_0: ["6.3", "6.4"]
#     fsbp: [EC2.19]
#   remediation:
#     text: |
#       Limit the rule to the addresses that administer the hosts, or remove it and reach them through Session Manager,
#       EC2 Instance Connect Endpoint or a VPN.
#     cli: aws ec2 revoke-security-group-ingress --group-id ID --security-group-rule-ids RULE
package policy.ec2_security_group_admin_ports_closed

import data.lib.deny
import data.lib.ports

# open for certain, by each rule that opens it
deny contains deny.with_evidence(deny.found(group, path, message), rule.evidence) if {
	some group in input.resources["AWS::EC2::SecurityGroup"]
	some port in closed
	some run in group.facts["net.rules"].public_at_least
	ports.holds(run, port)
	run.addresses > limit
	some rule in run.rules
	is_string(rule.source)
	path := ["facts", "net.rules", "public_at_least"]
	about := [port.number, port.protocol, rule.source, run.from, run.to]
	message := sprintf("administration port %v/%s is open to %s (ports %d-%d)", about)
}

# open perhaps, as far as a rule is hidden
deny contains deny.missing(group, ["facts", "net.rules", "public_at_most"], message) if {
	some group in input.resources["AWS::EC2::SecurityGroup"]
	some port in closed
	not is_closed(group, port)
	not is_open(group, port)
	message := sprintf("administration port %v/%s may be open to the internet", [port.number, port.protocol])
}

is_open(group, port) if {
	some run in group.facts["net.rules"].public_at_least
	ports.holds(run, port)
	run.addresses > limit
}

is_closed(group, port) if {
	some run in group.facts["net.rules"].public_at_most
	ports.holds(run, port)
	run.addresses <= limit
}

limit := input.parameters.ec2_security_group_admin_ports_closed.max_public_addresses

closed := ports.parsed(input.parameters.ec2_security_group_admin_ports_closed.ports)
