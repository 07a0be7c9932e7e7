# METADATA
# title: Buckets with CloudTrail logs are not public
# description: |
#   A bucket that a trail writes to (a trail of the account, or the copy of an organization's trail that the account
#   sees) is not public. By policy: no Allow statement is for everyone without a condition that fixes the caller, unless
#   RestrictPublicBuckets is on for the bucket or the account. By ACL: no grant is for AllUsers or AuthenticatedUsers,
#   unless IgnorePublicAcls is on for the bucket or the account, or ownership is BucketOwnerEnforced, which turns ACLs
#   off. BlockPublicPolicy and BlockPublicAcls only stop new policies and ACLs, so they do not count.
#
#   A service principal such as cloudtrail.amazonaws.com is not everyone, also without a source ARN. A Deny beside an
#   open statement does not excuse it. Buckets that no trail writes to are not judged here; a trail whose bucket is in
#   no account of the snapshot leaves an unknown, not a pass.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
# custom:
#   id: cloudtrail-bucket-not-public
#   severity: critical
#   function: prevent
#   stage: reactive
#   subject: AWS::S3::Bucket
#   scope: account
#   applies: both
#   reads:
#     AWS::S3::Bucket:
#       needs:
#         - /OwnershipControls/Rules/*/ObjectOwnership
#         - /PublicAccessBlockConfiguration/IgnorePublicAcls
#         - /PublicAccessBlockConfiguration/RestrictPublicBuckets
#       seeks: [/facts/log.exposed/open/*/evidence, /facts/log.exposed/open/*/why]
#     AWS::S3::BucketPolicy:
#       seeks: [/Bucket, /facts/log.exposed/open/*/evidence, /facts/log.exposed/open/*/why]
#     Auditor::S3::AccountPublicAccessBlock:
#       needs: [/IgnorePublicAcls, /RestrictPublicBuckets]
#     Auditor::S3::BucketStatus:
#       seeks: [/BucketName, /facts/log.exposed/open/*/evidence, /facts/log.exposed/open/*/why]
#   controls:
#     cis_aws_7_0: ["2.21"]
#   remediation:
#     text: |
#       Turn on all four public access block flags of the bucket, then take the open statement or grant away. Treat what
#       the logs told as disclosed.
#     properties:
#       PublicAccessBlockConfiguration:
#         BlockPublicAcls: true
#         BlockPublicPolicy: true
#         IgnorePublicAcls: true
#         RestrictPublicBuckets: true
#     cli: |
#       aws s3api put-public-access-block --bucket NAME --public-access-block-configuration
#       BlockPublicAcls=true,BlockPublicPolicy=true,IgnorePublicAcls=true,RestrictPublicBuckets=true
package policy.cloudtrail_bucket_not_public

import data.lib.deny

deny contains deny.with_evidence(deny.missing(bucket, [], message), entry.evidence) if {
	some policy in input.resources["AWS::S3::BucketPolicy"]
	some entry in policy.facts["log.exposed"].open
	some bucket in buckets[policy.properties.Bucket]
	not is_on(bucket, "RestrictPublicBuckets")
	message := written_and(entry)
}

deny contains deny.with_evidence(deny.missing(bucket, [], message), entry.evidence) if {
	some status in input.resources["Auditor::S3::BucketStatus"]
	some entry in status.facts["log.exposed"].open
	some bucket in buckets[status.properties.BucketName]
	not is_without_public_acls(bucket)
	message := written_and(entry)
}

deny contains deny.with_evidence(deny.missing(bucket, [], message), entry.evidence) if {
	some bucket in input.resources["AWS::S3::Bucket"]
	some entry in bucket.facts["log.exposed"].open
	not is_without_public_acls(bucket)
	message := written_and(entry)
}

written_and(entry) := sprintf("a trail writes to the bucket, and %s", [entry.why]) if is_string(entry.why)

is_without_public_acls(bucket) if is_on(bucket, "IgnorePublicAcls")

is_without_public_acls(bucket) if {
	some rule in bucket.properties.OwnershipControls.Rules
	rule.ObjectOwnership == "BucketOwnerEnforced"
}

is_on(bucket, flag) if bucket.properties.PublicAccessBlockConfiguration[flag] == true

is_on(bucket, flag) if {
	some block in input.resources["Auditor::S3::AccountPublicAccessBlock"]
	block.account == bucket.account
	block.properties[flag] == true
}

# made once, so that each policy finds its bucket without asking all of them
buckets := by_name

by_name[bucket.name][bucket.id] := bucket if some bucket in input.resources["AWS::S3::Bucket"]
