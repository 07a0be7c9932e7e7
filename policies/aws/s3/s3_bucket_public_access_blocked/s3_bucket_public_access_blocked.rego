# METADATA
# title: S3 buckets block public access
# description: |
#   All four public access block flags (BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets)
#   hold for every bucket. S3 takes the stricter of the levels flag by flag, so a flag counts where the bucket sets it
#   or where the account does; what an organization policy sets is part of the account's values. A flag left out of a
#   block is off, and so is a missing block. A template that says nothing is judged as off although new buckets get all
#   four by default, because the outcome then depends on how old the bucket is (`[template.assume]` can say otherwise).
#
#   S3.8 of the AWS foundational practices wants the bucket's own block: `accept_account_level = false` does that.
#   Directory buckets are always private and are not judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
#   - https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-publicaccessblockconfiguration.html
# custom:
#   id: s3-bucket-public-access-blocked
#   severity: high
#   function: prevent
#   stage: reactive
#   subject: AWS::S3::Bucket
#   scope: account
#   applies: both
#   reads:
#     AWS::S3::Bucket:
#       needs: [/PublicAccessBlockConfiguration/*]
#     Auditor::S3::AccountPublicAccessBlock:
#       needs: [/*]
#   parameters:
#     accept_account_level:
#       type: boolean
#       default: true
#       description: A flag that the account sets counts for each of its buckets.
#   controls:
#     cis_aws_7_0: ["3.1.4"]
#     cis_aws_6_0: ["3.1.4"]
#     fsbp: [S3.8]
#   remediation:
#     text: |
#       Turn on all four flags of the bucket. First check that nobody relies on public access: a website is better
#       served by CloudFront with origin access control.
#     properties:
#       PublicAccessBlockConfiguration:
#         BlockPublicAcls: true
#         BlockPublicPolicy: true
#         IgnorePublicAcls: true
#         RestrictPublicBuckets: true
#     cli: |
#       aws s3api put-public-access-block --bucket NAME --public-access-block-configuration
#       BlockPublicAcls=true,BlockPublicPolicy=true,IgnorePublicAcls=true,RestrictPublicBuckets=true
package policy.s3_bucket_public_access_blocked

import data.lib.deny

deny contains deny.missing(bucket, ["PublicAccessBlockConfiguration", flag], message) if {
	some bucket in input.resources["AWS::S3::Bucket"]
	some flag in {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}
	not is_on(bucket, flag)
	message := sprintf("%s is not on, so the bucket is not kept from becoming public", [flag])
}

is_on(bucket, flag) if bucket.properties.PublicAccessBlockConfiguration[flag] == true

is_on(bucket, flag) if {
	input.parameters.s3_bucket_public_access_blocked.accept_account_level
	some block in input.resources["Auditor::S3::AccountPublicAccessBlock"]
	block.account == bucket.account
	block.properties[flag] == true
}
