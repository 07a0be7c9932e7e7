"""What a run proves about an entry that nothing answers to."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
import pytest
from support import ACCOUNT, BUCKET, gap, policy

from auditor.adoption.baseline import Entry, entries_of
from auditor.adoption.known import match
from auditor.adoption.ratchet import Evidence, Fate, fates
from auditor.model import (
    Finding,
    Header,
    Location,
    Population,
    Problem,
    Report,
    ResourceRef,
    Severity,
    Status,
    Verdict,
)

POLICY = "s3-bucket-example"
ROOT = Entry("app.yaml#Logs", POLICY, BUCKET, "f")
NESTED = Entry("app.yaml#Net/net.yaml#Logs", POLICY, BUCKET, "f")
STAND_IN = Entry(f"app.yaml#{BUCKET}/⟨Name⟩", POLICY, BUCKET, "f")
LIVE = Entry("arn:aws:s3:::logs", POLICY, BUCKET, "f", account=ACCOUNT, region="eu-west-1")


def report(*verdicts: Verdict, kind: str = "template", **fields: Any) -> Report:
    scope = ("app.yaml",) if kind == "template" else (ACCOUNT,)
    header = Header("2026-11-22T00:00:00Z", kind, scope)  # type: ignore[arg-type]
    made = Report(header, "0", "r", "1.22.2", (policy(),), {}, verdicts, (), {}, ())
    return msgspec.structs.replace(made, **fields)


def fate(
    entry: Entry,
    run: Report,
    declared: Collection[str] | None = ("app.yaml#Other",),
    passed: Collection[tuple[str, str]] = (),
    gone: Collection[str] = (),
) -> Fate | None:
    def exists(file: str) -> bool:
        return file not in gone

    evidence = Evidence(passed, declared, exists, str)
    return fates([entry], match([entry], run, str, exists), run, evidence).get(entry)


def verdict(status: Status, id: str = "app.yaml#Logs") -> Verdict:
    return Verdict(POLICY, Severity.HIGH, status, ResourceRef(id, BUCKET, "logs", ACCOUNT, "eu-west-1"))


def unseen(type: str = BUCKET, region: str | None = None, **fields: Any) -> Verdict:
    made = Verdict(POLICY, Severity.HIGH, Status.UNKNOWN, population=Population(ACCOUNT, region, type), gaps=(gap(),))
    return msgspec.structs.replace(made, location=Location("app.yaml", 1, 1, 1, 2), **fields)


def test_a_template_is_proof_only_where_it_was_read_whole() -> None:
    assert fate(ROOT, report(), passed={(POLICY, ROOT.resource)}) is Fate.PASSED
    assert fate(ROOT, report()) is Fate.GONE
    assert fate(ROOT, report(), declared={ROOT.resource}) is Fate.OPEN  # not made with these parameters
    for status in (Status.UNKNOWN, Status.FAIL, Status.WAIVED, Status.ACCEPTED):
        assert fate(ROOT, report(verdict(status))) is Fate.OPEN
    assert fate(ROOT, report(complete=False)) is Fate.OPEN
    assert fate(ROOT, report(problems=(Problem("file", "app.yaml", "a part is wrong"),))) is Fate.OPEN
    assert fate(ROOT, report(problems=(Problem("engine", "x", "a shard"),))) is Fate.OPEN
    assert fate(ROOT, report(unseen("*"))) is Fate.OPEN
    assert fate(ROOT, report(unseen("*", status=Status.ACCEPTED))) is Fate.OPEN
    assert fate(ROOT, report(unseen("AWS::KMS::Key"))) is Fate.GONE
    assert fate(ROOT, report(policies=())) is Fate.UNSEEN
    assert fate(msgspec.structs.replace(ROOT, resource="b.yaml#Logs"), report()) is Fate.UNSEEN


def test_a_file_that_is_gone_is_proof_if_something_was_judged() -> None:
    elsewhere = msgspec.structs.replace(ROOT, resource="b.yaml#Logs")
    assert fate(elsewhere, report(), gone={"b.yaml"}) is Fate.GONE
    nothing = report(header=Header("2026-11-22T00:00:00Z", "template", ()))
    assert fate(elsewhere, nothing, gone={"b.yaml"}) is Fate.UNSEEN


def test_a_nested_resource_is_gone_only_if_its_stack_is_gone_or_was_read() -> None:
    assert fate(NESTED, report()) is Fate.GONE
    assert fate(NESTED, report(), declared={"app.yaml#Net"}) is Fate.OPEN  # its template lies elsewhere now
    assert fate(NESTED, report(), declared={"app.yaml#Net", "app.yaml#Net/net.yaml#Other"}) is Fate.GONE
    assert fate(NESTED, report(problems=(Problem("file", "net.yaml", "broken"),))) is Fate.OPEN


def test_a_report_without_what_passed_proves_less() -> None:
    assert fate(ROOT, report(), declared=None) is Fate.GONE
    assert fate(NESTED, report(), declared=None) is Fate.OPEN


def test_a_stand_in_that_is_silent_has_not_passed() -> None:
    assert fate(STAND_IN, report()) is Fate.OPEN


def test_an_account_is_proof_only_where_it_was_listed() -> None:
    assert fate(LIVE, report(kind="snapshot")) is Fate.GONE
    assert fate(LIVE, report(kind="snapshot"), passed={(POLICY, LIVE.resource)}) is Fate.PASSED
    for hidden in (unseen(), unseen("*"), unseen(region="eu-west-1")):
        assert fate(LIVE, report(hidden, kind="snapshot")) is Fate.OPEN
    assert fate(LIVE, report(unseen(region="us-east-1"), kind="snapshot")) is Fate.GONE
    assert fate(LIVE, report(kind="snapshot", problems=(Problem("account", ACCOUNT, "denied"),))) is Fate.OPEN
    regions = Header("2026-11-22T00:00:00Z", "live", (ACCOUNT,), ("us-east-1",))
    assert fate(LIVE, report(header=regions)) is Fate.UNSEEN
    assert fate(LIVE, report()) is Fate.UNSEEN
    assert fate(ROOT, report(kind="snapshot")) is Fate.UNSEEN


@pytest.mark.parametrize("status", [Status.FAIL, Status.WAIVED])
def test_what_a_waiver_covers_is_still_known(status: Status) -> None:
    held = msgspec.structs.replace(verdict(status), findings=(Finding((), "off", "x", "f"),))
    assert fate(ROOT, report(held)) is None


def test_equal_findings_are_counted() -> None:
    twins = tuple(Finding(("A", n), "off", f"x{n}", "f") for n in range(2))
    (entry,) = entries_of(report(msgspec.structs.replace(verdict(Status.FAIL), findings=twins)), str)
    assert (entry.count, entry.finding) == (2, "f")
