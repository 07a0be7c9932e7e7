"""What changed since an earlier report: fixed only where the resource was seen again."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from commands import DEMO, FAILING, LOW, PASSING, Auditor, write
from support import ACCOUNT, BUCKET, gap, policy, reference_of, resource

from auditor.errors import UsageError
from auditor.model import Finding, Header, Population, Report, Severity, Status, Verdict
from auditor.since import Earlier, changes, read

SUBJECT = reference_of(resource())
FINDING = Finding(("Flag",), "off", "f1", "c1")
EARLIER = Earlier("old.json", "2026-11-21T00:00:00Z", {"f1": ("s3-bucket-example", SUBJECT)})


def verdict(status: Status, *findings: Finding) -> Verdict:
    return Verdict("s3-bucket-example", Severity.HIGH, status, SUBJECT, findings=findings)


def said(*verdicts: Verdict, regions: tuple[str, ...] = (), **fields: object) -> str:
    header = Header("2026-11-22T00:00:00Z", "snapshot", (ACCOUNT,), regions)
    report = Report(header, "0", "r", "1.22.2", (policy(),), {}, verdicts, (), {}, ())
    first, *_ = changes(EARLIER, msgspec.structs.replace(report, **fields))
    return first.split(": ", 1)[1]


def unseen(type: str = BUCKET, region: str | None = None) -> Verdict:
    population = Population(ACCOUNT, region, type)
    return Verdict("s3-bucket-example", Severity.HIGH, Status.UNKNOWN, population=population, gaps=(gap(),))


FIXED = "0 new, 1 fixed, 0 no longer seen"
LOST = "0 new, 0 fixed, 1 no longer seen"


def test_still_there_is_no_change() -> None:
    assert said(verdict(Status.FAIL, FINDING)) == "0 new, 0 fixed, 0 no longer seen"
    assert said(verdict(Status.WAIVED, FINDING)) == "0 new, 0 fixed, 0 no longer seen"


def test_a_new_finding_beside_the_old_one() -> None:
    other = msgspec.structs.replace(FINDING, fingerprint="f2")
    assert said(verdict(Status.FAIL, FINDING, other)) == "1 new, 0 fixed, 0 no longer seen"


def test_gone_and_seen_is_fixed() -> None:
    assert said(verdict(Status.PASS)) == FIXED
    assert said() == FIXED  # deleted
    assert said(unseen("AWS::KMS::Key")) == FIXED


def test_gone_and_not_seen_is_not_fixed() -> None:
    assert said(verdict(Status.UNKNOWN)) == LOST
    assert said(unseen()) == said(unseen("*")) == said(unseen(region="eu-west-1")) == LOST
    assert said(unseen(region="us-east-1")) == FIXED
    assert said(complete=False) == LOST
    assert said(policies=()) == LOST
    assert said(regions=("us-east-1",)) == LOST
    assert said(header=Header("2026-11-22T00:00:00Z", "snapshot", ("999999999999",))) == LOST


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "auditor-report/1"}', '{"format": 1}'])
def test_what_is_no_report_is_one_clear_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "old.json").write_text(text)
    with pytest.raises(UsageError, match="old.json: not a JSON report"):
        read(tmp_path / "old.json")


def test_a_template_that_was_corrected(auditor: Auditor, folder: Path) -> None:
    write(folder, a=FAILING, b=LOW)
    auditor("scan", ".", *DEMO, "-o", "json=old.json")
    write(folder, a=PASSING)
    done = auditor("scan", ".", *DEMO, "--since", "old.json")
    assert "0 new, 1 fixed, 0 no longer seen" in done.stdout
    assert "note: fixed: demo-bucket-versioned: Logs\n" in done.stdout
    done = auditor("scan", "a.yaml", *DEMO, "--since", "old.json")
    assert "0 new, 1 fixed, 1 no longer seen" in done.stdout
    assert auditor("scan", ".", "--since", "none.json").returncode == 2
