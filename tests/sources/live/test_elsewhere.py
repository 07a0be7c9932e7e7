"""Who owns a bucket that logs go to is told by the other accounts of the same snapshots, and only by them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from auditor.model import Plan, Problem, Resource, Status, Verdict
from auditor.snapshot import FORMAT, AccountCoverage, HeaderLine, writing
from auditor.sources.elsewhere_buckets import OTHER
from auditor.sources.file import SnapshotSource
from auditor.sources.merge import merge

MEMBER, ARCHIVE = "111122223333", "444455556666"
TRAIL, BUCKET = "AWS::CloudTrail::Trail", "AWS::S3::Bucket"
MEMBERSHIP = "Auditor::Organizations::Membership"
ACCOUNT = "Auditor::Account::Account"


def made(type: str, name: str, account: str, **properties: Any) -> Resource:
    return Resource(type, f"{account}/{name}", account, None, name, f"arn:aws:x:::{name}", properties)


def write(file: Path, account: str, *resources: Resource) -> None:
    header = HeaderLine(FORMAT, "0", "2026-11-21T00:00:00Z", "live", (account,), ("eu-west-1",))
    with writing(file, header) as writer:
        listed = AccountCoverage(dict.fromkeys((TRAIL, BUCKET, MEMBERSHIP, ACCOUNT)))
        writer.account(account, resources, lambda: [], lambda: listed)
        writer.close()


def told(folder: Path, *types: str) -> dict[str, list[dict[str, Any]]]:
    """What each account is told of the buckets of others; nothing else of them may be in it."""
    source = SnapshotSource([str(file) for file in sorted(folder.iterdir())])
    found: dict[str, list[dict[str, Any]]] = {}
    for scope in source.scopes(Plan({type: ((),) for type in types}, (), ())):
        assert not isinstance(scope, Problem)
        resources = list(scope.resources(frozenset(types)))
        assert {each.account for each in resources} <= {scope.account}
        assert [gap for gap in scope.gaps if gap.type == OTHER] == []
        found[scope.account] = [dict(each.properties) for each in resources if each.type == OTHER]
    return found


def folder(tmp_path: Path, *of_the_archive: Resource) -> Path:
    trail = made(TRAIL, "organization", MEMBER, S3BucketName="archive")
    rule = {"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::copy"}}
    own = made(BUCKET, "own", MEMBER, ReplicationConfiguration={"Rules": [rule]})
    write(tmp_path / f"{MEMBER}.json", MEMBER, trail, own)
    buckets = [made(BUCKET, name, ARCHIVE) for name in ("archive", "copy", "photos")]
    write(tmp_path / f"{ARCHIVE}.json", ARCHIVE, *buckets, *of_the_archive)
    return tmp_path


def test_only_the_buckets_that_logs_go_to_are_told(tmp_path: Path) -> None:
    organization = made(MEMBERSHIP, "m", ARCHIVE, OrganizationId="o-1")
    found = told(folder(tmp_path, organization), OTHER, TRAIL, BUCKET)
    expected = {"AccountId": ARCHIVE, "OrganizationId": "o-1"}
    assert found == {MEMBER: [{"BucketName": name, **expected} for name in ("archive", "copy")], ARCHIVE: []}


def test_an_unknown_organization_is_not_told(tmp_path: Path) -> None:
    found = told(folder(tmp_path), OTHER)
    assert found[MEMBER][0] == {"BucketName": "archive", "AccountId": ARCHIVE}


def test_nothing_is_told_to_who_does_not_ask(tmp_path: Path) -> None:
    assert told(folder(tmp_path), TRAIL) == {MEMBER: [], ARCHIVE: []}


def test_an_account_alone_is_unknown_and_passes_together_with_the_archive(
    tmp_path: Path, judged: Callable[[Path], list[Verdict]]
) -> None:
    def said(file: Path) -> dict[str, Status]:
        mine = [one for one in judged(file) if one.policy == "cloudtrail-logs-centralized"]
        return {one.resource.account: one.status for one in mine if one.resource}

    trail = made(TRAIL, "main", MEMBER, S3BucketName="archive", IsLogging=True, IsMultiRegionTrail=True)
    files = tmp_path / "member.json", tmp_path / "archive.json"
    for file, account, resource in zip(
        files, (MEMBER, ARCHIVE), (trail, made(BUCKET, "archive", ARCHIVE)), strict=True
    ):
        member = made(MEMBERSHIP, "m", account, InOrganization=True, OrganizationId="o-1", ManagementAccountId="1")
        write(file, account, resource, member, made(ACCOUNT, account, account))
    merge(files, tmp_path / "both.json")
    assert said(files[0]) == {MEMBER: Status.UNKNOWN}
    assert said(tmp_path / "both.json") == {MEMBER: Status.PASS, ARCHIVE: Status.FAIL}
