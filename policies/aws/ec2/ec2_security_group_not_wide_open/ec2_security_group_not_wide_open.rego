# METADATA
# title: Security groups do not open all ports to the internet
# description: |
#   No set of ingress rules admits public address space to more than `max_ports` TCP ports, or to more than so many UDP
#   ports. Protocol -1 and 0-65535 are all ports; eleven rules of a hundred ports each are as wide as one rule of eleven
#   hundred, because the ports of all rules with a public source are counted together.
#
#   Public is what remains of the ranges of all rules, IPv4 and IPv6 and prefix lists of the customer, once private and
#   reserved space is taken away, if it exceeds `max_public_addresses` IPv4 addresses or as many IPv6 /64 networks.
#   A rule that names a group, and a prefix list that AWS owns, is not public. EC2.18 of the AWS foundational practices
#   asks which single ports are open; this policy asks how many.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
# custom:
#   id: ec2-security-group-not-wide-open
#   severity: critical
#   function: prevent
#   stage: reactive
#   subject: AWS::EC2::SecurityGroup
#   scope: region
#   applies: both
#   reads:
#     AWS::EC2::SecurityGroup:
#       needs:
#         - /facts/net.breadth/at_least/*/addresses
#         - /facts/net.breadth/at_least/*/ports
#         - /facts/net.breadth/at_least/*/protocol
#         - /facts/net.breadth/at_most/*/addresses
#         - /facts/net.breadth/at_most/*/ports
#         - /facts/net.breadth/at_most/*/protocol
#       seeks:
#         - /facts/net.breadth/at_least/*/addresses
#         - /facts/net.breadth/at_least/*/evidence
#         - /facts/net.breadth/at_least/*/ports
#         - /facts/net.breadth/at_least/*/protocol
#   parameters:
#     max_ports:
#       type: integer
#       default: 1024
#       minimum: 0
#       maximum: 65535
#       description: How many ports of one protocol may be open to the internet.
#     max_public_addresses:
#       type: integer
#       default: 65536
#       minimum: 0
#       description: How many public IPv4 addresses, or IPv6 /64 networks, all rules together may admit to a port.
#   controls:
#     fsbp: [EC2.18]
#   remediation:
#     text: |
#       Replace the rule by rules for the ports that are served, usually 443 alone, and limit all others to the
#       addresses or the security group of their clients.
#     cli: aws ec2 revoke-security-group-ingress --group-id ID --security-group-rule-ids RULE
package policy.ec2_security_group_not_wide_open

import data.lib.deny

# open for certain, at the longest of the ranges
deny contains deny.with_evidence(deny.found(group, path, message), step.evidence) if {
	some group in input.resources["AWS::EC2::SecurityGroup"]
	some step in group.facts["net.breadth"].at_least
	step.addresses > max_addresses
	step.ports > max_ports
	is_string(step.protocol)
	is_number(step.ports)
	path := ["facts", "net.breadth", "at_least"]
	message := sprintf("%d %s ports are open to the internet", [step.ports, upper(step.protocol)])
}

# open perhaps, as far as a rule is hidden
deny contains deny.missing(group, ["facts", "net.breadth", "at_most"], message) if {
	some group in input.resources["AWS::EC2::SecurityGroup"]
	some protocol in {"tcp", "udp"}
	not is_narrow(group, protocol)
	not is_wide(group, protocol)
	message := sprintf("more than %d %s ports may be open to the internet", [max_ports, upper(protocol)])
}

is_wide(group, protocol) if {
	some step in group.facts["net.breadth"].at_least
	step.protocol == protocol
	step.addresses > max_addresses
	step.ports > max_ports
}

is_narrow(group, protocol) if {
	some step in group.facts["net.breadth"].at_most
	step.protocol == protocol
	step.addresses <= max_addresses
	step.ports <= max_ports
}

max_addresses := input.parameters.ec2_security_group_not_wide_open.max_public_addresses

max_ports := input.parameters.ec2_security_group_not_wide_open.max_ports
