# METADATA
# title: RDS databases encrypt their storage
# description: |
#   Every DB instance that is no member of a cluster, every DB cluster and every global cluster is encrypted at rest:
#   StorageEncrypted is true, or AWS reports the encryption type sse-kms. Members follow their cluster.
#
#   Aurora encrypts new clusters with a key that AWS owns, and then reports sse-rds and StorageEncrypted false; with
#   `accept_aws_owned_key` that passes, and so does an Aurora cluster in a template that leaves StorageEncrypted out or
#   sets it to false. For every other engine, and for a global cluster, leaving it out means false. CIS and the
#   foundational practices were written before that default and count StorageEncrypted alone: `accept_aws_owned_key =
#   false` does that.
#
#   A restore or a replica takes the setting of its source, whatever the template says: it passes if the source is seen
#   to be encrypted and is undecided if it is not seen, as a snapshot never is. A cluster from a snapshot is sure to be
#   encrypted if StorageEncrypted is true and KmsKeyId names a key, and an Aurora cluster that is restored is encrypted
#   by AWS in any case. A clone, a replica and the secondary of a global cluster stay as their source is; the last two
#   may say true. KmsKeyId without StorageEncrypted proves nothing. Neptune and DocumentDB have types of their own and
#   are not judged here.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html
# custom:
#   id: rds-storage-encrypted
#   severity: high
#   function: prevent
#   stage: reactive
#   subject: [AWS::RDS::DBInstance, AWS::RDS::DBCluster, AWS::RDS::GlobalCluster]
#   scope: account
#   applies: both
#   reads:
#     AWS::RDS::DBCluster:
#       needs: [/Engine, /StorageEncrypted, /StorageEncryptionType]
#       seeks: [/StorageEncryptionType]
#     AWS::RDS::DBInstance:
#       needs: [/DBClusterIdentifier, /StorageEncrypted]
#     AWS::RDS::GlobalCluster:
#       needs: [/StorageEncrypted]
#     Auditor::RDS::EncryptionStatus:
#       needs: [/Arn, /StorageEncryptionType]
#   parameters:
#     accept_aws_owned_key:
#       type: boolean
#       default: true
#       description: Encryption with a key that AWS owns (sse-rds) counts.
#   controls:
#     cis_aws_7_0: ["3.2.1"]
#     cis_aws_6_0: ["3.2.1"]
#     fsbp: [RDS.3, RDS.27]
#   remediation:
#     text: |
#       Set StorageEncrypted to true, with KmsKeyId where a key of your own is wanted. This cannot be changed on an
#       existing database: take a snapshot, copy it with encryption, restore from the copy and switch over.
#     properties:
#       StorageEncrypted: true
package policy.rds_storage_encrypted

import data.lib.deny

message := "nothing says that the storage is encrypted (StorageEncrypted is not true)"

deny contains deny.missing(instance, ["StorageEncrypted"], message) if {
	some instance in input.resources["AWS::RDS::DBInstance"]
	not instance.properties.DBClusterIdentifier
	not is_encrypted_instance(instance)
}

deny contains deny.missing(cluster, ["StorageEncrypted"], message) if {
	some cluster in input.resources["AWS::RDS::DBCluster"]
	not is_encrypted_cluster(cluster)
}

deny contains deny.missing(cluster, ["StorageEncrypted"], message) if {
	some cluster in input.resources["AWS::RDS::GlobalCluster"]
	not is_encrypted_global_cluster(cluster)
}

is_encrypted_instance(instance) if instance.properties.StorageEncrypted == true

is_encrypted_instance(instance) if vouched[instance.arn]

is_encrypted_cluster(cluster) if cluster.properties.StorageEncrypted == true

is_encrypted_cluster(cluster) if accepted[cluster.properties.StorageEncryptionType]

# what AWS does by itself for a new or restored Aurora cluster; an older one reports "none"
is_encrypted_cluster(cluster) if {
	accepted["sse-rds"]
	is_string(cluster.properties.Engine)
	startswith(cluster.properties.Engine, "aurora")
	not cluster.properties.StorageEncryptionType == "none"
}

is_encrypted_global_cluster(cluster) if cluster.properties.StorageEncrypted == true

is_encrypted_global_cluster(cluster) if vouched[cluster.arn]

accepted contains "sse-kms"

accepted contains "sse-rds" if input.parameters.rds_storage_encrypted.accept_aws_owned_key

# the ARNs of databases whose encryption AWS reports beside their properties
vouched := {status.properties.Arn |
	some status in input.resources["Auditor::RDS::EncryptionStatus"]
	accepted[status.properties.StorageEncryptionType]
}
