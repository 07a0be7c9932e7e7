# METADATA
# title: Buckets with CloudTrail logs log who reads them
# description: |
#   A bucket that a trail writes to (a trail of the account, or the copy of an organization's trail that the account
#   sees) writes server access logs to another bucket. A bucket that is its own destination fails: there, who can change
#   the one log can change the other. Buckets that no trail writes to are not judged.
#
#   A trail whose bucket is in no account of the snapshot leaves an unknown, not a pass. Data events of CloudTrail for
#   the bucket, and access logs that CloudWatch Logs delivers for it, are not looked at.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html
# custom:
#   id: cloudtrail-bucket-access-logged
#   severity: low
#   function: detect
#   stage: reactive
#   subject: AWS::S3::Bucket
#   scope: account
#   applies: both
#   reads:
#     AWS::CloudTrail::Trail:
#       seeks: [/S3BucketName]
#     AWS::S3::Bucket:
#       needs: [/LoggingConfiguration/DestinationBucketName]
#   controls:
#     cis_aws_7_0: ["4.4"]
#     cis_aws_6_0: ["4.4"]
#   remediation:
#     text: |
#       Name another bucket of the same region as the destination, and let logging.s3.amazonaws.com write to it in that
#       bucket's policy.
#     cli: aws s3api put-bucket-logging --bucket NAME --bucket-logging-status file://logging.json
package policy.cloudtrail_bucket_access_logged

import data.lib.deny

deny contains deny.absent(bucket, ["LoggingConfiguration", "DestinationBucketName"], message) if {
	some bucket in input.resources["AWS::S3::Bucket"]
	trail_buckets[bucket.name]
	not logs_elsewhere(bucket)
	message := "a trail writes to the bucket, and the bucket writes no server access log to another one"
}

logs_elsewhere(bucket) if bucket.properties.LoggingConfiguration.DestinationBucketName != bucket.name

trail_buckets := {trail.properties.S3BucketName | some trail in input.resources["AWS::CloudTrail::Trail"]}
