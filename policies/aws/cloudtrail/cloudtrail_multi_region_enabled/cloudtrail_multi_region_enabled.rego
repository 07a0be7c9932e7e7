# METADATA
# title: A multi-region trail records all management events
# description: |
#   At least one trail, the account's own or one of its organization, is multi-region, is logging now, records read
#   and write management events with global service events, and can deliver to its bucket. Its selectors are taken
#   together: none means all management events, two that take reads and writes are as good as one, and one that leaves
#   out a source (AWS KMS, the RDS Data API) or events by name is not enough. A delivery error counts until a later
#   delivery is told.
#
#   Several regional trails do not do, for they miss the regions that nobody uses. Event data stores are not asked here.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/receive-cloudtrail-log-files-from-multiple-regions.html
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
#   - https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
# custom:
#   id: cloudtrail-multi-region-enabled
#   severity: critical
#   function: detect
#   stage: reactive
#   subject: Auditor::Account::Account
#   scope: account
#   applies: live
#   reads:
#     Auditor::Account::Account:
#       seeks:
#         - /facts/log.trailcoverage/management/falls_short/*/evidence
#         - /facts/log.trailcoverage/management/falls_short/*/why
#   controls:
#     cis_aws_7_0: ["4.1"]
#     cis_aws_6_0: ["4.1"]
#     fsbp: [CloudTrail.1]
#   remediation:
#     text: |
#       Make one multi-region trail for all management events, best for the whole organization in its management
#       account, and start it.
#     cli: |
#       aws cloudtrail create-trail --name main --s3-bucket-name BUCKET --is-multi-region-trail
#       aws cloudtrail start-logging --name main
package policy.cloudtrail_multi_region_enabled

import data.lib.deny

deny contains deny.with_evidence(deny.found(account, [], entry.why), entry.evidence) if {
	some account in input.resources["Auditor::Account::Account"]
	some entry in account.facts["log.trailcoverage"].management.falls_short
}
