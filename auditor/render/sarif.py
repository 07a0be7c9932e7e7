"""SARIF 2.1.0 (OASIS), in the part of it that GitHub code scanning reads.

One rule per policy, one result per finding that stands; an UNKNOWN is a note under the one rule `not-seen`, so
that an alert is not closed as fixed when something can no longer be seen. Live resources stand at a stable
synthetic path. https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any
from urllib.parse import quote

import msgspec

from auditor.model import Decision, Finding, Gap, Location, Policy, Report, Severity, Status, Verdict, pointer
from auditor.render.options import RenderOptions, shown

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
INFORMATION = "https://github.com/auditor-dev/auditor"
NOT_SEEN = "not-seen"

# GitHub: critical over 9.0, high 7.0 to 8.9, medium 4.0 to 6.9, low up to 3.9
_SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
_LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_MOST_TEXT = 1024  # GitHub's limit for a description


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    rules = [_rule(policy) for policy in report.policies] + [_not_seen_rule()]
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    out.write(f'{{"$schema":"{SCHEMA}","version":"2.1.0","runs":[{{\n"tool":{_text(_tool(report, rules))},\n')
    out.write(f'"automationDetails":{_text({"id": options.category.rstrip("/") + "/"})},\n')
    out.write(f'"invocations":[{_text(_invocation(report, decision))}],\n"columnKind":"unicodeCodePoints",\n')
    out.write('"results":[')
    separator = "\n"
    for result in _results(report, options, index):
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
            "informationUri": INFORMATION,
            "properties": {"pack": report.pack_revision, "opa": report.engine_version},
            "rules": rules,
        }
    }


def _rule(policy: Policy) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": policy.id,
        "name": "".join(word.capitalize() for word in policy.id.split("-")),
        "shortDescription": {"text": policy.title[:_MOST_TEXT]},
        "fullDescription": {"text": policy.description[:_MOST_TEXT]},
        "help": {"text": f"{policy.description}\n\n{policy.remediation.text}", "markdown": help_markdown(policy)},
        "defaultConfiguration": {"level": _LEVEL[policy.severity]},
        "properties": {
            "security-severity": _SECURITY_SEVERITY[policy.severity],
            "precision": "very-high",
            "tags": ["security", policy.function, *_control_tags(policy)][:10],
        },
    }
    if policy.references:
        rule["helpUri"] = policy.references[0]
    return rule


def _control_tags(policy: Policy) -> list[str]:
    return [f"{framework}/{control}" for framework, controls in policy.controls.items() for control in controls]


def help_markdown(policy: Policy) -> str:
    """The text that a person reads beside an alert: what must hold, how to fix it, where AWS says so."""
    parts = [policy.description, f"**How to fix.** {policy.remediation.text}"]
    if policy.remediation.properties:
        body = msgspec.json.format(msgspec.json.encode(policy.remediation.properties), indent=2).decode()
        parts.append(f"```json\n{body}\n```")
    if policy.remediation.cli:
        parts.append(f"```sh\n{policy.remediation.cli.strip()}\n```")
    if policy.controls:
        parts.append("**Controls.** " + ", ".join(_control_tags(policy)))
    if policy.references:
        parts.append("\n".join(f"- <{reference}>" for reference in policy.references))
    return "\n\n".join(parts)


def _not_seen_rule() -> dict[str, Any]:
    text = "A policy could not be decided, because something it reads was not seen. The message names the cause."
    return {
        "id": NOT_SEEN,
        "name": "NotSeen",
        "shortDescription": {"text": "A policy could not be decided"},
        "fullDescription": {"text": text},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": "note"},
        "properties": {"precision": "very-high", "tags": ["security", "coverage"], "security-severity": "1.0"},
    }


def _invocation(report: Report, decision: Decision) -> dict[str, Any]:
    notifications = [
        {
            "level": "error",
            "message": {"text": f"{problem.subject}: {problem.message}"},
            "descriptor": {"id": f"{problem.kind}-not-judged"},
        }
        for problem in report.problems
    ]
    notifications += [
        {
            "level": "warning",
            "message": {
                "text": f"{cause.count} not decided: {cause.why}" + (f" ({cause.remedy})" if cause.remedy else "")
            },
            "descriptor": {"id": NOT_SEEN},
        }
        for cause in decision.causes
    ]
    return {
        "executionSuccessful": report.complete and not report.problems,
        "exitCode": decision.code,
        "endTimeUtc": report.header.taken_at,
        "toolExecutionNotifications": notifications,
    }


def _results(report: Report, options: RenderOptions, index: dict[str, int]) -> Iterator[dict[str, Any]]:
    for verdict in shown(report, options, Status.FAIL, Status.UNKNOWN):
        if verdict.status is Status.UNKNOWN:
            if options.sarif_unknown == "note":
                yield _unknown(verdict, index)
            continue
        for finding in verdict.findings:
            if finding.certain:
                yield _failure(verdict, finding, index)


def _failure(verdict: Verdict, finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    assert verdict.resource is not None
    subject = verdict.resource
    message = f"{subject.name or subject.id}: {finding.message}{_when(finding)}"
    if verdict.construct:
        message += f" [{verdict.construct}]"
    return {
        "ruleId": verdict.policy,
        "ruleIndex": index[verdict.policy],
        "level": _LEVEL[verdict.severity],
        "message": {"text": message},
        "locations": [_location(verdict, finding.location or verdict.location)],
        "partialFingerprints": {
            "primaryLocationLineHash": finding.fingerprint[:16] + ":1",
            "auditor/v1": finding.fingerprint,
        },
        "properties": {"path": pointer(finding.path)},
    }


def _when(finding: Finding) -> str:
    return f" (when {' or when '.join(finding.worlds)})" if finding.worlds else ""


def _unknown(verdict: Verdict, index: dict[str, int]) -> dict[str, Any]:
    who = verdict.resource.id if verdict.resource else _population(verdict)
    why = verdict.error or "; ".join(dict.fromkeys(cause(gap) for gap in verdict.gaps[:3])) or "no cause recorded"
    return {
        "ruleId": NOT_SEEN,
        "ruleIndex": index[NOT_SEEN],
        "level": "note",
        "message": {"text": f"{verdict.policy} is not decided for {who}: {why}"},
        "locations": [_location(verdict, verdict.location)],
        "partialFingerprints": {"primaryLocationLineHash": f"{_hash(verdict.policy, who)}:1"},
    }


def cause(gap: Gap) -> str:
    """A gap in a few words."""
    return gap.detail or f"{gap.type} {gap.reason.value}"


def _hash(*parts: str) -> str:
    import hashlib

    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _population(verdict: Verdict) -> str:
    unseen = verdict.population
    assert unseen is not None
    return f"the unseen {unseen.type} of {unseen.account}" + (f" in {unseen.region}" if unseen.region else "")


def _location(verdict: Verdict, place: Location | None) -> dict[str, Any]:
    subject = verdict.resource
    result: dict[str, Any] = {}
    if place is not None:
        result["physicalLocation"] = {
            "artifactLocation": {"uri": quote(place.file.removeprefix("./"))},
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": place.end_line,
                "endColumn": place.end_column,
            },
        }
    else:
        whole = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}
        result["physicalLocation"] = {"artifactLocation": {"uri": _synthetic(verdict)}, "region": whole}
    if subject is not None:
        result["logicalLocations"] = [{"fullyQualifiedName": subject.id, "kind": "resource", "name": subject.name}]
    return result


def _synthetic(verdict: Verdict) -> str:
    """`aws/<account>/<region>/<service>/<id>.json`: stable, so that an alert stays the same alert."""
    place = verdict.resource or verdict.population
    assert place is not None
    service = place.type.split("::")[1].lower() if "::" in place.type else "all"
    name = verdict.resource.id if verdict.resource else place.type.replace("::", "-")
    return (
        "/".join(quote(part, safe="") for part in ("aws", place.account, place.region or "global", service, name))
        + ".json"
    )
