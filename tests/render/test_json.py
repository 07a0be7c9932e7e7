"""The JSON report: what is published is what is written."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from reports import BROKEN, LIVE, POLICIES, UNSEEN, decided, failed, finding, reference, report, undecided

from auditor.model import Header, Report, Severity, Status
from auditor.render import FORMATS, RenderOptions
from auditor.render.document import ReportDocument, schema
from auditor.stored import read_report


def rendered(report: Report, **options: Any) -> dict[str, Any]:
    out = io.StringIO()
    FORMATS["json"](report, decided(report), RenderOptions(**options), out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def closed(tree: Any) -> Any:
    """The schema with nothing allowed besides what it names."""
    if isinstance(tree, dict):
        tree = {key: closed(value) for key, value in tree.items()}
        if "properties" in tree:
            tree["additionalProperties"] = False
    return [closed(item) for item in tree] if isinstance(tree, list) else tree


def passed(**fields: Any) -> Any:
    return msgspec.structs.replace(failed(), status=Status.PASS, findings=(), location=None, **fields)


EVERYTHING = report(
    failed(finding(worlds=("Env is prod",), default_world=False), finding(evidence=reference("P"), secret=True)),
    failed(finding(location=None, certain=False), resource=LIVE, location=None, construct="App/Logs"),
    undecided(),
    undecided(resource=None, location=None, population=UNSEEN),
    undecided(error="eval_conflict_error"),
    msgspec.structs.replace(undecided(), status=Status.ACCEPTED, reason="known"),
    passed(assumed=("Enc",)),
    problems=(BROKEN, msgspec.structs.replace(BROKEN, kind="policy", line=None, column=None)),
    notes=("a note",),
    parameters={"bucket_high": {"ports": ["22"], "strict": True}},
    complete=False,
)


OF_AN_ACCOUNT = report(
    header=Header(
        *("2026-11-22T20:00:00Z", "snapshot", ("111122223333",), ("eu-west-1",)),
        *(("us-east-1", "us-east-2"), ("AWS::S3::Bucket",)),
    )
)


@pytest.mark.parametrize("made", [report(), EVERYTHING, OF_AN_ACCOUNT], ids=["empty", "everything", "account"])
def test_the_report_is_as_its_schema_says_and_holds_nothing_else(made: Report) -> None:
    Draft202012Validator.check_schema(schema())
    errors = list(Draft202012Validator(closed(schema())).iter_errors(rendered(made)))
    assert not errors, errors


def test_the_report_can_be_read_back() -> None:
    document = msgspec.convert(rendered(EVERYTHING), ReportDocument)
    assert [verdict.status for verdict in document.verdicts] == [verdict.status for verdict in EVERYTHING.verdicts]


def test_what_was_not_asked_is_in_the_header_of_an_account_and_comes_back(tmp_path: Path) -> None:
    written = rendered(OF_AN_ACCOUNT)
    assert written["snapshot"]["left_out"] == ["us-east-1", "us-east-2"]
    assert written["snapshot"]["not_collected"] == ["AWS::S3::Bucket"]
    assert "left_out" not in rendered(report())["snapshot"]
    (tmp_path / "report.json").write_text(json.dumps(written))
    assert read_report(tmp_path / "report.json").header == OF_AN_ACCOUNT.header


def test_findings_gaps_and_worlds_are_always_there() -> None:
    for verdict in rendered(EVERYTHING)["verdicts"]:
        assert {"policy", "status", "findings", "gaps"} <= set(verdict)
        assert "resource" in verdict or "population" in verdict
        for one in verdict["findings"]:
            assert {"path", "message", "fingerprint", "location", "worlds"} <= set(one)


def test_every_policy_has_its_counts_also_without_a_verdict() -> None:
    rows = rendered(EVERYTHING)["policies"]
    assert [row["id"] for row in rows] == [policy.id for policy in POLICIES]
    high = next(row for row in rows if row["id"] == "bucket-high")
    assert high["counts"] == {"PASS": 1, "FAIL": 2, "UNKNOWN": 3, "WAIVED": 0, "ACCEPTED": 1}
    assert high["parameters"] == {"ports": ["22"], "strict": True}


def test_the_summary_is_the_gates() -> None:
    summary = rendered(EVERYTHING)["summary"]
    assert (summary["exit_code"], summary["complete"]) == (130, False)
    assert summary["undecided"][0]["why"] == "parameter Name has no value"
    assert summary["counts"]["UNKNOWN"] == 3


def test_min_severity_leaves_verdicts_out_but_not_their_counts() -> None:
    made = rendered(report(failed(), failed(severity=Severity.LOW)), min_severity=Severity.HIGH)
    assert [verdict["policy"] for verdict in made["verdicts"]] == ["bucket-high"]
    assert made["summary"]["counts"]["FAIL"] == 2


def test_a_file_whose_name_is_no_text_is_named_all_the_same() -> None:
    """Linux allows any bytes in a name; Python carries them as lone surrogates, which UTF-8 does not hold."""
    name = b"caf\xe9.yaml".decode("utf-8", "surrogateescape")
    made = rendered(report(problems=(msgspec.structs.replace(BROKEN, subject=name),), notes=(name,)))
    assert made["errors"][0]["subject"] == r"caf\udce9.yaml"
