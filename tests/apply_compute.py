"""Creators of what computes and of its network: EC2, Auto Scaling, Lambda, ECS, CodeBuild, load balancers."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from apply_support import REGION, Client, Creator, archive, kept, lower


def _volume(client: Client, properties: Mapping[str, Any], name: str) -> str:
    given = kept(properties, "Encrypted", "SnapshotId", "KmsKeyId")
    if "SnapshotId" in given:
        source = _volume(client, kept(properties, "Encrypted"), name)
        given["SnapshotId"] = client("ec2", REGION).create_snapshot(VolumeId=source)["SnapshotId"]
    id: str = client("ec2", REGION).create_volume(AvailabilityZone=f"{REGION}a", Size=1, **given)["VolumeId"]
    return id


def _security_group(client: Client, properties: Mapping[str, Any], name: str) -> str:
    ec2 = client("ec2", REGION)
    name = properties.get("GroupName", name)
    if name == "default":  # it is there from the beginning, with rules of its own
        (found,) = ec2.describe_security_groups(GroupNames=[name])["SecurityGroups"]
        id: str = found["GroupId"]
        ec2.revoke_security_group_ingress(GroupId=id, IpPermissions=found["IpPermissions"])
        ec2.revoke_security_group_egress(GroupId=id, IpPermissions=found["IpPermissionsEgress"])
    else:
        id = ec2.create_security_group(GroupName=name, Description="a case")["GroupId"]
    for rule in properties.get("SecurityGroupIngress", ()):
        permission: dict[str, Any] = {"IpProtocol": str(rule["IpProtocol"])}
        permission |= {port: int(rule[port]) for port in ("FromPort", "ToPort") if port in rule}
        for key, ranges in (("CidrIp", "IpRanges"), ("CidrIpv6", "Ipv6Ranges")):
            if key in rule:
                permission[ranges] = [{key: rule[key]}]
        if "SourceSecurityGroupId" in rule:
            permission["UserIdGroupPairs"] = [{"GroupId": id}]
        ec2.authorize_security_group_ingress(GroupId=id, IpPermissions=[permission])
    return id


def _instance(client: Client, properties: Mapping[str, Any], name: str) -> str:
    given = kept(properties, "MetadataOptions", "BlockDeviceMappings", "UserData", "LaunchTemplate")
    if "UserData" in given:
        given["UserData"] = b64decode(given["UserData"])  # botocore encodes it
    for mapping in given.get("BlockDeviceMappings", ()):
        if mapping.get("NoDevice") == {}:
            mapping["NoDevice"] = ""
    if "IamInstanceProfile" in properties:
        profile, iam = properties["IamInstanceProfile"], client("iam")
        if profile not in {p["InstanceProfileName"] for p in iam.list_instance_profiles()["InstanceProfiles"]}:
            iam.create_instance_profile(InstanceProfileName=profile)
            iam.create_role(RoleName=f"{profile}-role", AssumeRolePolicyDocument="{}")
            iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=f"{profile}-role")
        given["IamInstanceProfile"] = {"Name": profile}
    made = client("ec2", REGION).run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, **given)
    id = str(made["Instances"][0]["InstanceId"])
    if properties.get("State", {}).get("Name") == "terminated":
        client("ec2", REGION).terminate_instances(InstanceIds=[id])
    return id


def _launch_template(client: Client, properties: Mapping[str, Any], name: str) -> str:
    name = properties.get("LaunchTemplateName", name)
    data = properties["LaunchTemplateData"]
    made = client("ec2", REGION).create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)
    return str(made["LaunchTemplate"]["LaunchTemplateId"])


def _launch_configuration(client: Client, properties: Mapping[str, Any], name: str) -> str:
    given = kept(properties, "MetadataOptions", "BlockDeviceMappings", "InstanceType")
    if "UserData" in properties:
        given["UserData"] = b64decode(properties["UserData"])  # botocore encodes it
    client("autoscaling", REGION).create_launch_configuration(
        **{"LaunchConfigurationName": name, "ImageId": "ami-12345678", "InstanceType": "t3.micro", **given}
    )
    return name


def _function(client: Client, properties: Mapping[str, Any], name: str) -> str:
    name = properties.get("FunctionName", name)
    client("iam").create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument="{}")
    client("lambda", REGION).create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=f"arn:aws:iam::111122223333:role/{name}-role",
        Handler="app.handler",
        Code={"ZipFile": archive()},
        **kept(properties, "Environment"),
    )
    return str(name)


def named(client: Client, function: str) -> str:
    """A function that a permission or a URL names, made where it is not there yet."""
    name = function.partition(":")[0]
    if name not in {each["FunctionName"] for each in client("lambda", REGION).list_functions()["Functions"]}:
        _function(client, {"FunctionName": name}, name)
    return name


def _permission(client: Client, properties: Mapping[str, Any], name: str) -> str:
    function = named(client, properties["FunctionName"])
    given = {"Action": "Action", "Principal": "Principal", "SourceAccount": "SourceAccount", "SourceArn": "SourceArn"}
    given |= {key: key for key in ("EventSourceToken", "FunctionUrlAuthType", "InvokedViaFunctionUrl")}
    arguments = {key: properties[key] for key in given if key in properties}
    if "PrincipalOrgID" in properties:
        arguments["PrincipalOrgID"] = properties["PrincipalOrgID"]
    client("lambda", REGION).add_permission(FunctionName=function, StatementId=name, **arguments)
    return function


def _task_definition(client: Client, properties: Mapping[str, Any], name: str) -> str:
    containers = [{"image": "web", "memory": 128, **lower(each)} for each in properties["ContainerDefinitions"]]
    made = client("ecs", REGION).register_task_definition(family=name, containerDefinitions=containers)
    return str(made["taskDefinition"]["taskDefinitionArn"])


def _project(client: Client, properties: Mapping[str, Any], name: str) -> str:
    machine = {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0"}
    client("codebuild", REGION).create_project(
        name=name,
        source={"type": "S3", "location": "bucket/source.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment=machine | {"computeType": "BUILD_GENERAL1_SMALL"} | lower(properties["Environment"]),
        serviceRole="arn:aws:iam::111122223333:role/build",
    )
    return name


def _balancer(client: Client, properties: Mapping[str, Any], name: str) -> str:
    ec2, elb = client("ec2", REGION), client("elbv2", REGION)
    network = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=network, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]
        for n, zone in enumerate("ab")
    ]
    given = kept(properties, "Type", "Scheme")
    made = elb.create_load_balancer(Name=name, Subnets=[each["SubnetId"] for each in subnets], **given)
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    if attributes := properties.get("LoadBalancerAttributes"):
        elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=attributes)
    return str(arn)


def _classic(client: Client, properties: Mapping[str, Any], name: str) -> str:
    elb = client("elb", REGION)
    listener = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 80}
    elb.create_load_balancer(LoadBalancerName=name, Listeners=[listener], AvailabilityZones=[f"{REGION}a"])
    if log := properties.get("AccessLoggingPolicy"):
        elb.modify_load_balancer_attributes(LoadBalancerName=name, LoadBalancerAttributes={"AccessLog": log})
    return name


CREATORS: Mapping[str, Creator] = {
    "AWS::AutoScaling::LaunchConfiguration": _launch_configuration,
    "AWS::CodeBuild::Project": _project,
    "AWS::EC2::Instance": _instance,
    "AWS::EC2::LaunchTemplate": _launch_template,
    "AWS::EC2::SecurityGroup": _security_group,
    "AWS::EC2::Volume": _volume,
    "AWS::ECS::TaskDefinition": _task_definition,
    "AWS::ElasticLoadBalancing::LoadBalancer": _classic,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": _balancer,
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::Permission": _permission,
}
