# METADATA
# title: Load balancers log requests
# description: |
#   Application and classic load balancers write access logs, and so does a network load balancer with a TLS listener:
#   access_logs.s3.enabled is "true" and access_logs.s3.bucket names a bucket (classic: AccessLoggingPolicy with Enabled
#   true and S3BucketName). Equal to that is a delivery source of CloudWatch Logs for the load balancer with log type
#   ALB_ACCESS_LOGS or NLB_ACCESS_LOGS that has a delivery.
#
#   A network load balancer without a TLS listener writes no access log (VPC flow logs hold its connections) and a
#   gateway load balancer has none: neither is judged. Connection logs and health check logs do not count, nor does the
#   flag without a bucket.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html
#   - https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html
# custom:
#   id: elb-access-logged
#   severity: medium
#   function: detect
#   stage: reactive
#   subject: [AWS::ElasticLoadBalancingV2::LoadBalancer, AWS::ElasticLoadBalancing::LoadBalancer]
#   scope: account
#   applies: both
#   reads:
#     AWS::ElasticLoadBalancing::LoadBalancer:
#       needs: [/AccessLoggingPolicy/Enabled, /AccessLoggingPolicy/S3BucketName, /facts/log.bucket/named]
#       seeks: [/AccessLoggingPolicy/Enabled]
#     AWS::ElasticLoadBalancingV2::Listener:
#       seeks: [/LoadBalancerArn, /Protocol]
#     AWS::ElasticLoadBalancingV2::LoadBalancer:
#       needs: [/LoadBalancerAttributes/*/Key, /LoadBalancerAttributes/*/Value, /facts/log.bucket/named]
#       seeks: [/Type]
#     AWS::Logs::Delivery:
#       needs: [/DeliverySourceName]
#     AWS::Logs::DeliverySource:
#       needs: [/LogType, /ResourceArn, /ResourceArns/*]
#   controls:
#     cis_aws_7_0: ["4.10"]
#     fsbp: [ELB.5]
#   remediation:
#     text: |
#       Turn access logs on and name a bucket whose policy lets the load balancer write; a bucket of the log archive
#       account is best.
#     cli: |
#       aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN
#       --attributes Key=access_logs.s3.enabled,Value=true Key=access_logs.s3.bucket,Value=BUCKET
package policy.elb_access_logged

import data.lib.deny

deny contains deny.missing(balancer, ["LoadBalancerAttributes"], "the load balancer writes no access log") if {
	some balancer in input.resources["AWS::ElasticLoadBalancingV2::LoadBalancer"]
	balancer.properties.Type == "application"
	not is_logged(balancer)
}

deny contains deny.missing(balancer, ["LoadBalancerAttributes"], message) if {
	some balancer in input.resources["AWS::ElasticLoadBalancingV2::LoadBalancer"]
	balancer.properties.Type == "network"
	ending_tls[balancer.arn]
	not is_logged(balancer)
	message := "the load balancer has a TLS listener and writes no access log"
}

deny contains deny.absent(balancer, ["AccessLoggingPolicy", "Enabled"], "the load balancer writes no access log") if {
	some balancer in input.resources["AWS::ElasticLoadBalancing::LoadBalancer"]
	not balancer.properties.AccessLoggingPolicy.Enabled == true
}

deny contains deny.missing(balancer, ["AccessLoggingPolicy", "S3BucketName"], "the access log has no bucket") if {
	some balancer in input.resources["AWS::ElasticLoadBalancing::LoadBalancer"]
	balancer.properties.AccessLoggingPolicy.Enabled == true
	not has_classic_bucket(balancer)
}

is_logged(balancer) if {
	some enabled in balancer.properties.LoadBalancerAttributes
	enabled.Key == "access_logs.s3.enabled"
	enabled.Value == "true"
	has_bucket(balancer)
}

has_bucket(balancer) if {
	some bucket in balancer.properties.LoadBalancerAttributes
	bucket.Key == "access_logs.s3.bucket"
	bucket.Value != ""
}

has_bucket(balancer) if is_named(balancer)

has_classic_bucket(balancer) if balancer.properties.AccessLoggingPolicy.S3BucketName != ""

has_classic_bucket(balancer) if is_named(balancer)

# a name that a template shows in part, or that only AWS knows
is_named(balancer) if balancer.facts["log.bucket"].named == true

is_logged(balancer) if delivering[balancer.arn]

ending_tls := {listener.properties.LoadBalancerArn |
	some listener in input.resources["AWS::ElasticLoadBalancingV2::Listener"]
	listener.properties.Protocol == "TLS"
}

# the ARNs of load balancers whose access logs CloudWatch Logs delivers
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
	source.properties.LogType in {"ALB_ACCESS_LOGS", "NLB_ACCESS_LOGS"}
	delivered[source.name]
}

delivered := {delivery.properties.DeliverySourceName | some delivery in input.resources["AWS::Logs::Delivery"]}
