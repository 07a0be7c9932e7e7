# METADATA
# title: Database snapshots are not public
# description: |
#   No manual snapshot of an instance or a cluster, be it RDS, Aurora, DocumentDB or Neptune, lets everyone restore it:
#   its attribute "restore" does not hold "all". Automated snapshots cannot be shared and are not judged. Snapshots that
#   are shared with named accounts are another policy's question.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBSnapshotAttribute.html
# custom:
#   id: rds-snapshot-not-public
#   severity: critical
#   function: prevent
#   stage: reactive
#   subject: Auditor::RDS::SnapshotAttributes
#   scope: region
#   applies: live
#   reads:
#     Auditor::RDS::SnapshotAttributes:
#       seeks: [/RestoreAccounts/*]
#   controls:
#     fsbp: [RDS.1, DocumentDB.3, Neptune.3]
#   remediation:
#     text: |
#       Take "all" away from the attribute, and treat what the snapshot held as disclosed. A snapshot that is encrypted
#       cannot be made public.
#     cli: |
#       aws rds modify-db-snapshot-attribute --db-snapshot-identifier NAME --attribute-name restore
#       --values-to-remove all
package policy.rds_snapshot_not_public

import data.lib.deny

deny contains deny.found(snapshot, ["RestoreAccounts", i], "everyone may restore the snapshot") if {
	some snapshot in input.resources["Auditor::RDS::SnapshotAttributes"]
	some i, "all" in snapshot.properties.RestoreAccounts
}
