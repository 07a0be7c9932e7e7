# METADATA
# title: VPCs have flow logs
# description: |
#   The traffic that `traffic` names (REJECT by default; ALL means accepted and rejected) is recorded for every VPC that
#   the account owns: by flow logs on the VPC itself, or by flow logs on every one of its subnets. A log of type ALL
#   records both kinds, and several logs add up, so ACCEPT and REJECT together are ALL. A log for accepted traffic
#   alone is not enough, and logs of network interfaces and transit gateways do not count.
#
#   A log counts only while it is active and its last delivery did not fail. A VPC without subnets and without a log of
#   its own fails: the first subnet would not be logged. A VPC that another account shares is judged at its owner.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html
#   - https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html
# custom:
#   id: ec2-vpc-flow-logs-enabled
#   severity: medium
#   function: detect
#   stage: reactive
#   subject: AWS::EC2::VPC
#   scope: account
#   applies: both
#   reads:
#     AWS::EC2::FlowLog:
#       needs: [/ResourceId, /ResourceType, /TrafficType]
#     AWS::EC2::Subnet:
#       needs: [/VpcId]
#       seeks: [/VpcId]
#     Auditor::EC2::FlowLogStatus:
#       seeks: [/DeliverLogsStatus, /FlowLogStatus, /Id]
#   parameters:
#     traffic:
#       type: string
#       default: REJECT
#       values: [REJECT, ACCEPT, ALL]
#       description: The traffic that must be recorded.
#   controls:
#     cis_aws_7_0: ["4.7"]
#     cis_aws_6_0: ["4.7"]
#     fsbp: [EC2.6]
#   remediation:
#     text: |
#       Make a flow log for the VPC, with traffic type REJECT or ALL, to CloudWatch Logs, S3 or Firehose. Where a log
#       fails to deliver, mend its role or the policy of its destination.
#     cli: |
#       aws ec2 create-flow-logs --resource-type VPC --resource-ids VPC --traffic-type REJECT
#       --log-destination-type s3 --log-destination ARN
package policy.ec2_vpc_flow_logs_enabled

import data.lib.deny
import data.lib.owner

deny contains deny.missing(vpc, [], message) if {
	some vpc in input.resources["AWS::EC2::VPC"]
	wants_rejected
	not records_rejected(vpc)
	not owner.is_foreign(vpc)
	message := "no working flow log records rejected traffic of the VPC, or of all its subnets"
}

deny contains deny.missing(vpc, [], message) if {
	some vpc in input.resources["AWS::EC2::VPC"]
	wants_accepted
	not records_accepted(vpc)
	not owner.is_foreign(vpc)
	message := "no working flow log records accepted traffic of the VPC, or of all its subnets"
}

wants_rejected if input.parameters.ec2_vpc_flow_logs_enabled.traffic in {"REJECT", "ALL"}

wants_accepted if input.parameters.ec2_vpc_flow_logs_enabled.traffic in {"ACCEPT", "ALL"}

records_rejected(vpc) if rejected[vpc.name]

records_rejected(vpc) if {
	in_some_subnet_rejected[vpc.name]
	not in_some_subnet_not_rejected[vpc.name]
}

records_accepted(vpc) if accepted[vpc.name]

records_accepted(vpc) if {
	in_some_subnet_accepted[vpc.name]
	not in_some_subnet_not_accepted[vpc.name]
}

in_some_subnet_rejected := {subnet.properties.VpcId |
	some subnet in input.resources["AWS::EC2::Subnet"]
	rejected[subnet.name]
}

in_some_subnet_not_rejected := {subnet.properties.VpcId |
	some subnet in input.resources["AWS::EC2::Subnet"]
	not rejected[subnet.name]
}

in_some_subnet_accepted := {subnet.properties.VpcId |
	some subnet in input.resources["AWS::EC2::Subnet"]
	accepted[subnet.name]
}

in_some_subnet_not_accepted := {subnet.properties.VpcId |
	some subnet in input.resources["AWS::EC2::Subnet"]
	not accepted[subnet.name]
}

# the VPCs and subnets with a working log of rejected, and of accepted, traffic
rejected := {log.properties.ResourceId |
	some log in input.resources["AWS::EC2::FlowLog"]
	log.properties.TrafficType in {"REJECT", "ALL"}
	works(log)
}

accepted := {log.properties.ResourceId |
	some log in input.resources["AWS::EC2::FlowLog"]
	log.properties.TrafficType in {"ACCEPT", "ALL"}
	works(log)
}

works(log) if {
	log.properties.ResourceType in {"VPC", "Subnet"}
	not broken[log.name]
}

broken := failing | inactive

failing := {status.properties.Id |
	some status in input.resources["Auditor::EC2::FlowLogStatus"]
	status.properties.DeliverLogsStatus == "FAILED"
}

inactive := {status.properties.Id |
	some status in input.resources["Auditor::EC2::FlowLogStatus"]
	status.properties.FlowLogStatus != "ACTIVE"
}
