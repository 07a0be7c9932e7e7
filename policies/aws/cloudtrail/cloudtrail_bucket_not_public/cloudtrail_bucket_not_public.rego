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
#     AWS::CloudTrail::Trail:
#       seeks: [/S3BucketName]
#     AWS::S3::Bucket:
#       needs:
#         - /OwnershipControls/Rules/*/ObjectOwnership
#         - /PublicAccessBlockConfiguration/IgnorePublicAcls
#         - /PublicAccessBlockConfiguration/RestrictPublicBuckets
#       seeks: [/AccessControl]
#     AWS::S3::BucketPolicy:
#       seeks: [/Bucket, /facts/iam.public/statements/public/*/evidence, /facts/iam.public/statements/public/*/why]
#     Auditor::S3::AccountPublicAccessBlock:
#       needs: [/IgnorePublicAcls, /RestrictPublicBuckets]
#     Auditor::S3::BucketStatus:
#       seeks: [/BucketName, /Grants/*/Grantee/URI]
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

deny contains deny.with_evidence(deny.missing(bucket, [], message), statement.evidence) if {
	some policy in input.resources["AWS::S3::BucketPolicy"]
	some statement in policy.facts["iam.public"].statements.public
	some bucket in buckets[policy.properties.Bucket]
	trail_buckets[bucket.name]
	not is_on(bucket, "RestrictPublicBuckets")
	is_string(statement.why)
	message := sprintf("a trail writes to the bucket, and its policy is public: %s", [statement.why])
}

deny contains deny.with_evidence(deny.missing(bucket, [], message), {"id": status.id, "pointer": "/Grants"}) if {
	some status in input.resources["Auditor::S3::BucketStatus"]
	some grant in status.properties.Grants
	grant.Grantee.URI in {
		"http://acs.amazonaws.com/groups/global/AllUsers",
		"http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
	}
	some bucket in buckets[status.properties.BucketName]
	trail_buckets[bucket.name]
	not is_without_public_acls(bucket)
	message := "a trail writes to the bucket, and its ACL is public"
}

deny contains deny.missing(bucket, ["AccessControl"], "a trail writes to the bucket, and its ACL is public") if {
	some bucket in input.resources["AWS::S3::Bucket"]
	bucket.properties.AccessControl in {"PublicRead", "PublicReadWrite", "AuthenticatedRead"}
	trail_buckets[bucket.name]
	not is_without_public_acls(bucket)
}

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

trail_buckets := {trail.properties.S3BucketName | some trail in input.resources["AWS::CloudTrail::Trail"]}

# made once, so that each policy finds its bucket without asking all of them
buckets := by_name

by_name[bucket.name][bucket.id] := bucket if some bucket in input.resources["AWS::S3::Bucket"]
