"""Creates a template's resources through the API: moto's own stacks drop most properties.

One creator per type, from canonical properties; each gives the name under which the resource is collected.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Client = Callable[..., Any]
Creator = Callable[[Client, Mapping[str, Any], str], str]

REGION = "eu-west-1"


def _bucket(client: Client, properties: Mapping[str, Any], name: str) -> str:
    client("s3").create_bucket(Bucket=name)
    if block := properties.get("PublicAccessBlockConfiguration"):
        client("s3").put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    return name


def _role(client: Client, properties: Mapping[str, Any], name: str) -> str:
    trust = json.dumps(properties["AssumeRolePolicyDocument"])
    client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    for policy in properties.get("Policies", ()):
        document = json.dumps(policy["PolicyDocument"])
        client("iam").put_role_policy(RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=document)
    for arn in properties.get("ManagedPolicyArns", ()):
        client("iam").attach_role_policy(RoleName=name, PolicyArn=arn)
    return name


def _managed_policy(client: Client, properties: Mapping[str, Any], name: str) -> str:
    client("iam").create_policy(PolicyName=name, PolicyDocument=json.dumps(properties["PolicyDocument"]))
    return name


def _key(client: Client, properties: Mapping[str, Any], name: str) -> str:
    kms = client("kms", REGION)
    kinds = {name: properties[name] for name in ("KeySpec", "Origin", "KeyUsage") if name in properties}
    id: str = kms.create_key(**kinds)["KeyMetadata"]["KeyId"]
    if properties.get("EnableKeyRotation"):
        period = (
            {"RotationPeriodInDays": properties["RotationPeriodInDays"]} if "RotationPeriodInDays" in properties else {}
        )
        kms.enable_key_rotation(KeyId=id, **period)
    if properties.get("Enabled") is False:
        kms.disable_key(KeyId=id)
    return id


def _volume(client: Client, properties: Mapping[str, Any], name: str) -> str:
    given = {name: properties[name] for name in ("Encrypted", "SnapshotId") if name in properties}
    id: str = client("ec2", REGION).create_volume(AvailabilityZone=f"{REGION}a", Size=1, **given)["VolumeId"]
    return id


def _security_group(client: Client, properties: Mapping[str, Any], name: str) -> str:
    ec2 = client("ec2", REGION)
    id: str = ec2.create_security_group(GroupName=name, Description="a case")["GroupId"]
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


def _database(client: Client, properties: Mapping[str, Any], name: str) -> str:
    given = {name: properties[name] for name in ("PubliclyAccessible", "StorageEncrypted") if name in properties}
    client("rds", REGION).create_db_instance(
        DBInstanceIdentifier=name,
        Engine=properties.get("Engine", "postgres"),
        DBInstanceClass="db.t3.micro",
        AllocatedStorage=20,
        MasterUsername="admin1",
        MasterUserPassword="only-for-moto-1",
        **given,
    )
    return name


def _trail(client: Client, properties: Mapping[str, Any], name: str) -> str:
    client("s3").create_bucket(Bucket=f"{name}-logs")
    given = {"EnableLogFileValidation": bool(properties.get("EnableLogFileValidation", False))}
    client("cloudtrail", REGION).create_trail(Name=name, S3BucketName=f"{name}-logs", **given)
    return name


CREATORS: Mapping[str, Creator] = {
    "AWS::CloudTrail::Trail": _trail,
    "AWS::EC2::SecurityGroup": _security_group,
    "AWS::EC2::Volume": _volume,
    "AWS::IAM::ManagedPolicy": _managed_policy,
    "AWS::IAM::Role": _role,
    "AWS::KMS::Key": _key,
    "AWS::RDS::DBInstance": _database,
    "AWS::S3::Bucket": _bucket,
}
