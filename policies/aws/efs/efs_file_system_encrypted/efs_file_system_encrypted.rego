# METADATA
# title: EFS file systems are encrypted
# description: |
#   Encrypted is true on every file system, whichever key it uses: without KmsKeyId it is the AWS managed key for EFS.
#   Left out in a template it is false, and KmsKeyId alone does not turn it on (the API refuses that). A file system
#   that replication made is judged by its own value.
#
#   Encryption is chosen when a file system is made and cannot be added later: a file system that is not encrypted has
#   to be copied into one that is.
# related_resources:
#   - https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-efs-filesystem.html
# custom:
#   id: efs-file-system-encrypted
#   severity: high
#   function: prevent
#   stage: reactive
#   subject: AWS::EFS::FileSystem
#   scope: account
#   applies: both
#   reads:
#     AWS::EFS::FileSystem:
#       needs: [/Encrypted]
#   controls:
#     cis_aws_7_0: ["3.3.1"]
#     cis_aws_6_0: ["3.3.1"]
#     fsbp: [EFS.1]
#   remediation:
#     text: |
#       Make a file system with Encrypted true, copy the files into it (AWS DataSync or AWS Backup), mount it in place
#       of the old one and delete that. CloudFormation replaces the file system when the value changes: copy first.
#     properties:
#       Encrypted: true
#     cli: aws efs create-file-system --encrypted
package policy.efs_file_system_encrypted

import data.lib.deny

message := "the file system is not encrypted, which only a copy into an encrypted one can mend"

deny contains deny.absent(system, ["Encrypted"], message) if {
	some system in input.resources["AWS::EFS::FileSystem"]
	not system.properties.Encrypted == true
}
