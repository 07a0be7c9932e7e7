# METADATA
# title: CloudTrail delivers to CloudWatch Logs
# description: |
#   Every trail whose home is in the audited account, one for data events only included, names a CloudWatch Logs group.
#   A group of the same account must exist and be of class STANDARD (no class is STANDARD): metric filters do not work
#   on the other classes. A group of another account is not looked at. In an account the last delivery to the group is
#   at most `max_hours` old when the snapshot is taken; otherwise every metric filter and alarm behind it is blind.
#
#   AWS keeps the text of the last delivery error, but not its time, so the age of the last delivery decides: an error
#   with a fresh delivery passes, and a trail that never delivered fails.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
#   - https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
# custom:
#   id: cloudtrail-cloudwatch-delivery-working
#   severity: medium
#   function: detect
#   stage: alert-driven
#   subject: AWS::CloudTrail::Trail
#   scope: account
#   applies: both
#   reads:
#     AWS::CloudTrail::Trail:
#       needs: [/CloudWatchLogsLogGroupArn]
#       seeks: [/CloudWatchLogsLogGroupArn]
#     AWS::Logs::LogGroup:
#       needs: ["[]"]
#       seeks: [/LogGroupClass]
#     Auditor::CloudTrail::TrailStatus:
#       needs: [/LatestCloudWatchLogsDeliveryTime]
#       seeks: [/Arn, /LatestCloudWatchLogsDeliveryTime]
#   parameters:
#     max_hours:
#       type: integer
#       default: 24
#       minimum: 1
#       description: How old the last delivery may be.
#   controls:
#     fsbp: [CloudTrail.5]
#   remediation:
#     text: |
#       Name a log group of class STANDARD and a role that lets cloudtrail.amazonaws.com make streams in it and write
#       events. Where deliveries stopped, look at the role and the group first, then whether the trail is logging.
#     cli: |
#       aws cloudtrail update-trail --name NAME --cloud-watch-logs-log-group-arn GROUP
#       --cloud-watch-logs-role-arn ROLE
package policy.cloudtrail_cloudwatch_delivery_working

import data.lib.date
import data.lib.deny
import data.lib.owner

deny contains deny.absent(trail, ["CloudWatchLogsLogGroupArn"], "the trail writes to no log group") if {
	some trail in input.resources["AWS::CloudTrail::Trail"]
	not trail.properties.CloudWatchLogsLogGroupArn
	not owner.is_foreign(trail)
}

deny contains deny.missing(trail, ["CloudWatchLogsLogGroupArn"], "the log group does not exist") if {
	some trail in input.resources["AWS::CloudTrail::Trail"]
	is_string(trail.properties.CloudWatchLogsLogGroupArn)
	contains(trail.properties.CloudWatchLogsLogGroupArn, sprintf(":%s:log-group:", [trail.account]))
	not has_group(trail)
	not owner.is_foreign(trail)
}

deny contains deny.found(trail, ["CloudWatchLogsLogGroupArn"], message) if {
	some trail in input.resources["AWS::CloudTrail::Trail"]
	has_group_of_other_class(trail)
	not owner.is_foreign(trail)
	message := "the class of the log group is not STANDARD, so no metric filter works on it"
}

deny contains deny.found(trail, ["CloudWatchLogsLogGroupArn"], message) if {
	some trail in input.resources["AWS::CloudTrail::Trail"]
	stale[trail.arn]
	not owner.is_foreign(trail)
	message := "the last delivery to the log group is too old"
}

deny contains deny.missing(trail, ["CloudWatchLogsLogGroupArn"], "nothing was ever delivered to the log group") if {
	some trail in input.resources["AWS::CloudTrail::Trail"]
	trail.properties.CloudWatchLogsLogGroupArn
	without_delivery[trail.arn]
	not owner.is_foreign(trail)
}

has_group(trail) if groups[trim_suffix(trail.properties.CloudWatchLogsLogGroupArn, ":*")]

has_group_of_other_class(trail) if {
	groups_of_other_classes[trim_suffix(trail.properties.CloudWatchLogsLogGroupArn, ":*")]
}

groups := {trim_suffix(group.arn, ":*") | some group in input.resources["AWS::Logs::LogGroup"]}

groups_of_other_classes := {trim_suffix(group.arn, ":*") |
	some group in input.resources["AWS::Logs::LogGroup"]
	group.properties.LogGroupClass != "STANDARD"
}

# the ARNs of trails by their last delivery to CloudWatch Logs
stale := {status.properties.Arn |
	some status in input.resources["Auditor::CloudTrail::TrailStatus"]
	hours := 24 * date.days_since(status, "LatestCloudWatchLogsDeliveryTime")
	hours > input.parameters.cloudtrail_cloudwatch_delivery_working.max_hours
}

without_delivery := {status.properties.Arn |
	some status in input.resources["Auditor::CloudTrail::TrailStatus"]
	not date.is_known(status, "LatestCloudWatchLogsDeliveryTime")
}
