# METADATA
# title: S3 buckets are not public
# description: |
#   Nobody but known callers can read, list or write the bucket at this moment. A statement of the bucket policy counts
#   whose caller no condition fixes, as S3 defines public: every value fixed, without wildcard and policy variable;
#   IfExists, ForAllValues and conditions on the target never fix. A Deny elsewhere does not excuse it. It is excused
#   where RestrictPublicBuckets is on, for the bucket or the account.
#
#   A grant to AllUsers or AuthenticatedUsers (any AWS account), or the AccessControl of a template that makes one
#   (PublicRead, PublicReadWrite, AuthenticatedRead), counts too. It is excused where IgnorePublicAcls is on, for the
#   bucket or the account, or where the ownership is BucketOwnerEnforced. BlockPublicAcls and BlockPublicPolicy only
#   stop new access and excuse nothing. A template that declares a public AccessControl fails although new buckets get a
#   block and owner enforcement by default, because it asks for the opposite.
#
#   Buckets in `public_buckets` may be public. Access points have policies of their own and are not read.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
# custom:
#   id: s3-bucket-not-public
#   severity: critical
#   function: prevent
#   stage: reactive
#   subject: AWS::S3::Bucket
#   scope: account
#   applies: both
#   reads:
#     AWS::S3::Bucket:
#       needs:
#         - /BucketName
#         - /OwnershipControls/Rules/*/ObjectOwnership
#         - /PublicAccessBlockConfiguration/IgnorePublicAcls
#         - /PublicAccessBlockConfiguration/RestrictPublicBuckets
#       seeks: [/AccessControl]
#     AWS::S3::BucketPolicy:
#       seeks: [/Bucket, /facts/iam.public/statements/public/*/evidence, /facts/iam.public/statements/public/*/why]
#     Auditor::S3::AccountPublicAccessBlock:
#       needs: [/IgnorePublicAcls, /RestrictPublicBuckets]
#     Auditor::S3::BucketStatus:
#       seeks: [/Bucket, /Grants/*/Grantee/URI, /Grants/*/Permission]
#   parameters:
#     public_buckets:
#       type: array
#       default: []
#       description: Names of buckets that may be public.
#   controls:
#     cis_aws_7_0: ["2.21"]
#     fsbp: [S3.2, S3.3]
#   remediation:
#     text: |
#       Turn on the public access block, then name the callers in the policy. Serve a website through CloudFront with
#       origin access control; let single objects out with presigned URLs.
#     properties:
#       PublicAccessBlockConfiguration:
#         BlockPublicAcls: true
#         BlockPublicPolicy: true
#         IgnorePublicAcls: true
#         RestrictPublicBuckets: true
#     cli: |
#       aws s3api put-public-access-block --bucket NAME --public-access-block-configuration
#       BlockPublicAcls=true,BlockPublicPolicy=true,IgnorePublicAcls=true,RestrictPublicBuckets=true
package policy.s3_bucket_not_public

import data.lib.deny

deny contains deny.with_evidence(deny.missing(bucket, [], message), statement.evidence) if {
	some policy in input.resources["AWS::S3::BucketPolicy"]
	some statement in policy.facts["iam.public"].statements.public
	some bucket in buckets[policy.properties.Bucket]
	not restricts_strangers(bucket)
	not is_meant_to_be_public(bucket)
	is_string(statement.why)
	message := sprintf("anybody may use the bucket: %s", [statement.why])
}

deny contains deny.with_evidence(deny.missing(bucket, [], message), evidence) if {
	some status in input.resources["Auditor::S3::BucketStatus"]
	some grant in status.properties.Grants
	whom := strangers[grant.Grantee.URI]
	some bucket in buckets[status.properties.Bucket]
	not ignores_grants(bucket)
	not is_meant_to_be_public(bucket)
	is_string(grant.Permission)
	evidence := {"id": status.id, "pointer": "/Grants"}
	message := sprintf("the access control list grants %s to %s", [grant.Permission, whom])
}

deny contains deny.missing(bucket, ["AccessControl"], message) if {
	some bucket in input.resources["AWS::S3::Bucket"]
	some acl in {"PublicRead", "PublicReadWrite", "AuthenticatedRead"}
	bucket.properties.AccessControl == acl
	not ignores_grants(bucket)
	not is_meant_to_be_public(bucket)
	message := sprintf("AccessControl %s grants access to strangers", [acl])
}

strangers := {
	"http://acs.amazonaws.com/groups/global/AllUsers": "everyone",
	"http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "every AWS account",
}

restricts_strangers(bucket) if has_flag(bucket, "RestrictPublicBuckets")

ignores_grants(bucket) if has_flag(bucket, "IgnorePublicAcls")

ignores_grants(bucket) if {
	some rule in bucket.properties.OwnershipControls.Rules
	rule.ObjectOwnership == "BucketOwnerEnforced"
}

has_flag(bucket, flag) if bucket.properties.PublicAccessBlockConfiguration[flag] == true

has_flag(bucket, flag) if {
	some block in input.resources["Auditor::S3::AccountPublicAccessBlock"]
	block.account == bucket.account
	block.properties[flag] == true
}

is_meant_to_be_public(bucket) if {
	some name in input.parameters.s3_bucket_not_public.public_buckets
	bucket.properties.BucketName == name
}

# made once, so that each document finds its bucket without asking all of them
buckets := by_name

by_name[bucket.name][bucket.id] := bucket if some bucket in input.resources["AWS::S3::Bucket"]
