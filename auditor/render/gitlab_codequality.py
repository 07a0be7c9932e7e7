"""GitLab's Code Quality report: a JSON array in the part of the Code Climate format that GitLab reads.

What is not decided is an entry of its own under `not-seen`, so that a merge request does not show it as fixed.
https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from auditor.model import Decision, Report, Severity, Status
from auditor.render.lists import write_array
from auditor.render.options import RenderOptions
from auditor.render.rows import digest, file_of, line_of, problem_file, problem_text, rows

_SEVERITY = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
}


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    write_array(_entries(report, options), out)


def _entries(report: Report, options: RenderOptions) -> Iterator[dict[str, Any]]:
    for row in rows(report, options, Status.FAIL, Status.UNKNOWN):
        failed = row.verdict.status is Status.FAIL
        yield {
            "description": row.sentence,
            "check_name": row.policy.id if failed else "not-seen",
            "fingerprint": row.fingerprint if failed else digest("not-seen", row.fingerprint),
            "severity": _SEVERITY[row.verdict.severity] if failed else "info",
            "location": {"path": file_of(row), "lines": {"begin": line_of(row)}},
        }
    for problem in report.problems:
        yield {
            "description": problem_text(problem),
            "check_name": "not-judged",
            "fingerprint": digest("not-judged", problem.kind, problem.subject, problem.message),
            "severity": "critical",
            "location": {"path": problem_file(problem), "lines": {"begin": problem.line or 1}},
        }
