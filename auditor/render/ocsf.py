"""OCSF 1.8: a JSON array of compliance findings (class 2003) with the cloud profile, one per verdict.

UNKNOWN has the compliance status Unknown (0) with the causes as its details; WAIVED and ACCEPTED are suppressed.
https://schema.ocsf.io/1.8.0/classes/compliance_finding
"""

from __future__ import annotations

from datetime import datetime
from typing import IO, Any

from auditor.model import Decision, Policy, Report, Severity, Status
from auditor.render.accounts import NOT_JUDGED, Entry, entries, reasons
from auditor.render.lists import write_array
from auditor.render.options import RenderOptions
from auditor.render.rows import clipped
from auditor.render.text import controls, paragraphs, plain

VERSION = "1.8.0"
_CLASS, _CATEGORY, _CREATE, _CLOSE = 2003, 2, 1, 3
_AWS_ACCOUNT = 10
_SEVERITY = {Severity.CRITICAL: 5, Severity.HIGH: 4, Severity.MEDIUM: 3, Severity.LOW: 2}
_INFORMATIONAL = 1
_COMPLIANCE = {
    Status.PASS: (1, "Pass"),
    Status.FAIL: (3, "Fail"),
    Status.WAIVED: (3, "Fail"),
    Status.UNKNOWN: (0, "Unknown"),
    Status.ACCEPTED: (0, "Unknown"),
}
_LIFE = {
    Status.FAIL: (1, "New"),
    Status.UNKNOWN: (1, "New"),
    Status.WAIVED: (3, "Suppressed"),
    Status.ACCEPTED: (3, "Suppressed"),
    Status.PASS: (4, "Resolved"),
}
_MOST_TEXT, _MOST_LISTED = 2048, 20


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    at = int(datetime.fromisoformat(report.header.taken_at).timestamp() * 1000)
    write_array((_event(entry, report, at) for entry in entries(report, options)), out)


def _event(entry: Entry, report: Report, at: int) -> dict[str, Any]:
    status_id, status = _LIFE[entry.status]
    activity = _CLOSE if entry.status is Status.PASS else _CREATE
    policy = entry.policy
    event: dict[str, Any] = {
        "activity_id": activity,
        "activity_name": "Close" if activity == _CLOSE else "Create",
        "category_uid": _CATEGORY,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Compliance Finding",
        "type_uid": _CLASS * 100 + activity,
        "time": at,
        "status_id": status_id,
        "status": status,
        "message": clipped(entry.summary, _MOST_TEXT),
        "metadata": {
            "version": VERSION,
            "profiles": ["cloud"],
            "event_code": policy.id if policy else NOT_JUDGED,
            "product": {"name": "auditor", "vendor_name": "auditor", "version": report.tool_version},
        },
        "cloud": {
            "provider": "AWS",
            "cloud_partition": entry.partition,
            "region": entry.region,
            "account": {"uid": entry.account, "type": "AWS Account", "type_id": _AWS_ACCOUNT},
        },
        "resources": [
            {
                "uid": entry.resource,
                "name": entry.name,
                "type": entry.type,
                "region": entry.region,
                "cloud_partition": entry.partition,
            }
        ],
        "finding_info": _info(entry, at),
        "compliance": _compliance(entry),
        **_severity(entry),
    }
    if policy is not None:
        event["remediation"] = _remediation(policy)
    if entry.verdict is not None and entry.verdict.reason is not None:
        event["status_detail"] = plain(entry.verdict.reason)
    return event


def _severity(entry: Entry) -> dict[str, Any]:
    if entry.status is Status.PASS:
        return {"severity_id": _INFORMATIONAL, "severity": "Informational"}
    severity = entry.policy.severity if entry.policy is not None else Severity.HIGH
    return {"severity_id": _SEVERITY[severity], "severity": severity.value.capitalize()}


def _info(entry: Entry, at: int) -> dict[str, Any]:
    policy = entry.policy
    if policy is None:
        return {"uid": entry.id, "title": "The account could not be judged", "last_seen_time": at}
    return {
        "uid": entry.id,
        "title": policy.title,
        "desc": " ".join(paragraphs(policy.description)),
        "last_seen_time": at,
        "types": [policy.function],
        "analytic": {"uid": policy.id, "name": policy.title, "type_id": 1, "type": "Rule"},
    }


def _compliance(entry: Entry) -> dict[str, Any]:
    status_id, status = _COMPLIANCE[entry.status]
    found: dict[str, Any] = {"status_id": status_id, "status": status}
    if entry.policy is not None:
        found["control"] = entry.policy.id
        if entry.policy.controls:
            found |= {"standards": list(entry.policy.controls), "requirements": controls(entry.policy)}
    why = [f"{code}: {said}" for code, said in reasons(entry.verdict, _MOST_TEXT)[:_MOST_LISTED]]
    if entry.verdict is None:
        why = [entry.summary]
    return found | ({"status_details": why} if why else {})


def _remediation(policy: Policy) -> dict[str, Any]:
    found: dict[str, Any] = {"desc": "\n\n".join(paragraphs(policy.remediation.text)) or policy.title}
    return found | ({"references": list(policy.references)} if policy.references else {})
