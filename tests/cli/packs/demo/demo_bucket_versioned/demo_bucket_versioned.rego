# METADATA
# title: Buckets keep old versions
# description: Versioning is on for every bucket.
# related_resources:
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
# custom:
#   id: demo-bucket-versioned
#   severity: high
#   function: prevent
#   stage: reactive
#   subject: AWS::S3::Bucket
#   scope: account
#   applies: both
#   controls:
#     cis_aws_7_0: ["9.9"]
#   remediation:
#     text: |
#       Set Status to "Enabled". What was deleted or overwritten before stays lost, so turn it on before the first object
#       is written.
#
#       - Add a life cycle rule for old versions.
package policy.demo_bucket_versioned

import data.lib.deny

deny contains deny.absent(bucket, ["VersioningConfiguration", "Status"], "old versions are not kept") if {
	some bucket in input.resources["AWS::S3::Bucket"]
	not bucket.properties.VersioningConfiguration.Status == "Enabled"
}
