# METADATA
# title: S3 buckets refuse requests without TLS
# description: |
#   The bucket policy denies every action (`s3:*` or `*`) to every principal (`*` or `AWS: *`) on the bucket and on its
#   objects when the request came over plain HTTP. One statement may do it or several together. The only condition may
#   be `Bool` or `BoolIfExists` on aws:SecureTransport false (text or boolean), or `NumericLessThanIfExists` on
#   s3:TlsVersion with at least `min_tls`. Plain `NumericLessThan` does not count unless `accept_tls_version` is on: a
#   request over HTTP has no TLS version, so it is not denied.
#
#   Not enough: an Allow that is limited to secure transport, a Deny for some actions, some principals or with a
#   further condition, and a Deny that covers only the bucket or only `bucket/*`. The CIS benchmark prints the last
#   form as sufficient; listing a bucket would then still work over HTTP. A resource control policy is not looked at.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
# custom:
#   id: s3-bucket-tls-required
#   severity: medium
#   function: prevent
#   stage: reactive
#   subject: AWS::S3::Bucket
#   scope: account
#   applies: both
#   reads:
#     AWS::S3::BucketPolicy:
#       needs: [/Bucket, /facts/s3.tls_only/bool, /facts/s3.tls_only/if_exists, /facts/s3.tls_only/plain]
#   parameters:
#     min_tls:
#       type: number
#       default: 1.2
#       values: [1.2, 1.3]
#       description: The TLS version below which requests must be denied, where a statement compares s3:TlsVersion.
#     accept_tls_version:
#       type: boolean
#       default: false
#       description: Accept a plain NumericLessThan on s3:TlsVersion, which lets plain HTTP through.
#   controls:
#     cis_aws_7_0: ["3.1.1"]
#     cis_aws_6_0: ["3.1.1"]
#     fsbp: [S3.5]
#   remediation:
#     text: |
#       Add a statement to the bucket policy: Effect Deny, Principal "*", Action "s3:*", Resource the bucket's ARN and
#       the same ARN with "/*", Condition Bool aws:SecureTransport "false".
#     cli: aws s3api put-bucket-policy --bucket NAME --policy file://policy.json
package policy.s3_bucket_tls_required

import data.lib.deny

deny contains deny.missing(bucket, [], message) if {
	some bucket in input.resources["AWS::S3::Bucket"]
	not refuses_plain_http(bucket)
	message := "no bucket policy denies plain HTTP for every action and principal, on the bucket and on its objects"
}

refuses_plain_http(bucket) if protected[bucket.name]

protected := {policy.properties.Bucket |
	some policy in input.resources["AWS::S3::BucketPolicy"]
	denies_plain_http(policy)
}

denies_plain_http(policy) if policy.facts["s3.tls_only"].bool

denies_plain_http(policy) if policy.facts["s3.tls_only"].if_exists >= input.parameters.s3_bucket_tls_required.min_tls

denies_plain_http(policy) if {
	input.parameters.s3_bucket_tls_required.accept_tls_version
	policy.facts["s3.tls_only"].plain >= input.parameters.s3_bucket_tls_required.min_tls
}
