"""A seeded account on moto, collected: canonical shape, gaps for what is refused, coverage for what was listed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path as File
from typing import Any

import pytest

from auditor.collectors.account import AccountRun
from auditor.collectors.base import wanted_of
from auditor.model import Hidden, Path, Reason, Resource
from auditor.sources.sessions import Patience, own_account, regions_of

Aws = Callable[..., Any]
Reads = dict[str, tuple[Path, ...]]


def collected(reads: Reads, regions: tuple[str, ...] = ("us-east-1",)) -> tuple[AccountRun, dict[str, list[Resource]]]:
    account = own_account(None, Patience(attempts=1))
    wanted = wanted_of(reads)
    run = AccountRun(
        account.id, account.partition, account.home, regions, account.client, wanted, "2026-11-22T00:00:00Z"
    )
    found: dict[str, list[Resource]] = {}
    for resource in run.resources():
        found.setdefault(resource.type, []).append(resource)
    return run, found


def refuse(account_client: Any, operation: str, code: str = "AccessDenied", status: int = 403) -> None:
    """AWS's own answer to a call without permission (moto asks for none unless told)."""
    from botocore.exceptions import ClientError

    def answer(params: Any, **_: Any) -> None:
        response = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
        raise ClientError(response, operation)  # type: ignore[arg-type]

    account_client.meta.events.register(
        f"before-parameter-build.{account_client.meta.service_model.service_id.hyphenize()}.{operation}", answer
    )


def test_buckets_in_cloudformations_shape(aws: Aws) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="logs")
    s3.create_bucket(Bucket="open")
    flags = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
    s3.put_public_access_block(Bucket="logs", PublicAccessBlockConfiguration=flags)
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::open/*"}
        ],
    }
    s3.put_bucket_policy(Bucket="open", Policy=json.dumps(document))
    s3.put_bucket_versioning(Bucket="logs", VersioningConfiguration={"Status": "Enabled"})
    run, found = collected(
        {
            "AWS::S3::Bucket": ((), ("PublicAccessBlockConfiguration", "*"), ("VersioningConfiguration", "Status")),
            "AWS::S3::BucketPolicy": ((), ("PolicyDocument",)),
            "Auditor::S3::AccountPublicAccessBlock": ((), ("*",)),
        }
    )
    logs, open_ = sorted(found["AWS::S3::Bucket"], key=lambda bucket: bucket.name)
    assert logs.properties["PublicAccessBlockConfiguration"] == flags
    assert logs.properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert "PublicAccessBlockConfiguration" not in open_.properties
    (policy,) = found["AWS::S3::BucketPolicy"]
    assert (policy.properties["Bucket"], policy.properties["PolicyDocument"], policy.owners) == (
        "open",
        document,
        (open_.id,),
    )
    (block,) = found["Auditor::S3::AccountPublicAccessBlock"]
    assert block.properties["Present"] is False
    assert run.gaps == []
    assert run.coverage().lists["AWS::S3::BucketPolicy"] is None


def test_only_what_is_read_is_asked(aws: Aws) -> None:
    aws("s3").create_bucket(Bucket="logs")
    run, _ = collected({"AWS::S3::Bucket": ((), ("VersioningConfiguration", "Status"))})
    assert set(run.calls) == {"s3:ListAllMyBuckets", "s3:GetBucketVersioning"}


def test_a_refused_detail_hides_that_property_of_that_bucket(aws: Aws) -> None:
    aws("s3").create_bucket(Bucket="logs")
    account = own_account(None, Patience(attempts=1))
    refuse(account.client("s3", "us-east-1"), "GetPublicAccessBlock")
    wanted = wanted_of({"AWS::S3::Bucket": ((), ("PublicAccessBlockConfiguration",))})
    run = AccountRun(account.id, "aws", "us-east-1", (), account.client, wanted, "")
    (bucket,) = run.resources()
    why = Hidden(Reason.DENIED, "s3:GetBucketPublicAccessBlock")
    assert bucket.properties["PublicAccessBlockConfiguration"] == why


def test_a_refused_attachment_is_a_gap_of_its_parent(aws: Aws) -> None:
    aws("s3").create_bucket(Bucket="logs")
    account = own_account(None, Patience(attempts=1))
    refuse(account.client("s3", "us-east-1"), "GetBucketPolicy")
    wanted = wanted_of({"AWS::S3::BucketPolicy": ((), ("PolicyDocument",)), "AWS::S3::Bucket": ((),)})
    run = AccountRun(account.id, "aws", "us-east-1", (), account.client, wanted, "")
    (bucket,) = run.resources()
    (hole,) = run.gaps
    assert (hole.type, hole.id, hole.parent, hole.detail) == (
        "AWS::S3::BucketPolicy",
        None,
        bucket.id,
        "s3:GetBucketPolicy",
    )


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("AccessDenied", 403, Reason.DENIED),
        ("UnauthorizedOperation", 403, Reason.DENIED),
        ("Throttling", 400, Reason.THROTTLED),
        ("InternalError", 500, Reason.FAILED),
        ("SomethingNew", 400, Reason.FAILED),
        ("NoSuchBucketPolicy", 404, Reason.FAILED),
    ],
)
def test_a_refused_list_is_an_incomplete_list_whatever_the_code(
    aws: Aws, code: str, status: int, reason: Reason
) -> None:
    account = own_account(None, Patience(attempts=1))
    refuse(account.client("s3", "us-east-1"), "ListBuckets", code, status)
    wanted = wanted_of({"AWS::S3::Bucket": ((),), "AWS::S3::BucketPolicy": ((),)})
    run = AccountRun(account.id, "aws", "us-east-1", (), account.client, wanted, "")
    assert list(run.resources()) == []
    assert ("AWS::S3::Bucket", None, reason) in {(g.type, g.id, g.reason) for g in run.gaps}
    assert "AWS::S3::Bucket" not in run.coverage().lists
    # nobody was asked for the policies of buckets that were not seen
    assert ("AWS::S3::BucketPolicy", "AWS::S3::Bucket/*", reason) in {(g.type, g.parent, g.reason) for g in run.gaps}


def test_security_group_rules_are_one_per_source(aws: Aws) -> None:
    ec2 = aws("ec2")
    group = ec2.create_security_group(GroupName="web", Description="web")["GroupId"]
    ranges = [{"CidrIp": "0.0.0.0/0"}, {"CidrIp": "10.0.0.0/8"}]
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": ranges}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    _, found = collected({"AWS::EC2::SecurityGroup": ((), ("SecurityGroupIngress",))})
    web = next(each for each in found["AWS::EC2::SecurityGroup"] if each.properties["GroupName"] == "web")
    rules = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": each["CidrIp"]} for each in ranges]
    assert web.properties["SecurityGroupIngress"] == rules


def test_an_instance_takes_the_encryption_of_its_volume(aws: Aws) -> None:
    ec2 = aws("ec2")
    ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)
    _, found = collected({"AWS::EC2::Instance": ((), ("BlockDeviceMappings", "*", "Ebs", "Encrypted"))})
    (instance,) = found["AWS::EC2::Instance"]
    assert [mapping["Ebs"]["Encrypted"] for mapping in instance.properties["BlockDeviceMappings"]] == [False]


def test_keys_that_aws_manages_are_not_emitted(aws: Aws) -> None:
    kms = aws("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.enable_key_rotation(KeyId=key["KeyId"])
    run, found = collected({"AWS::KMS::Key": ((), ("EnableKeyRotation",), ("KeySpec",))})
    assert [each.properties["EnableKeyRotation"] for each in found["AWS::KMS::Key"] if each.arn == key["Arn"]] == [True]
    assert run.coverage().lists["AWS::KMS::Key"] == ("us-east-1",)


def test_principals_carry_their_documents(aws: Aws) -> None:
    iam = aws("iam")
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(trust))
    inline = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName="app", PolicyName="p", PolicyDocument=json.dumps(inline))
    _, found = collected({"AWS::IAM::Role": ((), ("AssumeRolePolicyDocument",), ("Policies", "*", "PolicyDocument"))})
    (role,) = found["AWS::IAM::Role"]
    assert role.properties["AssumeRolePolicyDocument"] == trust
    assert role.properties["Policies"] == [{"PolicyName": "p", "PolicyDocument": inline}]


def test_regions_are_narrowed_by_globs(aws: Aws) -> None:
    account = own_account(None)
    chosen, left_out = regions_of(account, ("eu-west-*",))
    assert chosen == ("eu-west-1", "eu-west-2", "eu-west-3")
    assert "us-east-1" in left_out


def test_every_region_has_its_own_resources(aws: Aws, tmp_path: File) -> None:
    for region in ("us-east-1", "eu-west-1"):
        aws("ec2", region).create_volume(AvailabilityZone=f"{region}a", Size=1)
    _, found = collected({"AWS::EC2::Volume": ((), ("Encrypted",))}, ("us-east-1", "eu-west-1"))
    assert sorted(each.region or "" for each in found["AWS::EC2::Volume"]) == ["eu-west-1", "us-east-1"]


def test_only_what_speaks_of_the_resource_itself_drops_it(aws: Aws) -> None:
    """Moto said NotFoundException of a key's policy once, and the key was gone from the snapshot."""
    aws("s3").create_bucket(Bucket="logs")
    for code, left in (("NoSuchThing", 1), ("NoSuchBucket", 0)):
        account = own_account(None, Patience(attempts=1))
        refuse(account.client("s3", "us-east-1"), "GetPublicAccessBlock", code, 404)
        wanted = wanted_of({"AWS::S3::Bucket": ((), ("PublicAccessBlockConfiguration",))})
        run = AccountRun(account.id, "aws", "us-east-1", (), account.client, wanted, "")
        assert len(list(run.resources())) == left
        assert run.vanished == 1 - left
