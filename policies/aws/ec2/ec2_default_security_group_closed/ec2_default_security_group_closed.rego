# METADATA
# title: Default security groups have no rules
# description: |
#   The group named "default" of each VPC has no ingress rule and no egress rule, whether or not anything uses it: the
#   rule that lets the group reach itself and the one that allows everything out, which AWS puts there, fail too. What
#   is started without a group gets this one, so it must not let anything through.
#
#   In a template only rules that are added to Vpc.DefaultSecurityGroup are judged; the VPC alone says nothing of them.
#   A group that the template declares is not the default group whatever its rules hold, unless its name may be that.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
# custom:
#   id: ec2-default-security-group-closed
#   severity: medium
#   function: prevent
#   stage: reactive
#   subject: AWS::EC2::SecurityGroup
#   scope: region
#   applies: both
#   reads:
#     AWS::EC2::SecurityGroup:
#       seeks: [/facts/net.default_group/rules/*/direction, /facts/net.default_group/rules/*/evidence]
#   controls:
#     cis_aws_7_0: ["6.5"]
#     cis_aws_6_0: ["6.5"]
#     fsbp: [EC2.2]
#   remediation:
#     text: |
#       Give everything that uses the default group a group of its own, then remove all rules of the default group. It
#       cannot be deleted.
#     cli: |
#       aws ec2 revoke-security-group-ingress --group-id ID --security-group-rule-ids RULE
#       aws ec2 revoke-security-group-egress --group-id ID --security-group-rule-ids RULE
package policy.ec2_default_security_group_closed

import data.lib.deny

deny contains deny.with_evidence(deny.found(group, path, message), rule.evidence) if {
	some group in input.resources["AWS::EC2::SecurityGroup"]
	some rule in group.facts["net.default_group"].rules
	is_string(rule.direction)
	path := ["facts", "net.default_group", "rules"]
	message := sprintf("the default security group has an %s rule", [rule.direction])
}
