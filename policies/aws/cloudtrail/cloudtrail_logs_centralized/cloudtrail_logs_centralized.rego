# METADATA
# title: The logs of an account end in another account
# description: |
#   Some logging multi-region trail, the account's own or one of its organization, gets all of its logs to a log archive
#   account: it writes to a bucket there, to an own bucket that replicates every object to one, or to a log group from
#   which everything goes on. Log archive accounts are those of `log_archive_accounts`; where none is named, every other
#   account of the same organization counts. A bucket or log group of the audited account itself does not do, also for
#   the organization's trail in the management account and in the archive account: whoever controls the account could
#   remove what the logs say of it.
#
#   From a log group everything goes on by a subscription filter, its own or the account's, without a pattern, and by a
#   rule of the organization that centralizes every log group. A subscription ends in the account of its destination; a
#   delivery stream goes on to its bucket. Objects encrypted with a KMS key, by the trail, the stream or the bucket's
#   default, are replicated only by a rule that takes them.
#
#   A bucket's name does not tell its owner. It is the account of the snapshot that lists the bucket; a bucket that no
#   account of the snapshot lists is unknown. The rules of an organization show only in its management account and in
#   delegated administrators. So the accounts should be audited together. An account without an organization passes only
#   where `single_account` is declared.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs_Centralization.html
#   - https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/log-archive.html
# custom:
#   id: cloudtrail-logs-centralized
#   severity: high
#   function: detect
#   stage: reactive
#   subject: Auditor::Account::Account
#   scope: account
#   applies: live
#   reads:
#     Auditor::Account::Account:
#       needs: [/facts/log.destination/outside/*/account, /facts/log.destination/siblings/*]
#     Auditor::Organizations::Membership:
#       needs: [/InOrganization]
#   parameters:
#     log_archive_accounts:
#       type: array
#       default: []
#       description: Ids of the accounts that keep logs. None means every other account of the organization.
#     single_account:
#       type: boolean
#       default: false
#       description: Accounts that are in no organization need no other account for their logs.
#   controls: {}
#   remediation:
#     text: |
#       Make a trail for the whole organization that writes to a bucket of a log archive account, to which nobody else
#       has access.
#     cli: |
#       aws cloudtrail create-trail --name organization --is-organization-trail --is-multi-region-trail
#       --s3-bucket-name BUCKET_OF_THE_ARCHIVE
package policy.cloudtrail_logs_centralized

import data.lib.deny

message := "no logging multi-region trail gets its logs to a log archive account"

deny contains deny.missing(account, [], message) if {
	some account in input.resources["Auditor::Account::Account"]
	not is_alone(account)
	not is_archived(account)
}

is_alone(account) if {
	input.parameters.cloudtrail_logs_centralized.single_account
	some membership in input.resources["Auditor::Organizations::Membership"]
	membership.account == account.account
	membership.properties.InOrganization == false
}

is_archived(account) if {
	some end in account.facts["log.destination"].outside
	end.account in input.parameters.cloudtrail_logs_centralized.log_archive_accounts
}

is_archived(account) if {
	not has_archives
	some sibling in account.facts["log.destination"].siblings
	is_string(sibling)
}

has_archives if some _ in input.parameters.cloudtrail_logs_centralized.log_archive_accounts
