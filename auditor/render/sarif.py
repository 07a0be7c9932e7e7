"""SARIF 2.1.0 (OASIS), in the part of it that GitHub code scanning reads.

One rule per policy, one result per finding that stands; an UNKNOWN is a note under the one rule `not-seen`, so
that an alert is not closed as fixed when something can no longer be seen. Live resources stand at a stable
synthetic path. Text of a policy stands once, in its rule.
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import chain, islice
from typing import IO, Any

import msgspec

from auditor.model import Decision, Finding, Report, Severity, Status, Verdict, pointer
from auditor.render.options import RenderOptions, shown
from auditor.render.sarif_places import at_file, place_of
from auditor.render.sarif_rules import LEVEL, NOT_SEEN, rules_of
from auditor.render.text import encodable, label, subject, when, why_undecided

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

# GitHub refuses a file with more results in a run.
# https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/troubleshoot-sarif-uploads
MOST_RESULTS = 25_000
_SUPPRESSED = (Status.WAIVED, Status.ACCEPTED)
_MOST_TEXT = 320  # of a message: a finding stays well under 1 KB, the JSON report has all of it


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    rules = rules_of(report)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    left_out = max(0, sum(_size(verdict) for verdict in _reported(report, options)) - MOST_RESULTS)
    out.write(f'{{"$schema":"{SCHEMA}","version":"2.1.0","runs":[{{\n"tool":{_text(_tool(report, rules))},\n')
    out.write(f'"automationDetails":{_text({"id": options.category.rstrip("/") + "/"})},\n')
    out.write(f'"invocations":[{_text(_invocation(report, decision, left_out))}],\n')
    out.write('"columnKind":"unicodeCodePoints",\n"results":[')
    separator = "\n"
    for result in islice(_results(report, options, index, left_out > 0), MOST_RESULTS):
        out.write(separator + _text(result))
        separator = ",\n"
    out.write("\n]}]}\n")


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _tool(report: Report, rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "driver": {
            "name": "auditor",
            "fullName": f"auditor {report.tool_version}",
            "semanticVersion": report.tool_version,
            "properties": {"pack": report.pack_revision, "opa": report.engine_version},
            "rules": rules,
        }
    }


def _invocation(report: Report, decision: Decision, left_out: int) -> dict[str, Any]:
    """What kept the run from seeing everything is a notification: "no finding" is not "not looked at"."""
    notifications: list[dict[str, Any]] = []
    for problem in report.problems:
        text = encodable(f"{problem.subject}: {problem.message}")
        notification = _notification("error", f"{problem.kind}-not-judged", text)
        if problem.kind == "file":
            notification["locations"] = [at_file(problem.subject, problem.line, problem.column)]
        notifications.append(notification)
    for cause in decision.causes:
        remedy = f" ({cause.remedy})" if cause.remedy else ""
        notifications.append(_notification("warning", NOT_SEEN, f"{cause.count} not decided: {cause.why}{remedy}"))
    if left_out:
        text = f"{left_out} results of the least severity are left out: a file may hold {MOST_RESULTS}"
        notifications.append(_notification("warning", "too-many-results", text))
    invocation: dict[str, Any] = {
        "executionSuccessful": report.complete and not report.problems,
        "exitCode": decision.code,
        "exitCodeDescription": "; ".join(decision.reasons) or "passed",
        "toolExecutionNotifications": notifications,
    }
    if report.header.kind != "snapshot":  # a stored snapshot was taken at another time than it is judged
        invocation["endTimeUtc"] = report.header.taken_at
    return invocation


def _notification(level: str, id: str, text: str) -> dict[str, Any]:
    return {"level": level, "descriptor": {"id": id}, "message": {"text": text}}


def _reported(report: Report, options: RenderOptions) -> Iterator[Verdict]:
    unknown = () if options.sarif_unknown == "omit" else (Status.UNKNOWN,)
    suppressed = () if options.sarif_suppressed == "omit" else _SUPPRESSED
    return shown(report, options, Status.FAIL, *unknown, *suppressed)


def _size(verdict: Verdict) -> int:
    return 1 if _is_undecided(verdict) else sum(finding.certain for finding in verdict.findings)


def _is_undecided(verdict: Verdict) -> bool:
    """UNKNOWN, or was before somebody answered for it."""
    return verdict.status is not Status.FAIL and not any(finding.certain for finding in verdict.findings)


def _results(
    report: Report, options: RenderOptions, index: dict[str, int], sorted_by_severity: bool
) -> Iterator[dict[str, Any]]:
    """In the order of the report; the most severe first only where not all can be written."""
    verdicts = _reported(report, options)
    if sorted_by_severity:
        descending = sorted(Severity, key=lambda severity: -severity.rank)
        verdicts = chain.from_iterable(
            (
                verdict
                for verdict in _reported(report, options)
                if (verdict.status, verdict.severity) == (status, severity)
            )
            for status in (Status.FAIL, Status.UNKNOWN, *_SUPPRESSED)
            for severity in descending
        )
    for verdict in verdicts:
        if _is_undecided(verdict):
            results = [_unknown(verdict, index)]
        else:
            results = [_failure(verdict, finding, index) for finding in verdict.findings if finding.certain]
        for result in results:
            yield result | _suppressions(verdict)


def _suppressions(verdict: Verdict) -> dict[str, Any]:
    """SARIF 2.1.0, 3.27.23 and 3.35. GitHub does not read them: `omit` is for GitHub."""
    if verdict.status not in _SUPPRESSED:
        return {}
    kind = "inSource" if verdict.by == "template" else "external"
    justification = _message(verdict.reason or "")
    return {"suppressions": [{"kind": kind, "status": "accepted", "justification": justification}]}


def _failure(verdict: Verdict, finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    assert verdict.resource is not None
    construct = f" [{verdict.construct}]" if verdict.construct else ""
    result: dict[str, Any] = {
        "ruleId": verdict.policy,
        "ruleIndex": index[verdict.policy],
        "level": LEVEL[verdict.severity],
        "message": {"text": _message(f"{label(verdict.resource)}: {finding.message}{when(finding)}{construct}")},
        "locations": [place_of(verdict, finding.location or verdict.location)],
        "partialFingerprints": {
            "primaryLocationLineHash": finding.fingerprint[:16] + ":1",
            "auditor/v1": finding.fingerprint,
        },
    }
    if finding.path:
        result["properties"] = {"path": pointer(finding.path)[-_MOST_TEXT:]}
    if finding.evidence is not None and verdict.location is not None:
        physical = place_of(verdict, verdict.location)["physicalLocation"]
        related = {"id": 1, "physicalLocation": physical, "message": {"text": label(verdict.resource)}}
        result["relatedLocations"] = [related]
    return result


def _unknown(verdict: Verdict, index: dict[str, int]) -> dict[str, Any]:
    who = verdict.resource.id if verdict.resource is not None else subject(verdict)
    text = f"{verdict.policy} is not decided for {subject(verdict)}: {why_undecided(verdict)}"
    return {
        "ruleId": NOT_SEEN,
        "ruleIndex": index[NOT_SEEN],
        "level": "note",
        "message": {"text": _message(text)},
        "locations": [place_of(verdict, verdict.location)],
        "partialFingerprints": {"primaryLocationLineHash": f"{_hash(verdict.policy, who)}:1"},
    }


def _message(text: str) -> str:
    """Without links that the text of a template could make (SARIF 3.11.6), and of bounded length."""
    text = text.replace("](", "] (")
    return text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - 1] + "…"


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
