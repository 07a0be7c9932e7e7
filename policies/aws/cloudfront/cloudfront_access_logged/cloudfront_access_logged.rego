# METADATA
# title: CloudFront distributions log every request
# description: |
#   A distribution logs all of its requests in one of three ways: standard logging (legacy) with a bucket name that is
#   not empty; a delivery source of CloudWatch Logs for its ARN with log type ACCESS_LOGS that has a delivery (standard
#   logging v2); or real-time logs on the default behavior and on every other one, each with a configuration that is
#   seen and samples 100 per cent. Real-time logs that leave out a behavior or a part of the requests do not count.
#
#   CloudFront.5 of the AWS foundational practices sees the first way only.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/AccessLogs.html
#   - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
#   - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/real-time-logs.html
# custom:
#   id: cloudfront-access-logged
#   severity: medium
#   function: detect
#   stage: reactive
#   subject: AWS::CloudFront::Distribution
#   scope: account
#   applies: both
#   reads:
#     AWS::CloudFront::Distribution:
#       needs:
#         - /DistributionConfig/CacheBehaviors/*/RealtimeLogConfigArn
#         - /DistributionConfig/DefaultCacheBehavior/RealtimeLogConfigArn
#         - /DistributionConfig/Logging/Bucket
#         - /facts/log.bucket/named
#       seeks: [/DistributionConfig/CacheBehaviors/*]
#     AWS::CloudFront::RealtimeLogConfig:
#       needs: [/SamplingRate]
#     AWS::Logs::Delivery:
#       needs: [/DeliverySourceName]
#     AWS::Logs::DeliverySource:
#       needs: [/LogType, /ResourceArn, /ResourceArns/*]
#   controls:
#     cis_aws_7_0: ["4.10"]
#     fsbp: [CloudFront.5]
#   remediation:
#     text: |
#       Make a delivery source for the distribution in us-east-1, a delivery destination (CloudWatch Logs, S3 or
#       Firehose) and a delivery between them, or name a bucket under Logging.
#     cli: |
#       aws logs put-delivery-source --region us-east-1 --name NAME --resource-arn ARN --log-type ACCESS_LOGS
#       aws logs create-delivery --region us-east-1 --delivery-source-name NAME --delivery-destination-arn DESTINATION
package policy.cloudfront_access_logged

import data.lib.deny

deny contains deny.missing(distribution, ["DistributionConfig", "Logging", "Bucket"], message) if {
	some distribution in input.resources["AWS::CloudFront::Distribution"]
	not is_logged(distribution)
	message := "nothing logs every request to the distribution"
}

is_logged(distribution) if distribution.properties.DistributionConfig.Logging.Bucket != ""

# a name that a template shows in part, or that only AWS knows
is_logged(distribution) if distribution.facts["log.bucket"].named == true

is_logged(distribution) if delivering[distribution.arn]

is_logged(distribution) if {
	logs_all(distribution.properties.DistributionConfig.DefaultCacheBehavior)
	not has_unlogged_behavior(distribution)
}

has_unlogged_behavior(distribution) if {
	some behavior in distribution.properties.DistributionConfig.CacheBehaviors
	not logs_all(behavior)
}

logs_all(behavior) if complete[behavior.RealtimeLogConfigArn]

complete := {config.arn |
	some config in input.resources["AWS::CloudFront::RealtimeLogConfig"]
	config.properties.SamplingRate == 100
}

# the ARNs of distributions whose access logs CloudWatch Logs delivers
delivering := declared | listed

declared := {source.properties.ResourceArn |
	some source in input.resources["AWS::Logs::DeliverySource"]
	is_delivered(source)
}

listed := {arn |
	some source in input.resources["AWS::Logs::DeliverySource"]
	is_delivered(source)
	some arn in source.properties.ResourceArns
}

is_delivered(source) if {
	source.properties.LogType == "ACCESS_LOGS"
	delivered[source.name]
}

delivered := {delivery.properties.DeliverySourceName | some delivery in input.resources["AWS::Logs::Delivery"]}
