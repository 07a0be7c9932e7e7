package policy.elb_access_logged_test

import data.policy.elb_access_logged as policy

v2 := "AWS::ElasticLoadBalancingV2::LoadBalancer"

classic := "AWS::ElasticLoadBalancing::LoadBalancer"

denied(type, properties, others) := count(denials) if {
	balancer := {"type": type, "id": "b", "arn": "arn:b", "properties": properties}
	denials := policy.deny with input as {"resources": object.union({type: [balancer]}, others)}
}

attributes(enabled, bucket) := [
	{"Key": "access_logs.s3.enabled", "Value": enabled},
	{"Key": "access_logs.s3.bucket", "Value": bucket},
]

balancer(type, attributes) := {"Type": type, "LoadBalancerAttributes": attributes}

listener(protocol) := {"AWS::ElasticLoadBalancingV2::Listener": [{"properties": {
	"LoadBalancerArn": "arn:b",
	"Protocol": protocol,
}}]}

test_an_application_balancer_needs_flag_and_bucket if {
	denied(v2, balancer("application", attributes("true", "logs")), {}) == 0
	denied(v2, balancer("application", attributes("false", "logs")), {}) == 1
	denied(v2, balancer("application", attributes("true", "")), {}) == 1
	denied(v2, balancer("application", []), {}) == 1
}

test_a_network_balancer_is_asked_when_it_ends_tls if {
	denied(v2, balancer("network", []), listener("TLS")) == 1
	denied(v2, balancer("network", attributes("true", "logs")), listener("TLS")) == 0
	denied(v2, balancer("network", []), listener("TCP")) == 0
	denied(v2, balancer("gateway", []), {}) == 0
}

delivery_of(type) := {
	"AWS::Logs::DeliverySource": [source(type)],
	"AWS::Logs::Delivery": [{"properties": {"DeliverySourceName": "s"}}],
}

source(type) := {"name": "s", "properties": {"Name": "s", "ResourceArns": ["arn:b"], "LogType": type}}

test_a_source_with_a_delivery_is_equal if {
	denied(v2, balancer("application", []), delivery_of("ALB_ACCESS_LOGS")) == 0
	denied(v2, balancer("application", []), delivery_of("ALB_CONNECTION_LOGS")) == 1
	denied(v2, balancer("application", []), {"AWS::Logs::DeliverySource": [source("ALB_ACCESS_LOGS")]}) == 1
}

test_a_name_that_is_not_seen_whole_is_a_name if {
	facts := {"log.bucket": {"named": true}}
	on := {"AccessLoggingPolicy": {"Enabled": true}}
	policy.deny == set() with input as {"resources": {
		v2: [{"id": "b", "arn": "arn:b", "facts": facts, "properties": balancer("application", [attributes("true", "")[0]])}],
		classic: [{"id": "c", "arn": "arn:c", "facts": facts, "properties": on}],
	}}
}

test_a_classic_balancer_needs_flag_and_bucket if {
	denied(classic, {"AccessLoggingPolicy": {"Enabled": true, "S3BucketName": "logs"}}, {}) == 0
	denied(classic, {"AccessLoggingPolicy": {"Enabled": false, "S3BucketName": "logs"}}, {}) == 1
	denied(classic, {"AccessLoggingPolicy": {"Enabled": true}}, {}) == 1
	denied(classic, {}, {}) == 1
}
