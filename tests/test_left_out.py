"""What a fact about the account needs may stand in a region that the user left out: then nothing is denied."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import ACCOUNT

from auditor import pipeline
from auditor.cli import session
from auditor.model import Resource, Status
from auditor.snapshot import FORMAT, AccountCoverage, HeaderLine, writing
from auditor.sources.file import SnapshotSource

HERE, HOME = "eu-west-1", "us-east-1"
WATCHED = "monitoring-root-usage-alerted"
OBJECTS = "cloudtrail-s3-write-events-logged"
GLOBAL = ("Auditor::Account::Account", "AWS::S3::Bucket", "Auditor::Organizations::Membership")


def made(type: str, id: str, region: str | None, **properties: Any) -> Resource:
    return Resource(type, id, ACCOUNT, region, id.rsplit("/", 1)[-1], id, properties)


def account() -> list[Resource]:
    """As HERE shows it: a trail of HOME whose log group is there, where nobody looked, and a bucket."""
    arn = f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:trail/all"
    group = f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:trail:*"
    flags = {"IsLogging": True, "IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": True}
    return [
        made("Auditor::Account::Account", f"{ACCOUNT}/Auditor::Account::Account", None, Partition="aws"),
        made("AWS::S3::Bucket", "arn:aws:s3:::data", None, BucketName="data"),
        made("Auditor::Organizations::Membership", f"{ACCOUNT}/membership", None, InOrganization=False),
        made("AWS::CloudTrail::Trail", arn, HOME, S3BucketName="data", CloudWatchLogsLogGroupArn=group, **flags),
    ]


@pytest.mark.parametrize(("left_out", "expected"), [((HOME,), Status.UNKNOWN), ((), Status.FAIL)])
def test_a_region_that_nobody_asked_may_hold_the_answer(
    left_out: tuple[str, ...], expected: Status, tmp_path: Path
) -> None:
    """The log group of the trail, and an event data store for all regions."""
    file = tmp_path / "account.json"
    config = session.configured(None, select=(WATCHED, OBJECTS))
    binary = session.opa_binary()
    pack = session.load_pack(config, binary)
    values = session.parameter_values(pack, config, {})
    plan = session.make_plan(session.chosen(pack, config, "live"), values)
    facts = session.facts_of(plan)
    joined = {type for fact in facts for type in (*fact.on, *fact.joins)}
    lists = {type: None if type in GLOBAL else (HERE,) for type in joined}
    with writing(file, HeaderLine(FORMAT, "test", "2026-11-22T00:00:00Z", "live", (ACCOUNT,), (HERE,))) as writer:
        writer.account(
            ACCOUNT, sorted(account(), key=lambda one: one.id), list, lambda: AccountCoverage(lists, {}, left_out)
        )
        writer.close()
    with session.engine_of(config, pack, binary) as engine:
        engine.wait()
        source = SnapshotSource([str(file)])
        report = pipeline.audit(source, pack, plan, engine, facts, values, (), pipeline.Options(include_passed=True))
        assert report.problems == ()
        assert {each.policy: each.status for each in report.verdicts} == {WATCHED: expected, OBJECTS: expected}
