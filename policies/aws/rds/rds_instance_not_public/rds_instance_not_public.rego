# METADATA
# title: RDS databases are not publicly accessible
# description: |
#   PubliclyAccessible is false on every DB instance, Aurora members included, and on every Multi-AZ DB cluster. The
#   flag alone decides: whether security groups and routes let anybody reach the port never changes the verdict,
#   because a public address makes the next mistake in them an exposure.
#
#   Left out in a template, the flag is true where DBSubnetGroupName is left out too or names the group "default", and
#   false with any other subnet group; an Aurora instance without a subnet group is private. Neptune and DocumentDB
#   have types of their own and are not judged here.
# related_resources:
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
# custom:
#   id: rds-instance-not-public
#   severity: critical
#   function: prevent
#   stage: reactive
#   subject: [AWS::RDS::DBInstance, AWS::RDS::DBCluster]
#   scope: region
#   applies: both
#   reads:
#     AWS::RDS::DBCluster:
#       seeks: [/PubliclyAccessible]
#     AWS::RDS::DBInstance:
#       seeks: [/PubliclyAccessible]
#   controls:
#     cis_aws_7_0: ["3.2.3"]
#     cis_aws_6_0: ["3.2.3"]
#     fsbp: [RDS.2]
#   remediation:
#     text: |
#       Set PubliclyAccessible to false and reach the database from inside the VPC, through a VPN or with Session
#       Manager port forwarding. The address changes at once, so move clients first.
#     properties:
#       PubliclyAccessible: false
#     cli: aws rds modify-db-instance --db-instance-identifier NAME --no-publicly-accessible --apply-immediately
package policy.rds_instance_not_public

import data.lib.deny

message := "the database gets a public address (PubliclyAccessible is true, or left out where that means true)"

deny contains deny.found(instance, ["PubliclyAccessible"], message) if {
	some instance in input.resources["AWS::RDS::DBInstance"]
	instance.properties.PubliclyAccessible == true
}

deny contains deny.found(cluster, ["PubliclyAccessible"], message) if {
	some cluster in input.resources["AWS::RDS::DBCluster"]
	cluster.properties.PubliclyAccessible == true
}
