"""Creates a template's resources through the API: moto's own stacks drop most properties.

One creator per type, from canonical properties; each gives the name under which the resource is collected. Names
that the properties give are kept, because policies and neighbours refer to them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import apply_compute
import apply_data
import apply_edge
from apply_support import Client, Creator, kept, text

REGION = "eu-west-1"


_ACLS = {"PublicRead": "public-read", "PublicReadWrite": "public-read-write", "AuthenticatedRead": "authenticated-read"}


def _bucket(client: Client, properties: Mapping[str, Any], name: str) -> str:
    name, s3 = properties.get("BucketName", name), client("s3")
    acl = _ACLS.get(properties.get("AccessControl", ""))
    s3.create_bucket(Bucket=name, **({"ACL": acl, "ObjectOwnership": "ObjectWriter"} if acl else {}))
    if block := properties.get("PublicAccessBlockConfiguration"):
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    if rules := properties.get("OwnershipControls"):
        s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=rules)
    if log := properties.get("LoggingConfiguration"):
        target = log["DestinationBucketName"]
        if target != name:
            s3.create_bucket(Bucket=target)
        deliver = {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject"}
        policy = {"Version": "2012-10-17", "Statement": [{**deliver, "Resource": f"arn:aws:s3:::{target}/*"}]}
        s3.put_bucket_policy(Bucket=target, Policy=json.dumps(policy))
        enabled = {"TargetBucket": target, "TargetPrefix": log.get("LogFilePrefix", "")}
        s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": enabled})
    return str(name)


def _bucket_policy(client: Client, properties: Mapping[str, Any], name: str) -> str:
    if properties["Bucket"] not in {each["Name"] for each in client("s3").list_buckets()["Buckets"]}:
        client("s3").create_bucket(Bucket=properties["Bucket"])
    client("s3").put_bucket_policy(Bucket=properties["Bucket"], Policy=text(properties["PolicyDocument"]))
    return str(properties["Bucket"])


def _account_block(client: Client, properties: Mapping[str, Any], name: str) -> str:
    flags = {flag: value for flag, value in properties.items() if flag.startswith(("Block", "Ignore", "Restrict"))}
    client("s3control").put_public_access_block(AccountId="111122223333", PublicAccessBlockConfiguration=flags)
    return name


def _principal(client: Client, kind: str, name: str, properties: Mapping[str, Any]) -> None:
    """Inline and attached policies; one of AWS's own is made under its name, because moto has none of them."""
    iam, who = client("iam"), {f"{kind.capitalize()}Name": name}
    for policy in properties.get("Policies", ()):
        document = text(policy["PolicyDocument"])
        getattr(iam, f"put_{kind}_policy")(**who, PolicyName=policy["PolicyName"], PolicyDocument=document)
    for arn in properties.get("ManagedPolicyArns", ()):
        allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
        made = iam.create_policy(PolicyName=arn.rsplit("/", 1)[-1], PolicyDocument=json.dumps(allow))
        getattr(iam, f"attach_{kind}_policy")(**who, PolicyArn=made["Policy"]["Arn"])


def _role(client: Client, properties: Mapping[str, Any], name: str) -> str:
    name = properties.get("RoleName", name)
    trust = text(properties["AssumeRolePolicyDocument"])
    boundary = kept(properties, "PermissionsBoundary")
    client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust, **boundary)
    _principal(client, "role", name, properties)
    return name


def _user(client: Client, properties: Mapping[str, Any], name: str) -> str:
    name = properties.get("UserName", name)
    client("iam").create_user(UserName=name)
    _principal(client, "user", name, properties)
    there = {each["GroupName"] for each in client("iam").list_groups()["Groups"]}
    for group in properties.get("Groups", ()):
        if group not in there:
            client("iam").create_group(GroupName=group)
        client("iam").add_user_to_group(GroupName=group, UserName=name)
    return name


def _group(client: Client, properties: Mapping[str, Any], name: str) -> str:
    name = properties.get("GroupName", name)
    client("iam").create_group(GroupName=name)
    _principal(client, "group", name, properties)
    return name


def _managed_policy(client: Client, properties: Mapping[str, Any], name: str) -> str:
    name = properties.get("ManagedPolicyName", name)
    client("iam").create_policy(PolicyName=name, PolicyDocument=text(properties["PolicyDocument"]))
    return name


def _instance_profile(client: Client, properties: Mapping[str, Any], name: str) -> str:
    name, iam = properties["InstanceProfileName"], client("iam")
    iam.create_instance_profile(InstanceProfileName=name)
    for role in properties["Roles"]:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[]}')
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
    return str(name)


def _key(client: Client, properties: Mapping[str, Any], name: str) -> str:
    kms = client("kms", REGION)
    given = {name: properties[name] for name in ("KeySpec", "Origin", "KeyUsage") if name in properties}
    if "KeyPolicy" in properties:
        given["Policy"] = text(properties["KeyPolicy"])
    id: str = kms.create_key(**given)["KeyMetadata"]["KeyId"]
    if properties.get("EnableKeyRotation"):
        period = (
            {"RotationPeriodInDays": properties["RotationPeriodInDays"]} if "RotationPeriodInDays" in properties else {}
        )
        kms.enable_key_rotation(KeyId=id, **period)
    if properties.get("Enabled") is False:
        kms.disable_key(KeyId=id)
    return id


def _trail(client: Client, properties: Mapping[str, Any], name: str) -> str:
    bucket, name = properties.get("S3BucketName", f"{name}-logs"), properties.get("TrailName", name)
    if bucket not in {each["Name"] for each in client("s3").list_buckets()["Buckets"]}:
        client("s3").create_bucket(Bucket=bucket)
    given = {"EnableLogFileValidation": bool(properties.get("EnableLogFileValidation", False))}
    trails = client("cloudtrail", REGION)
    trails.create_trail(Name=name, S3BucketName=bucket, **given)
    if properties.get("IsLogging"):
        trails.start_logging(Name=name)
    return str(name)


CREATORS: Mapping[str, Creator] = {
    "AWS::CloudTrail::Trail": _trail,
    "AWS::IAM::Group": _group,
    "AWS::IAM::InstanceProfile": _instance_profile,
    "AWS::IAM::ManagedPolicy": _managed_policy,
    "AWS::IAM::Role": _role,
    "AWS::IAM::User": _user,
    "AWS::KMS::Key": _key,
    "AWS::S3::Bucket": _bucket,
    "AWS::S3::BucketPolicy": _bucket_policy,
    "Auditor::S3::AccountPublicAccessBlock": _account_block,
    **apply_compute.CREATORS,
    **apply_data.CREATORS,
    **apply_edge.CREATORS,
}
