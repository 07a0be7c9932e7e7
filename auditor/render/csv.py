"""CSV (RFC 4180) for spreadsheets: a row per finding, per verdict that has none, and per thing that was not judged.

No cell is a formula: what would be one begins with an apostrophe.
"""

from __future__ import annotations

import csv
from typing import IO

from auditor.model import Decision, Report
from auditor.render.options import RenderOptions
from auditor.render.rows import Row, file_name, rows
from auditor.render.text import controls, encodable, inert, label, plain

COLUMNS = (
    "status",
    "severity",
    "policy",
    "title",
    "account",
    "region",
    "type",
    "resource",
    "name",
    "file",
    "line",
    "path",
    "message",
    "reason",
    "controls",
    "fix",
    "fingerprint",
)


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows(report, options):
        writer.writerow([_cell(value) for value in _values(row)])
    for problem in report.problems:
        cells = {"status": "NOT JUDGED", "type": problem.kind, "resource": problem.subject, "message": problem.message}
        cells["line"] = str(problem.line or "")
        writer.writerow([_cell(cells.get(column, "")) for column in COLUMNS])


def _values(row: Row) -> tuple[str, ...]:
    verdict, policy = row.verdict, row.policy
    about = verdict.resource or verdict.population
    assert about is not None
    return (
        verdict.status.value,
        verdict.severity.value,
        policy.id,
        policy.title,
        about.account,
        about.region or "",
        about.type,
        verdict.resource.id if verdict.resource is not None else "*",
        label(verdict.resource) if verdict.resource is not None else "not seen",
        file_name(row.place.file) if row.place is not None else "",
        str(row.place.line) if row.place is not None else "",
        row.path,
        row.message,
        verdict.reason or "",
        " ".join(controls(policy)),
        " ".join(policy.remediation.text.split()),
        row.fingerprint,
    )


def _cell(text: str) -> str:
    return inert(plain(encodable(text)))
