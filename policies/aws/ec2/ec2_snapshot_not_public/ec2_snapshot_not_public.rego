# METADATA
# title: EBS snapshots are not public
# description: |
#   No snapshot that the account owns lets everyone create volumes from it. Where the region blocks all sharing
#   (block-all-sharing), a snapshot that was made public before is treated as private and passes; block-new-sharing
#   leaves such a snapshot public and does not excuse it. Snapshots that are shared with named accounts are another
#   policy's question.
# related_resources:
#   - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
#   - https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html
# custom:
#   id: ec2-snapshot-not-public
#   severity: critical
#   function: prevent
#   stage: reactive
#   subject: Auditor::EC2::Snapshot
#   scope: region
#   applies: live
#   reads:
#     AWS::EC2::SnapshotBlockPublicAccess:
#       needs: [/State]
#     Auditor::EC2::Snapshot:
#       seeks: [/Public]
#   controls:
#     fsbp: [EC2.1]
#   remediation:
#     text: |
#       Take the permission for everyone away, and treat what the snapshot held as disclosed. Then block all public
#       sharing of snapshots in every region.
#     cli: |
#       aws ec2 modify-snapshot-attribute --snapshot-id ID --attribute createVolumePermission
#       --operation-type remove --group-names all
#       aws ec2 enable-snapshot-block-public-access --state block-all-sharing
package policy.ec2_snapshot_not_public

import data.lib.deny

deny contains deny.missing(snapshot, ["Public"], "everyone may create a volume from the snapshot") if {
	some snapshot in input.resources["Auditor::EC2::Snapshot"]
	snapshot.properties.Public == true
	not is_blocked(snapshot)
}

is_blocked(snapshot) if {
	some block in input.resources["AWS::EC2::SnapshotBlockPublicAccess"]
	block.account == snapshot.account
	block.region == snapshot.region
	block.properties.State == "block-all-sharing"
}
