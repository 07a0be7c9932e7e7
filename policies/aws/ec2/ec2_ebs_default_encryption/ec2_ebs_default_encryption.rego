# METADATA
# title: EBS encryption by default is on
# description: |
#   Encryption by default is on in every enabled region, each region judged by itself and also where it holds nothing
#   yet: the setting decides for the first volume that somebody makes there. Which key is the default does not matter
#   here, and existing volumes are another policy's question (ec2-volume-encrypted).
# related_resources:
#   - https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
#   - https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetEbsEncryptionByDefault.html
# custom:
#   id: ec2-ebs-default-encryption
#   severity: high
#   function: prevent
#   stage: automated
#   subject: Auditor::EC2::RegionDefaults
#   scope: region
#   applies: live
#   reads:
#     Auditor::EC2::RegionDefaults:
#       needs: [/EbsEncryptionByDefault]
#   controls:
#     cis_aws_7_0: ["6.1.1"]
#     cis_aws_6_0: ["6.1.1"]
#     fsbp: [EC2.7]
#   remediation:
#     text: |
#       Turn it on in the region. First see that roles which start instances may use the default key; a key of your own
#       has to admit them, and the service-linked role of Auto Scaling.
#     cli: aws ec2 enable-ebs-encryption-by-default --region REGION
package policy.ec2_ebs_default_encryption

import data.lib.deny

deny contains deny.absent(defaults, ["EbsEncryptionByDefault"], message) if {
	some defaults in input.resources["Auditor::EC2::RegionDefaults"]
	not defaults.properties.EbsEncryptionByDefault == true
	message := "new volumes of the region are not encrypted unless somebody asks for it"
}
