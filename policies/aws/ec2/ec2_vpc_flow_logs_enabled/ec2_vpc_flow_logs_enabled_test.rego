package policy.ec2_vpc_flow_logs_enabled_test

import data.policy.ec2_vpc_flow_logs_enabled as policy

vpc(account) := {
	"type": "AWS::EC2::VPC",
	"id": "v",
	"name": "vpc-1",
	"arn": sprintf("arn:aws:ec2:eu-west-1:%s:vpc/vpc-1", [account]),
	"account": "111122223333",
	"properties": {},
}

own := vpc("111122223333")

subnet(name) := {"name": name, "properties": {"VpcId": "vpc-1"}}

log(type, resource, traffic) := {"name": concat("-", [resource, traffic]), "properties": {
	"ResourceType": type,
	"ResourceId": resource,
	"TrafficType": traffic,
}}

denied(traffic, vpc, subnets, logs, statuses) := count(denials) if {
	denials := policy.deny with input as {
		"parameters": {"ec2_vpc_flow_logs_enabled": {"traffic": traffic}},
		"resources": {
			"AWS::EC2::VPC": [vpc],
			"AWS::EC2::Subnet": subnets,
			"AWS::EC2::FlowLog": logs,
			"Auditor::EC2::FlowLogStatus": [{"properties": status} | some status in statuses],
		},
	}
}

test_a_log_of_the_vpc_is_enough if {
	denied("REJECT", own, [subnet("a")], [log("VPC", "vpc-1", "ALL")], []) == 0
	denied("REJECT", own, [], [log("VPC", "vpc-1", "REJECT")], []) == 0
	denied("REJECT", own, [], [log("VPC", "vpc-2", "ALL")], []) == 1
}

test_accepted_traffic_alone_is_not if {
	accept := log("VPC", "vpc-1", "ACCEPT")
	denied("REJECT", own, [], [accept], []) == 1
	denied("ACCEPT", own, [], [accept], []) == 0
	denied("ALL", own, [], [accept, log("VPC", "vpc-1", "REJECT")], []) == 0
	denied("ALL", own, [], [log("VPC", "vpc-1", "REJECT")], []) == 1
}

test_every_subnet_counts if {
	logs := [log("Subnet", "a", "REJECT"), log("Subnet", "b", "ALL")]
	denied("REJECT", own, [subnet("a"), subnet("b")], logs, []) == 0
	denied("REJECT", own, [subnet("a"), subnet("b"), subnet("c")], logs, []) == 1
	denied("REJECT", own, [], logs, []) == 1
}

test_vpc_and_subnets_add_up if {
	logs := [log("VPC", "vpc-1", "REJECT"), log("Subnet", "a", "ACCEPT")]
	denied("ALL", own, [subnet("a")], logs, []) == 0
	denied("ALL", own, [subnet("a"), subnet("b")], logs, []) == 1
}

status(delivery, state) := {"Id": "vpc-1-ALL", "DeliverLogsStatus": delivery, "FlowLogStatus": state}

test_a_log_that_does_not_work_is_none if {
	logs := [log("VPC", "vpc-1", "ALL")]
	denied("REJECT", own, [], logs, [status("SUCCESS", "ACTIVE")]) == 0
	denied("REJECT", own, [], logs, [status("FAILED", "ACTIVE")]) == 1
	denied("REJECT", own, [], logs, [status("SUCCESS", "UNKNOWN")]) == 1
}

test_logs_of_other_things_do_not_count if {
	denied("REJECT", own, [], [log("TransitGateway", "vpc-1", "ALL")], []) == 1
}

test_a_shared_vpc_is_judged_at_its_owner if denied("REJECT", vpc("444455556666"), [], [], []) == 0
