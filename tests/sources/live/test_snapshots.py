"""Snapshots summarised, compared and joined."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import gap, resource

from auditor.errors import UsageError
from auditor.model import Gap, Plan, Reason, Resource
from auditor.snapshot import FORMAT, AccountCoverage, HeaderLine, writing
from auditor.sources.difference import difference
from auditor.sources.file import SnapshotSource
from auditor.sources.merge import merge
from auditor.sources.summary import summary

BUCKETS = {"AWS::S3::Bucket": None}


def write(
    file: Path, account: str, resources: list[Resource], gaps: list[Gap] | None = None, complete: bool = True
) -> Path:
    header = HeaderLine(FORMAT, "0", f"2026-11-2{account[0]}T00:00:00Z", "live", (account,), ("eu-west-1",))
    with writing(file, header) as writer:
        writer.account(account, resources, lambda: gaps or [], lambda: AccountCoverage(BUCKETS))
        writer.close(complete)
    return file


def test_a_summary_names_types_gaps_and_missing_permissions(tmp_path: Path) -> None:
    refused = [gap(id=None, path=(), reason=Reason.DENIED, detail="s3:GetBucketPolicy (by an SCP)")] * 2
    whole = gap(type="*", id=None, path=(), reason=Reason.FAILED, detail="the account is suspended")
    text = summary(write(tmp_path / "a.json", "1", [resource("a"), resource("b")], [*refused, whole]))
    assert "resources  2" in text
    assert "        2  AWS::S3::Bucket" in text
    assert "        2  denied" in text
    assert "s3:GetBucketPolicy  (2 gaps)" in text
    assert "the account is suspended" in text
    assert "partial" not in text


def test_a_summary_says_that_a_snapshot_is_partial(tmp_path: Path) -> None:
    assert "(partial)" in summary(write(tmp_path / "a.json", "1", [], complete=False))


def test_a_difference_names_resources_and_properties(tmp_path: Path) -> None:
    before = [resource("a"), resource("b", properties={"A": {"B": [1, 2]}, "C": 1}), resource("d")]
    after = [resource("b", properties={"A": {"B": [1, 3]}, "D": "x"}), resource("c"), resource("d")]
    lines = difference(write(tmp_path / "1.json", "1", before), write(tmp_path / "2.json.gz", "1", after))
    name = "AWS::S3::Bucket AWS::S3::Bucket/"
    assert list(lines) == [
        f"- {name}a",
        f"~ {name}b /A/B/1: 2 -> 3",
        f"~ {name}b /C: 1 -> (none)",
        f"~ {name}b /D: (none) -> 'x'",
        f"+ {name}c",
    ]


def test_a_merge_holds_each_account_with_its_coverage(tmp_path: Path) -> None:
    one = write(tmp_path / "1.json", "1", [resource("a", account="1")])
    two = write(tmp_path / "2.json", "2", [resource("b", account="2")], [gap(account="2")])
    assert merge((two, one), tmp_path / "all.json.gz") == 2
    source = SnapshotSource([str(tmp_path / "all.json.gz")])
    first, second = source.scopes(Plan({}))
    assert source.header.taken_at == "2026-11-21T00:00:00Z"  # what it says held then or later
    assert (first.account, second.account) == ("1", "2")  # type: ignore[union-attr]
    assert len(second.gaps) == 1  # type: ignore[union-attr]
    assert second.coverage.lists == BUCKETS  # type: ignore[union-attr]
    assert [each.name for each in second.resources()] == ["b"]  # type: ignore[union-attr]


def test_a_merge_of_a_partial_one_is_partial(tmp_path: Path) -> None:
    one = write(tmp_path / "1.json", "1", [])
    two = write(tmp_path / "2.json", "2", [], complete=False)
    merge((one, two), tmp_path / "all.json")
    assert "(partial)" in summary(tmp_path / "all.json")


def test_one_account_cannot_be_in_two_files(tmp_path: Path) -> None:
    one, again = write(tmp_path / "1.json", "1", []), write(tmp_path / "2.json", "1", [])
    with pytest.raises(UsageError, match=r"account 1 is in .*1\.json and in .*2\.json"):
        merge((one, again), tmp_path / "all.json")
