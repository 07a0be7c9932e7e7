# METADATA
# title: The account blocks public access to S3
# description: |
#   All four public access block flags (BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets) are
#   on for the account, as the service returns them: what an organization policy sets is part of that answer. An account
#   that never set them has all four off and fails.
#
#   CIS 3.1.4 is met bucket by bucket as well: an account that does it so passes s3-bucket-public-access-blocked and
#   fails here.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
# custom:
#   id: s3-account-public-access-blocked
#   severity: high
#   function: prevent
#   stage: reactive
#   subject: Auditor::S3::AccountPublicAccessBlock
#   scope: account
#   applies: live
#   reads:
#     Auditor::S3::AccountPublicAccessBlock:
#       needs: [/*]
#   controls:
#     cis_aws_7_0: ["3.1.4"]
#     cis_aws_6_0: ["3.1.4"]
#     fsbp: [S3.1]
#   remediation:
#     text: |
#       Turn on all four flags for the account, or for the organization with an S3 policy. First find the buckets that
#       are public on purpose: a website is better served by CloudFront with origin access control.
#     properties:
#       BlockPublicAcls: true
#       BlockPublicPolicy: true
#       IgnorePublicAcls: true
#       RestrictPublicBuckets: true
#     cli: |
#       aws s3control put-public-access-block --account-id ACCOUNT --public-access-block-configuration
#       BlockPublicAcls=true,BlockPublicPolicy=true,IgnorePublicAcls=true,RestrictPublicBuckets=true
package policy.s3_account_public_access_blocked

import data.lib.deny

deny contains deny.absent(block, [flag], message) if {
	some block in input.resources["Auditor::S3::AccountPublicAccessBlock"]
	some flag in {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}
	not block.properties[flag] == true
	message := sprintf("%s is not on for the account", [flag])
}
