"""JUnit XML as Jenkins, GitLab and Azure DevOps read it: a suite per template or account, a case per verdict, named
by its policy and the id of its resource, so that readers follow it from run to run.

FAIL is a failure. UNKNOWN is an error, which every reader shows as not passed. WAIVED and ACCEPTED are skipped, with
their reason. https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import IO
from xml.etree import ElementTree as ET

from auditor.model import Decision, Policy, Problem, Report, Status, Verdict
from auditor.render.options import RenderOptions, shown
from auditor.render.rows import Row, file_name, rows_of
from auditor.render.text import paragraphs, plain, subject, why_undecided

_NOT_JUDGED = "could not be judged"
_OUTCOME = {
    Status.FAIL: "failures",
    Status.UNKNOWN: "errors",
    Status.WAIVED: "skipped",
    Status.ACCEPTED: "skipped",
    Status.PASS: "",
}
_COUNTED = ("tests", "failures", "errors", "skipped")


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    """Two looks at the verdicts: a suite says at its start how many cases it has."""
    policies = {policy.id: policy for policy in report.policies}
    counts = [_count(group) for _, group in groupby(shown(report, options), key=_suite)]
    problems = dict.fromkeys(_COUNTED, 0) | {"tests": len(report.problems), "errors": len(report.problems)}
    total = {name: sum(each[name] for each in (*counts, problems)) for name in _COUNTED}
    out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n{_start("testsuites", "auditor", total)}\n')
    for count, (name, group) in zip(counts, groupby(shown(report, options), key=_suite), strict=True):
        out.write(_start("testsuite", name, count, report.header.taken_at) + "\n")
        out.writelines(_case(verdict, policies[verdict.policy]) for verdict in group)
        out.write("</testsuite>\n")
    if report.problems:
        out.write(_start("testsuite", _NOT_JUDGED, problems, report.header.taken_at) + "\n")
        out.writelines(map(_problem, report.problems))
        out.write("</testsuite>\n")
    out.write("</testsuites>\n")


def _suite(verdict: Verdict) -> str:
    """The root template, or the account."""
    about = verdict.resource or verdict.population
    assert about is not None
    if verdict.location is not None and verdict.resource is not None:
        return file_name(verdict.resource.id.partition("#")[0])
    return about.account


def _count(verdicts: Iterator[Verdict]) -> dict[str, int]:
    count = dict.fromkeys(_COUNTED, 0)
    for verdict in verdicts:
        count["tests"] += 1
        if outcome := _OUTCOME[verdict.status]:
            count[outcome] += 1
    return count


def _start(tag: str, name: str, count: dict[str, int], at: str = "") -> str:
    """The start tag alone: the cases follow one by one."""
    given = {"name": _xml(name)} | {key: str(number) for key, number in count.items()}
    element = ET.Element(tag, given | ({"timestamp": at.removesuffix("Z")} if at else {}))
    return ET.tostring(element, encoding="unicode").removesuffix(" />") + ">"


def _case(verdict: Verdict, policy: Policy) -> str:
    name = verdict.resource.id if verdict.resource is not None else subject(verdict)
    case = ET.Element("testcase", {"classname": policy.id, "name": _xml(name), "time": "0"})
    rows = list(rows_of(verdict, policy))
    place = rows[0].place if rows else verdict.location
    if place is not None:
        case.set("file", _xml(file_name(place.file)))
        case.set("line", str(place.line))
    if verdict.status is Status.FAIL:
        said = "; ".join(row.message for row in rows)
        failure = ET.SubElement(case, "failure", {"type": policy.severity.value, "message": _xml(said)})
        lines = [row.message + _where(row) for row in rows]
        failure.text = "\n".join(map(_xml, (*lines, "", *paragraphs(policy.remediation.text))))
    elif verdict.status is Status.UNKNOWN:
        said = f"not decided: {why_undecided(verdict)}"
        error = ET.SubElement(case, "error", {"type": "not-decided", "message": _xml(said)})
        error.text = _xml(f"{policy.severity.value}: {said}")
    elif verdict.status is not Status.PASS:
        said = f"{verdict.status.value}: {verdict.reason or 'no reason was given'}"
        ET.SubElement(case, "skipped", {"message": _xml(said)})
    return ET.tostring(case, encoding="unicode") + "\n"


def _where(row: Row) -> str:
    place = f"{file_name(row.place.file)}:{row.place.line}" if row.place is not None else ""
    parts = [part for part in (place, row.path) if part]
    return f" ({', '.join(parts)})" if parts else ""


def _problem(problem: Problem) -> str:
    case = ET.Element("testcase", {"classname": problem.kind, "name": _xml(problem.subject), "time": "0"})
    error = ET.SubElement(case, "error", {"type": "not-judged", "message": _xml(problem.message)})
    error.text = _xml(problem.message)
    return ET.tostring(case, encoding="unicode") + "\n"


def _xml(text: str) -> str:
    """Without what XML 1.0 (2.2) cannot hold."""
    return plain(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
