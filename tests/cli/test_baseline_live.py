"""The baseline and the waivers of an account, from stored snapshots."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from commands import DEMO, Auditor
from support import ACCOUNT, BUCKET, gap, resource

from auditor.model import Gap
from auditor.snapshot import FORMAT, AccountCoverage, HeaderLine, writing

FILE = "auditor-baseline.jsonl"
VERSIONED = {"VersioningConfiguration": {"Status": "Enabled"}}


def snapshot(path: Path, buckets: dict[str, dict[str, Any]], *gaps: Gap) -> None:
    header = HeaderLine(FORMAT, "0", "2026-11-22T00:00:00Z", "live", (ACCOUNT,), ("eu-west-1",))
    held = [resource(name, id=f"arn:aws:s3:::{name}", properties=held) for name, held in buckets.items()]
    lists = {type: None for type in (BUCKET, "AWS::SNS::Topic", "AWS::SQS::Queue")}
    with writing(path, header) as writer:
        writer.account(ACCOUNT, held, lambda: gaps, lambda: AccountCoverage(lists))
        writer.close()


def left(folder: Path) -> list[str]:
    return [json.loads(line)["resource"] for line in (folder / FILE).read_text().splitlines()[1:]]


def test_an_account_with_old_findings(auditor: Auditor, folder: Path) -> None:
    unread = gap(id="arn:aws:s3:::hidden", path=("VersioningConfiguration",), detail="s3:GetBucketVersioning")
    snapshot(folder / "old.json", {"fixed": {}, "gone": {}, "lost": {}, "stays": {}, "hidden": {}}, unread)
    (folder / "auditor.toml").write_text(f'baseline = "{FILE}"\n')
    report = auditor("audit", "old.json", *DEMO, "--no-baseline", "-o", "json")
    assert report.returncode == 1
    done = auditor("baseline", "write", "-", stdin=report.stdout)
    assert done.stderr == f"{FILE}: 4 findings, 1 not decided\n"
    assert auditor("audit", "old.json", *DEMO).returncode == 0

    denied = gap(id="arn:aws:s3:::lost", path=("VersioningConfiguration",), detail="s3:GetBucketVersioning")
    now = {"fixed": VERSIONED, "lost": {}, "stays": {}, "hidden": {}, "new": {}}
    snapshot(folder / "now.json", now, unread, denied)
    done = auditor("audit", "now.json", *DEMO, "--ratchet")
    assert done.returncode == 1
    assert "1 verdict FAIL" in done.stdout and "1 verdict UNKNOWN" in done.stdout  # new, and lost
    assert left(folder) == [f"arn:aws:s3:::{name}" for name in ("hidden", "lost", "stays")]

    snapshot(folder / "blind.json", {}, gap(BUCKET, detail="s3:ListAllMyBuckets"))
    assert auditor("audit", "blind.json", *DEMO, "--ratchet").returncode == 3
    assert len(left(folder)) == 3

    tomorrow = datetime.date.today() + datetime.timedelta(1)
    (folder / "waivers.yaml").write_text(
        "format: auditor-waivers/1\nwaivers:\n- policy: demo-bucket-*\n  resources: ['arn:aws:s3:::[ln]*']\n"
        f"  account: {ACCOUNT}\n  region: eu-*\n  unknown: true\n  owner: me\n  reason: known\n  expires: {tomorrow}\n"
    )
    done = auditor("audit", "now.json", *DEMO, "--waivers", "waivers.yaml")
    assert done.returncode == 0, done.stdout
    assert "3 WAIVED, 1 ACCEPTED" in done.stdout
