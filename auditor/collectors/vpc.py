"""Amazon VPC: networks, subnets, flow logs, and network ACLs with their entries.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkAclEntry.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked, tags_of
from auditor.model import Json

ACL = "AWS::EC2::NetworkAcl"
ENTRY = "AWS::EC2::NetworkAclEntry"
VPC = "AWS::EC2::VPC"
SUBNET = "AWS::EC2::Subnet"
FLOW_LOG = "AWS::EC2::FlowLog"
FLOW_LOG_STATUS = "Auditor::EC2::FlowLogStatus"

# What a flow log is made for, by the prefix of its id (the answer does not say); the longer prefix first.
_RESOURCES = {
    "vpc-": "VPC",
    "subnet-": "Subnet",
    "eni-": "NetworkInterface",
    "tgw-attach-": "TransitGatewayAttachment",
    "tgw-": "TransitGateway",
    "nat-": "RegionalNatGateway",
}


def _acls(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for acl in page.get("NetworkAcls", ()):
        id = acl["NetworkAclId"]
        arn = place.arn("ec2", f"network-acl/{id}")
        yield Draft(ACL, arn, id, arn, picked(acl, "VpcId", Id="NetworkAclId"), tags_of(acl.get("Tags")))
        for entry in acl.get("Entries", ()):
            yield _entry(entry, id, arn)


def _entry(entry: Mapping[str, Json], acl: str, owner: str) -> Draft:
    """The last entry of a direction, which denies what no other names, has the number 32767."""
    properties = picked(entry, "Egress", "RuleAction", "RuleNumber", "CidrBlock", "Ipv6CidrBlock", "PortRange")
    properties |= {"NetworkAclId": acl, "Protocol": int(entry["Protocol"])}
    if "IcmpTypeCode" in entry:
        properties["Icmp"] = picked(entry["IcmpTypeCode"], "Code", "Type")
    id = f"{owner}/{'egress' if entry['Egress'] else 'ingress'}/{entry['RuleNumber']}"
    version = "/ipv6" if "Ipv6CidrBlock" in entry else ""
    return Draft(ENTRY, id + version, acl, id + version, properties, owners=(owner,))


def _vpcs(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for vpc in page.get("Vpcs", ()):
        arn = _owned(vpc, place, f"vpc/{vpc['VpcId']}")
        properties = picked(vpc, "VpcId", "CidrBlock", "InstanceTenancy")
        yield Draft(VPC, arn, vpc["VpcId"], arn, properties, tags_of(vpc.get("Tags")))


def _subnets(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for subnet in page.get("Subnets", ()):
        arn = _owned(subnet, place, f"subnet/{subnet['SubnetId']}")
        properties = picked(subnet, "SubnetId", "VpcId", "CidrBlock", "AvailabilityZone", "MapPublicIpOnLaunch")
        yield Draft(SUBNET, arn, subnet["SubnetId"], arn, properties, tags_of(subnet.get("Tags")))


def _owned(item: Mapping[str, Json], place: Place, resource: str) -> str:
    """The ARN names the owner: another account may share its network with this one."""
    return f"arn:{place.partition}:ec2:{place.region}:{item.get('OwnerId') or place.account}:{resource}"


def _flow_logs(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for log in page.get("FlowLogs", ()):
        id = log["FlowLogId"]
        arn = place.arn("ec2", f"vpc-flow-log/{id}")
        properties = picked(
            log,
            "ResourceId",
            "TrafficType",
            "LogDestinationType",
            "LogDestination",
            "LogGroupName",
            "DeliverLogsPermissionArn",
            Id="FlowLogId",
        )
        kind = next((kind for prefix, kind in _RESOURCES.items() if log["ResourceId"].startswith(prefix)), None)
        if kind is not None:
            properties["ResourceType"] = kind
        yield Draft(FLOW_LOG, arn, id, arn, properties, tags_of(log.get("Tags")))
        status = picked(log, "FlowLogStatus", "DeliverLogsStatus", "DeliverLogsErrorMessage", Id="FlowLogId")
        yield Draft(FLOW_LOG_STATUS, f"{arn}/status", id, arn, status, owners=(arn,))


SERVICE = Service(
    client="ec2",
    scope="regional",
    calls=(
        Call(
            "describe_network_acls",
            "ec2:DescribeNetworkAcls",
            {
                ACL: (LIST, "Id", "VpcId", "tags", "Tags"),
                ENTRY: (
                    *(LIST, "NetworkAclId", "Egress", "RuleAction", "RuleNumber", "Protocol", "PortRange", "Icmp"),
                    *("CidrBlock", "Ipv6CidrBlock"),
                ),
            },
            make=_acls,
            paged=True,
        ),
        Call(
            "describe_vpcs",
            "ec2:DescribeVpcs",
            {VPC: (LIST, "VpcId", "CidrBlock", "InstanceTenancy", "tags", "Tags")},
            make=_vpcs,
            paged=True,
        ),
        Call(
            "describe_subnets",
            "ec2:DescribeSubnets",
            {
                SUBNET: (
                    *(LIST, "SubnetId", "VpcId", "CidrBlock", "AvailabilityZone", "MapPublicIpOnLaunch"),
                    *("tags", "Tags"),
                )
            },
            make=_subnets,
            paged=True,
        ),
        Call(
            "describe_flow_logs",
            "ec2:DescribeFlowLogs",
            {
                FLOW_LOG: (
                    *(LIST, "Id", "ResourceId", "ResourceType", "TrafficType", "LogDestinationType", "tags", "Tags"),
                    *("LogDestination", "LogGroupName", "DeliverLogsPermissionArn"),
                ),
                FLOW_LOG_STATUS: (LIST, "Id", "FlowLogStatus", "DeliverLogsStatus", "DeliverLogsErrorMessage"),
            },
            make=_flow_logs,
            paged=True,
        ),
    ),
)
