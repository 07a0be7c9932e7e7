# METADATA
# title: EBS volumes are encrypted
# description: |
#   Every volume is encrypted, attached or not, and every block device mapping with an EBS section says Encrypted true:
#   of an instance that is not terminated, of a launch template (its default version) and of a launch configuration. A
#   mapping passes without saying so where encryption by default is on in the account and region, or where its snapshot
#   is seen to be encrypted. A mapping that only suppresses a device (NoDevice) or names an instance store volume
#   (VirtualName) makes no volume and is not judged; what the image maps by itself does not count.
#
#   A volume that exists and is not encrypted fails also where encryption by default is on, since that touches new
#   volumes only. What a template declares without saying so counts as not encrypted, except in the regions that
#   `default_encryption_regions` of `[template.assume]` lists. KmsKeyId alone encrypts nothing. A volume or mapping
#   made from a snapshot or from another volume takes the encryption of its origin when it says nothing: it is
#   undecided unless the origin is seen. An encrypted image passes its encryption on as well; a mapping for the root
#   device of one still has to say it, since a template does not show which image it will be.
# related_resources:
#   - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
#   - https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
# custom:
#   id: ec2-volume-encrypted
#   severity: high
#   function: prevent
#   stage: reactive
#   subject:
#     - AWS::EC2::Volume
#     - AWS::EC2::Instance
#     - AWS::EC2::LaunchTemplate
#     - AWS::AutoScaling::LaunchConfiguration
#   scope: region
#   applies: both
#   reads:
#     AWS::AutoScaling::LaunchConfiguration:
#       needs:
#         - /BlockDeviceMappings/*/Ebs/Encrypted
#         - /BlockDeviceMappings/*/Ebs/SnapshotId
#         - /BlockDeviceMappings/*/NoDevice
#       seeks: [/BlockDeviceMappings/*/Ebs/Encrypted]
#     AWS::EC2::Instance:
#       needs:
#         - /BlockDeviceMappings/*/Ebs/Encrypted
#         - /BlockDeviceMappings/*/Ebs/SnapshotId
#         - /BlockDeviceMappings/*/NoDevice
#         - /State/Name
#       seeks: [/BlockDeviceMappings/*/Ebs/Encrypted]
#     AWS::EC2::LaunchTemplate:
#       needs:
#         - /LaunchTemplateData/BlockDeviceMappings/*/Ebs/Encrypted
#         - /LaunchTemplateData/BlockDeviceMappings/*/Ebs/SnapshotId
#         - /LaunchTemplateData/BlockDeviceMappings/*/NoDevice
#       seeks: [/LaunchTemplateData/BlockDeviceMappings/*/Ebs/Encrypted]
#     AWS::EC2::Volume:
#       needs: [/Encrypted]
#       seeks: [/Encrypted]
#     Auditor::EC2::RegionDefaults:
#       needs: [/EbsEncryptionByDefault]
#     Auditor::EC2::Snapshot:
#       needs: [/Encrypted]
#   controls:
#     fsbp: [EC2.3]
#   remediation:
#     text: |
#       Set Encrypted to true, with KmsKeyId where a key of your own is wanted, and turn on encryption by default in
#       each region. An existing volume cannot be encrypted in place: copy its snapshot with encryption and replace it.
#     properties:
#       Encrypted: true
#     cli: aws ec2 enable-ebs-encryption-by-default --region REGION
package policy.ec2_volume_encrypted

import data.lib.deny

deny contains deny.found(volume, ["Encrypted"], "the volume is not encrypted") if {
	some volume in input.resources["AWS::EC2::Volume"]
	volume.properties.Encrypted == false
}

deny contains deny.absent(volume, ["Encrypted"], "nothing says that the volume is encrypted") if {
	some volume in input.resources["AWS::EC2::Volume"]
	not volume.properties.Encrypted == true
	not volume.properties.Encrypted == false
}

deny contains deny.missing(instance, ["BlockDeviceMappings", i, "Ebs", "Encrypted"], message) if {
	some instance in input.resources["AWS::EC2::Instance"]
	some i, mapping in instance.properties.BlockDeviceMappings
	not instance.properties.State.Name == "terminated"
	makes_plain_volume(mapping)
	not encrypts_by_default(instance)
}

deny contains deny.missing(template, ["LaunchTemplateData", "BlockDeviceMappings", i, "Ebs", "Encrypted"], message) if {
	some template in input.resources["AWS::EC2::LaunchTemplate"]
	some i, mapping in template.properties.LaunchTemplateData.BlockDeviceMappings
	makes_plain_volume(mapping)
	not encrypts_by_default(template)
}

deny contains deny.missing(configuration, ["BlockDeviceMappings", i, "Ebs", "Encrypted"], message) if {
	some configuration in input.resources["AWS::AutoScaling::LaunchConfiguration"]
	some i, mapping in configuration.properties.BlockDeviceMappings
	makes_plain_volume(mapping)
	not encrypts_by_default(configuration)
}

message := "the mapping makes a volume that nothing says is encrypted"

makes_plain_volume(mapping) if {
	mapping.Ebs.Encrypted == false
	not mapping.NoDevice
}

makes_plain_volume(mapping) if {
	mapping.Ebs
	not mapping.NoDevice
	not mapping.Ebs.Encrypted == true
	not is_from_encrypted_snapshot(mapping)
}

is_from_encrypted_snapshot(mapping) if encrypted_snapshots[mapping.Ebs.SnapshotId]

encrypted_snapshots := {snapshot.name |
	some snapshot in input.resources["Auditor::EC2::Snapshot"]
	snapshot.properties.Encrypted == true
}

encrypts_by_default(resource) if {
	some defaults in input.resources["Auditor::EC2::RegionDefaults"]
	defaults.account == resource.account
	defaults.region == resource.region
	defaults.properties.EbsEncryptionByDefault == true
}
