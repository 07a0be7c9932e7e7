# METADATA
# title: Use of the root user is reported to somebody
# description: |
#   Somebody is told when the root user signs in or calls AWS. The whole chain is followed, and the finding names its
#   first broken link: a multi-region trail that logs all reads and writes of management, its log group of class
#   STANDARD, a metric filter that takes every sample event of root (a sign-in, a write, a read) and none of another
#   identity, an alarm on exactly that metric which one event is enough for, an action, a topic whose policy and key let
#   CloudWatch in, and a confirmed subscriber whose filter lets the message through. Order, spacing, quotes and
#   parentheses of the filter pattern do not matter, because it is run on sample events.
#
#   Event rules are an equal (`accept_eventbridge`) if rules on the default bus of every enabled region, or where it
#   forwards to, take these events and their target tells somebody. They must be in the state
#   ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS, since others are not given reads. A pattern that also takes events of
#   root that AWS services made passes. A log group or topic of another account cannot be followed and is not decided,
#   nor is an alarm that a mute rule covers now or at times.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudwatch-alarms-for-cloudtrail.html
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutAlarmMuteRule.html
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
#   - https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
# custom:
#   id: monitoring-root-usage-alerted
#   severity: high
#   function: detect
#   stage: alert-driven
#   subject: Auditor::Account::Account
#   scope: account
#   applies: live
#   reads:
#     Auditor::Account::Account:
#       needs:
#         - /facts/detect.chain/root_usage/broken
#         - /facts/detect.chain/root_usage/filters/complete
#         - /facts/detect.chain/root_usage/rules/complete
#       seeks: [/facts/detect.chain/root_usage/broken]
#   parameters:
#     accept_eventbridge:
#       type: boolean
#       default: true
#       description: Whether event rules count as well as a metric filter with an alarm.
#   controls:
#     cis_aws_7_0: ["5.3"]
#     cis_aws_6_0: ["5.3"]
#   remediation:
#     text: |
#       Send a multi-region trail to a log group, add a metric filter with the pattern
#       { $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" },
#       an alarm on its metric (Sum of at least 1 in one period of 300 seconds) and a topic to which somebody subscribed
#       and confirmed. A topic that is encrypted needs a customer key that admits cloudwatch.amazonaws.com.
#     cli: |
#       aws logs put-metric-filter --log-group-name GROUP --filter-name root-usage --filter-pattern PATTERN
#       --metric-transformations metricName=RootUsage,metricNamespace=Security,metricValue=1
#       aws cloudwatch put-metric-alarm --alarm-name root-usage --namespace Security --metric-name RootUsage
#       --statistic Sum --period 300 --evaluation-periods 1 --threshold 1
#       --comparison-operator GreaterThanOrEqualToThreshold --alarm-actions TOPIC
package policy.monitoring_root_usage_alerted

import data.lib.deny

deny contains deny.missing(account, [], message) if {
	some account in input.resources["Auditor::Account::Account"]
	not is_alerted(account)
	message := sprintf("nobody is told that the root user is used: %s", [reason(account)])
}

is_alerted(account) if account.facts["detect.chain"].root_usage.filters.complete == true

is_alerted(account) if {
	input.parameters.monitoring_root_usage_alerted.accept_eventbridge == true
	account.facts["detect.chain"].root_usage.rules.complete == true
}

reason(account) := text if text := account.facts["detect.chain"].root_usage.broken

reason(account) := "not every link was seen" if not account.facts["detect.chain"].root_usage.broken
