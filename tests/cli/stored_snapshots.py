"""Small snapshots as files, for commands that read stored ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from support import ACCOUNT, BUCKET

from auditor.model import Gap, Json, Reason, Resource
from auditor.snapshot import FORMAT, AccountCoverage, HeaderLine, writing

BLOCK = "Auditor::S3::AccountPublicAccessBlock"
POLICY = "AWS::S3::BucketPolicy"
ON = {"BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True}


def bucket(name: str, properties: Mapping[str, Json] | None = None) -> Resource:
    arn = f"arn:aws:s3:::{name}"
    return Resource(BUCKET, arn, ACCOUNT, "eu-west-1", name, arn, dict(properties or {}))


def denied(action: str, type: str, id: str | None = None, path: tuple[str, ...] = ()) -> Gap:
    return Gap(ACCOUNT, None, type, id, path, Reason.DENIED, action)


def write_snapshot(
    file: Path,
    resources: Sequence[Resource],
    gaps: Sequence[Gap] = (),
    types: Sequence[str] = (BUCKET, BLOCK, POLICY),
    taken_at: str = "2026-11-22T00:00:00Z",
    complete: bool = True,
) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with writing(file, HeaderLine(FORMAT, "0", taken_at, "live", (ACCOUNT,), ("eu-west-1",))) as out:
        coverage = AccountCoverage({type: None for type in types})
        out.account(ACCOUNT, resources, lambda: gaps, lambda: coverage)
        if complete:
            out.close()
    return file
