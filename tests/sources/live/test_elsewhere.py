"""Who owns a bucket that logs go to is told by the other accounts of the same snapshots, and only by them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from auditor.model import Gap, Plan, Problem, Reason, Resource, Status, Verdict
from auditor.snapshot import FORMAT, AccountCoverage, HeaderLine, writing
from auditor.sources.elsewhere_logs import OTHER, TOLD
from auditor.sources.file import SnapshotSource
from auditor.sources.merge import merge

MEMBER, ARCHIVE = "111122223333", "444455556666"
TRAIL, BUCKET = "AWS::CloudTrail::Trail", "AWS::S3::Bucket"
MEMBERSHIP = "Auditor::Organizations::Membership"
ACCOUNT = "Auditor::Account::Account"
RULE = "AWS::ObservabilityAdmin::OrganizationCentralizationRule"
STATUS = "Auditor::ObservabilityAdmin::CentralizationRuleStatus"
STREAM = "AWS::KinesisFirehose::DeliveryStream"


def made(type: str, name: str, account: str, **properties: Any) -> Resource:
    return Resource(type, f"{account}/{name}", account, None, name, f"arn:aws:x:::{name}", properties)


def write(file: Path, account: str, *resources: Resource, gaps: tuple[Gap, ...] = ()) -> None:
    header = HeaderLine(FORMAT, "0", "2026-11-21T00:00:00Z", "live", (account,), ("eu-west-1",))
    with writing(file, header) as writer:
        listed = AccountCoverage(dict.fromkeys((TRAIL, BUCKET, MEMBERSHIP, ACCOUNT, RULE, STATUS)))
        writer.account(account, resources, lambda: gaps, lambda: listed)
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


def test_the_bucket_of_a_delivery_stream_is_told(tmp_path: Path) -> None:
    stream = made(STREAM, "logs", MEMBER, ExtendedS3DestinationConfiguration={"BucketARN": "arn:aws:s3:::copy"})
    write(tmp_path / f"{MEMBER}.json", MEMBER, stream)
    write(tmp_path / f"{ARCHIVE}.json", ARCHIVE, made(BUCKET, "copy", ARCHIVE), made(BUCKET, "photos", ARCHIVE))
    assert told(tmp_path, OTHER)[MEMBER] == [{"BucketName": "copy", "AccountId": ARCHIVE}]


def rules_told(folder: Path, *of_the_archive: Resource, gaps: tuple[Gap, ...] = ()) -> list[Resource]:
    """What a member is told of the rules of its organization."""
    organization = made(MEMBERSHIP, "m", ARCHIVE, OrganizationId="o-1")
    denied = Gap(MEMBER, None, RULE, None, (), Reason.DENIED, "refused")
    write(folder / "a.json", MEMBER, gaps=(denied,))
    write(folder / "b.json", ARCHIVE, organization, *of_the_archive, gaps=gaps)
    source = SnapshotSource([str(folder / "a.json"), str(folder / "b.json")])
    for scope in source.scopes(Plan({TOLD: ((),)}, (), ())):
        assert not isinstance(scope, Problem)
        if scope.account == MEMBER:
            return list(scope.resources(frozenset({TOLD})))
    raise AssertionError("no member")


def test_the_rules_of_an_organization_are_told_to_its_members(tmp_path: Path) -> None:
    rule = {"Source": {"Regions": ["eu-west-1"]}, "Destination": {"Region": "eu-west-1", "Account": ARCHIVE}}
    health = made(STATUS, "s", ARCHIVE, RuleArn="r", RuleHealth="x")
    (one,) = rules_told(tmp_path, made(RULE, "logs", ARCHIVE, RuleArn="r", Rule=rule), health)
    assert one.account == MEMBER and dict(one.properties) == {
        "AccountId": ARCHIVE,
        "OrganizationId": "o-1",
        "IsComplete": True,
        "Rules": [{"RuleArn": "r", "Rule": rule, "RuleHealth": "x"}],
    }


def test_who_was_refused_tells_no_complete_list(tmp_path: Path) -> None:
    rule = made(RULE, "logs", ARCHIVE, RuleArn="r")
    hidden = Gap(ARCHIVE, None, RULE, rule.id, ("Rule",), Reason.DENIED, "refused")
    (one,) = rules_told(tmp_path, rule, gaps=(hidden,))
    assert (one.properties["IsComplete"], one.properties["Rules"]) == (False, [{"RuleArn": "r"}])
    unlisted = Gap(ARCHIVE, None, STATUS, None, (), Reason.DENIED, "refused")
    (one,) = rules_told(tmp_path, gaps=(unlisted,))
    assert one.properties["IsComplete"] is False
