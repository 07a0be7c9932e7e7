# METADATA
# title: Databases take minor version upgrades by themselves
# description: |
#   AutoMinorVersionUpgrade is true on every instance and on every cluster, Aurora or Multi-AZ; each is judged by its
#   own value, so a member that opts out fails although its cluster does not. A value that is left out is true.
#
#   An instance of RDS Custom (an engine that starts with `custom-`) needs the value to be false and is not judged;
#   there are no such clusters.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html
# custom:
#   id: rds-minor-upgrade-automatic
#   severity: medium
#   function: prevent
#   stage: automated
#   subject: [AWS::RDS::DBInstance, AWS::RDS::DBCluster]
#   scope: account
#   applies: both
#   reads:
#     AWS::RDS::DBCluster:
#       seeks: [/AutoMinorVersionUpgrade]
#     AWS::RDS::DBInstance:
#       needs: [/Engine]
#       seeks: [/AutoMinorVersionUpgrade]
#   controls:
#     cis_aws_7_0: ["3.2.2"]
#     cis_aws_6_0: ["3.2.2"]
#     fsbp: [RDS.13, RDS.35]
#   remediation:
#     text: |
#       Turn the upgrades on, for clusters on each member too, and choose a maintenance window that suits them.
#     properties:
#       AutoMinorVersionUpgrade: true
#     cli: aws rds modify-db-instance --db-instance-identifier NAME --auto-minor-version-upgrade
package policy.rds_minor_upgrade_automatic

import data.lib.deny

message := "minor version upgrades, which bring security fixes, are turned off"

deny contains deny.missing(instance, ["AutoMinorVersionUpgrade"], message) if {
	some instance in input.resources["AWS::RDS::DBInstance"]
	instance.properties.AutoMinorVersionUpgrade == false
	not is_custom(instance)
}

deny contains deny.found(cluster, ["AutoMinorVersionUpgrade"], message) if {
	some cluster in input.resources["AWS::RDS::DBCluster"]
	cluster.properties.AutoMinorVersionUpgrade == false
}

is_custom(instance) if {
	is_string(instance.properties.Engine)
	startswith(instance.properties.Engine, "custom-")
}
