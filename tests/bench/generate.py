"""Large inputs: templates of 500 resources with one attachment per subject, and a snapshot with gaps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from auditor.model import Gap, Reason, Resource
from auditor.snapshot import FORMAT, AccountCoverage, HeaderLine, writing

ACCOUNT = "111122223333"


def _deny(bucket: object) -> dict[str, object]:
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": bucket, "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [statement]}


def template(folder: Path, number: int, resources: int = 500) -> Path:
    """Half buckets, half policies, each bucket with one."""
    tree: dict[str, object] = {}
    for n in range(resources // 2):
        tree[f"Bucket{n}"] = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"bucket-{number}-{n}"}}
        arns = [{"Fn::GetAtt": [f"Bucket{n}", "Arn"]}, {"Fn::Sub": f"${{Bucket{n}.Arn}}/*"}]
        properties = {"Bucket": {"Ref": f"Bucket{n}"}, "PolicyDocument": _deny(arns)}
        tree[f"Policy{n}"] = {"Type": "AWS::S3::BucketPolicy", "Properties": properties}
    file = folder / f"t{number:04}.json"
    file.write_text(json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": tree}, indent=1))
    return file


def templates(folder: Path, resources: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(resources // 500):
        template(folder, number)
    return folder


def _buckets(count: int) -> Iterator[Resource]:
    for n in range(count // 2):
        arn = f"arn:aws:s3:::bucket-{n}"
        name = f"bucket-{n}"
        block = {"BlockPublicAcls": True, "BlockPublicPolicy": n % 3 > 0}
        properties = {"BucketName": name, "PublicAccessBlockConfiguration": block}
        yield Resource("AWS::S3::Bucket", arn, ACCOUNT, "eu-west-1", name, arn, properties)
        policy = {"Bucket": name, "PolicyDocument": _deny([arn, f"{arn}/*"])}
        id = f"{arn}/policy"
        yield Resource("AWS::S3::BucketPolicy", id, ACCOUNT, "eu-west-1", name, id, policy, owners=(arn,))


def snapshot(file: Path, resources: int) -> Path:
    """One bucket in twenty with a refused call."""

    def gaps() -> Iterator[Gap]:
        for n in range(0, resources // 2, 20):
            path = ("PublicAccessBlockConfiguration",)
            id = f"arn:aws:s3:::bucket-{n}"
            action = "s3:GetBucketPublicAccessBlock"
            yield Gap(ACCOUNT, "eu-west-1", "AWS::S3::Bucket", id, path, Reason.DENIED, action)

    lists = {"AWS::S3::Bucket": None, "AWS::S3::BucketPolicy": None, "Auditor::S3::AccountPublicAccessBlock": None}
    header = HeaderLine(FORMAT, "bench", "2026-11-22T00:00:00Z", "live", (ACCOUNT,), ("eu-west-1",))
    with writing(file, header) as writer:
        writer.account(ACCOUNT, _buckets(resources), gaps, lambda: AccountCoverage(lists))
        writer.close()
    return file
