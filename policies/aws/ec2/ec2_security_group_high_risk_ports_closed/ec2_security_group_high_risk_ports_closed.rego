# METADATA
# title: Security groups keep high-risk ports closed to the internet
# description: |
#   No ingress rule, and no set of rules taken together, admits public address space to a port in `ports`: file sharing,
#   databases, caches, message brokers, directories, development servers and services in clear text ("445" is TCP,
#   "53/udp" is UDP). The ranges of all rules are united, IPv4 and IPv6, with the entries of prefix lists that the
#   customer owns; private and reserved space is taken away; what remains must not exceed `max_public_addresses` IPv4
#   addresses or as many IPv6 /64 networks. Protocol -1 opens every port.
#
#   The benchmark of CIS (6.1.2) asks for port 445 alone: `ports = ["445"]` is that. Administration ports have a policy
#   of their own. A rule that names a group, and a prefix list that AWS owns, is not public; an unused group is
#   judged like any other.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
# custom:
#   id: ec2-security-group-high-risk-ports-closed
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
#       default: ["20", "21", "23", "25", "53/udp", "69/udp", "88", "110", "111", "135", "137/udp", "138/udp", "139",
#         "143", "161/udp", "389", "445", "464", "636", "873", "1433", "1434", "1521", "2049", "2375", "2376", "2379",
#         "2483", "2484", "3000", "3306", "4333", "5000", "5432", "5500", "5601", "5900", "6379", "7000", "7001",
#         "7199", "8020", "8080", "8088", "8888", "9042", "9092", "9160", "9200", "9300", "10250", "11211", "27017",
#         "27018", "50070"]
#       description: The ports that must be closed, as text; "445" or "445/tcp" for TCP and "53/udp" for UDP.
#     max_public_addresses:
#       type: integer
#       default: 65536
#       minimum: 0
#       description: How many public IPv4 addresses, or IPv6 /64 networks, all rules together may admit to a port.
#   controls:
#     cis_aws_7_0: ["6.1.2"]
#     cis_aws_6_0: ["6.1.2"]
#     fsbp: [EC2.19]
#   remediation:
#     text: |
#       Limit the rule to the addresses or the security group of the clients, or remove it. Put a load balancer or a VPN
#       in front of what must be reached from outside.
#     cli: aws ec2 revoke-security-group-ingress --group-id ID --security-group-rule-ids RULE
package policy.ec2_security_group_high_risk_ports_closed

import data.lib.deny
import data.lib.ports

# open for certain, by each rule that opens it
deny contains deny.with_evidence(deny.found(group, path, message), rule.evidence) if {
	some group in input.resources["AWS::EC2::SecurityGroup"]
	some run in group.facts["net.rules"].public_at_least
	run.addresses > limit
	some port in closed
	ports.holds(run, port)
	some rule in run.rules
	is_string(rule.source)
	path := ["facts", "net.rules", "public_at_least"]
	about := [port.number, port.protocol, rule.source, run.from, run.to]
	message := sprintf("high-risk port %v/%s is open to %s (ports %d-%d)", about)
}

# open perhaps, as far as a rule is hidden
deny contains deny.missing(group, ["facts", "net.rules", "public_at_most"], message) if {
	some group in input.resources["AWS::EC2::SecurityGroup"]
	some port in closed
	not is_closed(group, port)
	not is_open(group, port)
	message := sprintf("high-risk port %v/%s may be open to the internet", [port.number, port.protocol])
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

limit := input.parameters.ec2_security_group_high_risk_ports_closed.max_public_addresses

closed := ports.parsed(input.parameters.ec2_security_group_high_risk_ports_closed.ports)
