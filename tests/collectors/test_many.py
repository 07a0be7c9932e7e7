"""10,000 of a kind: memory stays flat, and calls grow as they must and no more."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from offline import Reads, running

from auditor import snapshot
from auditor.collectors import account
from auditor.model import Resource
from auditor.snapshot import FORMAT, HeaderLine, ResourceLine, lines, writing

MANY = 10_000
PAGE = 1_000

BUCKET: Reads = {
    "AWS::S3::Bucket": ((),),
    "AWS::S3::BucketPolicy": ((), ("PolicyDocument",)),
}
ROLE: Reads = {"AWS::IAM::Role": ((), ("AssumeRolePolicyDocument",), ("Policies", "*", "PolicyDocument"))}
GROUP: Reads = {"AWS::EC2::SecurityGroup": ((), ("SecurityGroupIngress",))}


def of_buckets(count: int, operation: str) -> Any:
    if operation == "list_buckets":
        return pages(count, lambda n: {"Name": f"bucket-{n:05}", "BucketRegion": "eu-west-1"}, "Buckets")
    return {"get_bucket_policy": {"Policy": '{"Version": "2012-10-17", "Statement": []}'}}.get(operation, {})


def of_roles(count: int, operation: str) -> Any:
    def role(n: int) -> dict[str, Any]:
        arn = f"arn:aws:iam::111122223333:role/role-{n:05}"
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "x" * 50}]}
        inline = [{"PolicyName": "p", "PolicyDocument": document}]
        return {"RoleName": arn[31:], "Arn": arn, "AssumeRolePolicyDocument": document, "RolePolicyList": inline}

    return pages(count, role, "RoleDetailList")


def of_groups(count: int, operation: str) -> Any:
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}

    def group(n: int) -> dict[str, Any]:
        return {"GroupId": f"sg-{n:05}", "GroupName": f"g-{n}", "IpPermissions": [permission], "OwnerId": "1"}

    return pages(count, group, "SecurityGroups") if operation == "describe_security_groups" else {}


def pages(count: int, one: Any, key: str) -> Iterator[dict[str, Any]]:
    for first in range(0, count, PAGE):
        yield {key: [one(n) for n in range(first, min(first + PAGE, count))]}


def collected(file: Path, count: int, of: Any, reads: Reads) -> tuple[int, int, Counter[str]]:
    """Resources in the file, peak of blocks of memory that Python holds, calls by action."""
    run = running(lambda service, region, operation, arguments: of(count, operation), reads)
    gc.collect()
    before, peak = sys.getallocatedblocks(), 0

    def watched() -> Iterator[Resource]:
        nonlocal peak
        for number, resource in enumerate(run.resources()):
            if number % 250 == 0:
                peak = max(peak, sys.getallocatedblocks() - before)
            yield resource

    with writing(file, HeaderLine(FORMAT, "0", "", "live")) as writer:
        writer.account(run.account, watched(), lambda: run.gaps, run.coverage)
        writer.close()
    assert run.gaps == []
    return sum(isinstance(line, ResourceLine) for line in lines(file)), peak, run.calls


@pytest.mark.parametrize(
    ("of", "reads", "per_resource", "calls"),
    [
        # a page of the list, and for each bucket what is read of it: S3 has no call for many
        (
            of_buckets,
            BUCKET,
            2,
            {
                "s3:ListAllMyBuckets": MANY // PAGE,
                "s3:GetBucketPolicy": MANY,
            },
        ),
        (of_roles, ROLE, 1, {"iam:GetAccountAuthorizationDetails": MANY // PAGE}),
        (of_groups, GROUP, 1, {"ec2:DescribeSecurityGroups": MANY // PAGE}),
    ],
    ids=["buckets", "roles", "groups"],
)
def test_memory_stays_flat_and_calls_grow_as_they_must(
    of: Any, reads: Reads, per_resource: int, calls: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "CHUNK", PAGE)
    monkeypatch.setattr(account, "_QUEUED", PAGE // 2)
    _, few, _ = collected(tmp_path / "few.json", 2 * PAGE, of, reads)
    count, many, made = collected(tmp_path / "many.json", MANY, of, reads)
    assert count == MANY * per_resource
    assert many < few * 1.6, f"{few:,} blocks for {2 * PAGE:,}, {many:,} for {MANY:,}"
    assert dict(made) == calls
