"""GitLab's SAST report, schema version 15: what the security dashboard and the merge request widget read.

What is not decided is a vulnerability of severity Unknown, under the identifier `not-seen`.
https://docs.gitlab.com/development/integrations/secure/#report
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import IO, Any

from auditor.model import Decision, Policy, Report, Status
from auditor.render.lists import text, write_array
from auditor.render.options import RenderOptions
from auditor.render.rows import Row, clipped, digest, file_of, last_line, line_of, problem_file, problem_text, rows
from auditor.render.text import controls, paragraphs, plain

VERSION = "15.2.1"
_MOST_NAME = 255
_MOST_SOLUTION = 7000
_NAMESPACE = uuid.UUID("6f0f9c8e-0d6b-5b43-9d5e-3a1f6a3f9a11")  # of the ids: the same finding, the same id


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    head = {"version": VERSION, "scan": _scan(report, decision)}
    out.write(text(head)[:-1] + ',\n"vulnerabilities":')
    write_array(_vulnerabilities(report, options), out, end="}\n")


def _scan(report: Report, decision: Decision) -> dict[str, Any]:
    tool = {"id": "auditor", "name": "auditor", "version": report.tool_version, "vendor": {"name": "auditor"}}
    at = report.header.taken_at[:19]  # UTC, without the letter for it
    messages = [{"level": "fatal", "value": problem_text(problem)} for problem in report.problems]
    messages += [
        {"level": "warn", "value": plain(f"{cause.count} not decided: {cause.why}. {cause.remedy}".rstrip(". "))}
        for cause in decision.causes
    ]
    return {
        "analyzer": tool,
        "scanner": tool,
        "type": "sast",
        "start_time": at,
        "end_time": at,
        "status": "success" if report.complete and not report.problems else "failure",
        "messages": messages,
    }


def _vulnerabilities(report: Report, options: RenderOptions) -> Iterator[dict[str, Any]]:
    for row in rows(report, options, Status.FAIL, Status.UNKNOWN):
        yield _vulnerability(row)
    for problem in report.problems:
        line = problem.line or 1
        yield {
            "id": _id("not-judged", problem.kind, problem.subject, problem.message),
            "name": clipped(plain(f"Not judged: {problem.subject}"), _MOST_NAME),
            "description": problem_text(problem),
            "severity": "Unknown",
            "identifiers": [_identifier("not-judged")],
            "location": {"file": problem_file(problem), "start_line": line, "end_line": line},
        }


def _vulnerability(row: Row) -> dict[str, Any]:
    failed = row.verdict.status is Status.FAIL
    policy, line = row.policy, line_of(row)
    return {
        "id": _id(row.fingerprint, row.verdict.status.value),
        "name": clipped(policy.title if failed else f"Not decided: {policy.title}", _MOST_NAME),
        "description": "\n\n".join([row.sentence, *paragraphs(policy.description)]),
        "severity": row.verdict.severity.value.capitalize() if failed else "Unknown",
        "solution": clipped("\n\n".join(paragraphs(policy.remediation.text)), _MOST_SOLUTION),
        "identifiers": [*([] if failed else [_identifier("not-seen")]), *_identifiers(policy)],
        "links": [{"url": reference} for reference in policy.references],
        "location": {
            "file": file_of(row),
            "start_line": line,
            "end_line": last_line(row.place) if row.place is not None else line,
        },
    }


def _identifiers(policy: Policy) -> list[dict[str, str]]:
    standards = [{"type": "control", "name": name, "value": name} for name in controls(policy)]
    return [_identifier(policy.id), *standards]


def _identifier(id: str) -> dict[str, str]:
    return {"type": "auditor_policy", "name": f"auditor {id}", "value": id}


def _id(*parts: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, digest(*parts)))
