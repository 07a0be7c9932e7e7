"""The network part of the proof account: groups, access lists, instances, networks, load balancers."""

from __future__ import annotations

from typing import Any

from seed import REGION, Client

# without it moto makes a key that AWS would not show
KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"


def seed_network(client: Client) -> dict[str, str]:
    """Id -> label of what AWS names itself."""
    ec2 = client("ec2", REGION)
    labels: dict[str, str] = {}
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    labels[vpc] = "default-vpc"
    labels |= _groups(ec2, vpc)
    labels |= _access_lists(ec2, vpc)
    labels |= _instances(ec2)
    labels |= _networks(client, ec2)
    return labels | _balancers(client, ec2, vpc)


def _rule(protocol: str, low: int, high: int, *sources: str) -> dict[str, Any]:
    ports = {} if protocol == "-1" else {"FromPort": low, "ToPort": high}
    v4 = [{"CidrIp": source} for source in sources if ":" not in source]
    v6 = [{"CidrIpv6": source} for source in sources if ":" in source]
    return {"IpProtocol": protocol, **ports, "IpRanges": v4, "Ipv6Ranges": v6}


def _groups(ec2: Any, vpc: str) -> dict[str, str]:
    wanted: dict[str, list[dict[str, Any]]] = {
        "ssh-for-all": [_rule("tcp", 22, 22, "0.0.0.0/0")],
        "rdp-in-two-halves": [_rule("tcp", 3000, 4000, "0.0.0.0/1", "128.0.0.0/1")],
        "ssh-over-ipv6": [_rule("tcp", 22, 22, "::/0")],
        "everything": [_rule("-1", 0, 0, "0.0.0.0/0")],
        "database-for-all": [_rule("tcp", 5432, 5432, "0.0.0.0/0")],
        "office": [_rule("tcp", 22, 22, "198.51.100.0/24"), _rule("tcp", 443, 443, "0.0.0.0/0")],
    }
    labels = {}
    for name, rules in wanted.items():
        id = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        ec2.authorize_security_group_ingress(GroupId=id, IpPermissions=rules)
        labels[id] = name
    named = {"Name": "group-name", "Values": ["default"]}
    default = ec2.describe_security_groups(Filters=[named, {"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"][0]
    return labels | {default["GroupId"]: "default-group"}


def _access_lists(ec2: Any, vpc: str) -> dict[str, str]:
    default = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"][0]["NetworkAclId"]
    labels = {default: "default-acl"}
    web = {"RuleNumber": 100, "CidrBlock": "0.0.0.0/0", "RuleAction": "allow", "PortRange": {"From": 443, "To": 443}}
    deny = {"RuleNumber": 50, "CidrBlock": "0.0.0.0/0", "RuleAction": "deny", "PortRange": {"From": 22, "To": 3389}}
    wide = {"RuleNumber": 60, "CidrBlock": "0.0.0.0/0", "RuleAction": "allow", "PortRange": {"From": 0, "To": 65535}}
    for name, rules in (
        ("web-only", (web,)),
        ("denied-first", (deny, wide)),
        ("denied-last", ({**deny, "RuleNumber": 70}, wide)),
    ):
        id = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
        for rule in rules:
            ec2.create_network_acl_entry(NetworkAclId=id, Egress=False, Protocol="6", **rule)
        labels[id] = name
    return labels


def _instances(ec2: Any) -> dict[str, str]:
    def run(**more: Any) -> str:
        made = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, **more)["Instances"][0]
        id: str = made["InstanceId"]
        return id

    required = {"HttpTokens": "required"}
    labels = {
        run(MetadataOptions=required, IamInstanceProfile={"Name": "app"}): "instance-kept",
        run(): "instance-bare",
    }
    for volume in ec2.describe_volumes()["Volumes"]:
        labels[volume["VolumeId"]] = f"root-of-{labels[volume['Attachments'][0]['InstanceId']]}"
    image = ec2.create_image(InstanceId=next(iter(labels)), Name="shared")["ImageId"]
    ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"Group": "all"}]})
    own = ec2.create_image(InstanceId=next(iter(labels)), Name="kept")["ImageId"]
    labels |= {image: "image-shared", own: "image-kept"}
    for label, given in (("volume-encrypted", {"Encrypted": True, "KmsKeyId": KEY}), ("volume-plain", {})):
        labels[ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8, **given)["VolumeId"]] = label
    plain = next(id for id, label in labels.items() if label == "volume-plain")
    for name in ("snapshot-shared", "snapshot-kept"):
        labels[ec2.create_snapshot(VolumeId=plain, Description=name)["SnapshotId"]] = name
    for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]:
        labels.setdefault(snapshot["SnapshotId"], "snapshot-of-an-image")
    shared = next(id for id, label in labels.items() if label == "snapshot-shared")
    ec2.modify_snapshot_attribute(
        SnapshotId=shared, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
    )
    for name, tokens in (("template-kept", "required"), ("template-open", "optional")):
        data = {"ImageId": "ami-12345678", "MetadataOptions": {"HttpTokens": tokens}}
        made = ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)
        labels[made["LaunchTemplate"]["LaunchTemplateId"]] = name
    return labels


def _networks(client: Client, ec2: Any) -> dict[str, str]:
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    client("logs", REGION).create_log_group(logGroupName="flows")
    ec2.create_flow_logs(
        ResourceType="VPC",
        ResourceIds=[vpc],
        TrafficType="ALL",
        LogGroupName="flows",
        DeliverLogsPermissionArn="arn:aws:iam::123456789012:role/trusts-service",
    )
    default = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"][0]
    group = default["GroupId"]
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=default["IpPermissions"])
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=default["IpPermissionsEgress"])
    acl = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"][0]["NetworkAclId"]
    return {vpc: "logged-vpc", group: "closed-default-group", acl: "second-default-acl"}


def _balancers(client: Client, ec2: Any, vpc: str) -> dict[str, str]:
    labels = {}
    elb = client("elbv2", REGION)
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"] if each["VpcId"] == vpc][:2]
    for name in ("balancer-logged", "balancer-silent"):
        arn = elb.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
        labels[arn] = name
        if name == "balancer-logged":
            attributes = {"access_logs.s3.enabled": "true", "access_logs.s3.bucket": "acme-logs"}
            pairs = [{"Key": key, "Value": value} for key, value in attributes.items()]
            elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=pairs)
    return labels
