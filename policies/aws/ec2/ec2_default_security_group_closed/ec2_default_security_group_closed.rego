# METADATA
# title: Default security groups have no rules
# description: |
#   The group named "default" of each VPC has no ingress rule and no egress rule, whether or not anything uses it: the
#   rule that lets the group reach itself and the one that allows everything out, which AWS puts there, fail too. What
#   is started without a group gets this one, so it must not let anything through.
#
#   In a template only rules that are added to Vpc.DefaultSecurityGroup are judged; the VPC alone says nothing of them.
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
#       seeks: [/GroupName, /SecurityGroupEgress/*, /SecurityGroupIngress/*]
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

deny contains deny.found(group, ["SecurityGroupIngress", i], "the default security group has an ingress rule") if {
	some group in input.resources["AWS::EC2::SecurityGroup"]
	group.properties.GroupName == "default"
	some i, _ in group.properties.SecurityGroupIngress
}

deny contains deny.found(group, ["SecurityGroupEgress", i], "the default security group has an egress rule") if {
	some group in input.resources["AWS::EC2::SecurityGroup"]
	group.properties.GroupName == "default"
	some i, _ in group.properties.SecurityGroupEgress
}
