"""However a scope is cut into shards, the verdicts are the same: the pipeline with the real OPA over one account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import ACCOUNT

from auditor import pipeline
from auditor.cli import session
from auditor.model import Gap, Reason, Resource, Status, pointer
from auditor.snapshot import FORMAT, AccountCoverage, HeaderLine, writing
from auditor.sources.file import SnapshotSource

REGION = "eu-west-1"
POLICIES = (
    "cloudtrail-bucket-*",
    "ec2-imdsv2-required",
    "ec2-vpc-flow-logs-enabled",
    "lambda-url-authenticated",
    "s3-bucket-tls-required",
    "s3-bucket-public-access-blocked",
    "guardduty-enabled",
)


def resource(type: str, name: str, owners: tuple[str, ...] = (), **properties: Any) -> Resource:
    id = f"arn:aws:test:{REGION}:{ACCOUNT}:{type.rsplit('::')[-1]}/{name}"
    if type == "AWS::S3::Bucket":
        id = f"arn:aws:s3:::{name}"
    return Resource(type, id, ACCOUNT, REGION, name, id, properties, owners=owners)


def account() -> Iterator[Resource]:
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    for n in range(20):
        name = f"bucket-{n:02}"
        arn = f"arn:aws:s3:::{name}"
        yield resource(
            "AWS::S3::Bucket", name, BucketName=name, PublicAccessBlockConfiguration={"BlockPublicAcls": True}
        )
        document = {"Version": "2012-10-17", "Statement": [{**deny, "Resource": [arn, f"{arn}/*"]}]}
        if n % 3:
            yield resource("AWS::S3::BucketPolicy", name, (arn,), Bucket=name, PolicyDocument=document)
    for n in (3, 17):
        yield resource("AWS::CloudTrail::Trail", f"trail-{n}", S3BucketName=f"bucket-{n:02}", IsLogging=True)
    for n in range(6):
        tokens = "required" if n % 2 else "optional"
        data = {"MetadataOptions": {"HttpTokens": tokens, "HttpEndpoint": "enabled"}}
        yield resource("AWS::EC2::LaunchTemplate", f"lt-{n}", LaunchTemplateName=f"lt-{n}", LaunchTemplateData=data)
    for n in range(9):
        yield resource(
            "AWS::EC2::Instance", f"i-{n}", InstanceId=f"i-{n}", LaunchTemplate={"LaunchTemplateName": f"lt-{n % 7}"}
        )
        yield resource("AWS::EC2::VPC", f"vpc-{n}", VpcId=f"vpc-{n}")
        yield resource("AWS::Lambda::Function", f"f-{n}", FunctionName=f"f-{n}")
        target = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f-{n}"
        yield resource("AWS::Lambda::Url", f"f-{n}", TargetFunctionArn=target, AuthType="AWS_IAM" if n % 2 else "NONE")
        flow = {"ResourceId": f"vpc-{n}", "ResourceType": "VPC", "TrafficType": "ALL"}
        if n % 2:
            yield resource("AWS::EC2::FlowLog", f"fl-{n}", **flow)
    yield resource("Auditor::Account::Region", REGION, RegionName=REGION)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("shards") / "account.json"
    resources = sorted(account(), key=lambda each: (each.owners[:1] or (each.id,), each.type))
    gap = Gap(ACCOUNT, REGION, "AWS::S3::Bucket", "arn:aws:s3:::bucket-09", ("PublicAccessBlockConfiguration",),
            Reason.DENIED, "s3:GetBucketPublicAccessBlock")  # fmt: skip
    lists = {each.type: None for each in resources}
    with writing(file, HeaderLine(FORMAT, "test", "2026-11-22T00:00:00Z", "live", (ACCOUNT,), (REGION,))) as writer:
        writer.account(ACCOUNT, resources, lambda: [gap], lambda: AccountCoverage(lists))
        writer.close()
    return file


def verdicts(snapshot: Path, size: int) -> set[tuple[Any, ...]]:
    config = session.configured(None, select=POLICIES)
    binary = session.opa_binary()
    pack = session.load_pack(config, binary)
    values = session.parameter_values(pack, config, {})
    plan = session.make_plan(session.chosen(pack, config, "live"), values)
    with session.engine_of(config, pack, binary) as engine:
        engine.wait()
        options = pipeline.Options(include_passed=True, shard_size=size)
        facts = session.facts_of(plan)
        report = pipeline.audit(SnapshotSource([str(snapshot)]), pack, plan, engine, facts, values, (), options)
        assert report.problems == ()
        found = [
            (
                each.policy,
                each.status,
                each.resource.id if each.resource else each.population,
                tuple(pointer(finding.path) for finding in each.findings),
                frozenset(gap.detail for gap in each.gaps),
            )
            for each in report.verdicts
        ]
    assert len(set(found)) == len(found), "nothing is judged twice"
    return set(found)


def test_the_cut_changes_no_verdict(snapshot: Path) -> None:
    whole = verdicts(snapshot, 10_000)
    assert {status for _, status, *_ in whole} == {Status.PASS, Status.FAIL, Status.UNKNOWN}
    assert {policy for policy, *_ in whole} >= {"cloudtrail-bucket-not-public", "ec2-imdsv2-required"}
    for size in (1, 4, 17):
        assert verdicts(snapshot, size) == whole
