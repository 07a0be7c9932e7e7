# METADATA
# title: Writes of S3 objects are recorded
# description: |
#   Every write event of the objects of every bucket, but for those of `exempt_buckets`, is recorded in all regions: by
#   logging multi-region trails (the account's own and the organization's) and by event data stores that are enabled,
#   ingest and are multi-region, all of them together. Basic selectors count with type All or WriteOnly and
#   arn:PARTITION:s3, arn:PARTITION:s3::: or the bucket's ARN with a slash and nothing behind it. Advanced selectors
#   count with eventCategory Data and resources.type AWS::S3::Object, as far as no condition leaves events out:
#   resources.ARN, eventName, userIdentity.arn and all others are weighed as they are written. A prefix or one bucket
#   does not cover the rest, and a trail that is stopped covers nothing.
#
#   A bucket that was not seen may be one that is not covered. The event data stores of an organization show only in its
#   management account, so in a member account what nothing else records is unknown.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
#   - https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
#   - https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DataResource.html
# custom:
#   id: cloudtrail-s3-write-events-logged
#   severity: low
#   function: detect
#   stage: reactive
#   subject: Auditor::Account::Account
#   scope: account
#   applies: live
#   reads:
#     Auditor::Account::Account:
#       needs: [/facts/log.trailcoverage/objects/write/uncovered/*/name]
#       seeks:
#         - /facts/log.trailcoverage/objects/write/uncovered/*/evidence
#         - /facts/log.trailcoverage/objects/write/uncovered/*/why
#   parameters:
#     exempt_buckets:
#       type: array
#       default: []
#       description: Names of buckets whose object events need not be recorded, such as the one that receives the logs.
#   controls:
#     cis_aws_7_0: ["4.8"]
#     cis_aws_6_0: ["4.8"]
#   remediation:
#     text: |
#       Record the data events of S3 with a multi-region trail, best the organization's. They cost by the event: leave
#       out the bucket that receives the logs, and name it in exempt_buckets.
#     cli: |
#       aws cloudtrail put-event-selectors --trail-name NAME --advanced-event-selectors
#       '[{"Name":"S3","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
#       {"Field":"resources.type","Equals":["AWS::S3::Object"]}]}, ...]'
package policy.cloudtrail_s3_write_events_logged

import data.lib.deny

deny contains deny.with_evidence(deny.missing(account, [], bucket.why), bucket.evidence) if {
	some account in input.resources["Auditor::Account::Account"]
	some bucket in account.facts["log.trailcoverage"].objects.write.uncovered
	not is_exempt(bucket)
}

is_exempt(bucket) if bucket.name in input.parameters.cloudtrail_s3_write_events_logged.exempt_buckets
