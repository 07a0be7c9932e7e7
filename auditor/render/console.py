"""The report for people: grouped by file, the source line with a caret, why, what to do, and the closing lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

import click

from auditor.model import Decision, Finding, Location, Policy, Report, Severity, Status, Verdict, pointer
from auditor.render.options import RenderOptions, shown

MOST_FINDINGS = 50
MOST_CAUSES = 12

_COLOUR = {Severity.CRITICAL: "magenta", Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "blue"}
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_TALLY = {
    "templates": "template",
    "accounts": "account",
    "other_files": "file that is no template",
    "fragments": "fragment",
    "unread_resources": "resource of a type that no policy reads",
}


class Style:
    """Colour, or none of it."""

    def __init__(self, on: bool) -> None:
        self._on = on

    def __call__(self, text: str, **style: bool | str) -> str:
        return click.style(text, **style) if self._on else text  # type: ignore[arg-type]


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    style = Style(options.colour)
    policies = {policy.id: policy for policy in report.policies}
    failed = ((v, f) for v in shown(report, options, Status.FAIL) for f in v.findings if f.certain)
    most = None if options.everything else MOST_FINDINGS
    file = explained = None
    for verdict, finding in islice(failed, most):
        place = _file(verdict, finding)
        if place != file:
            out.write(style(plain(place), bold=True) + "\n")
            file = place
        lines = _finding(verdict, finding, policies[verdict.policy], options, style, explained != verdict.policy)
        explained = verdict.policy
        out.writelines(line + "\n" for line in lines)
    rest = sum(1 for _ in failed)
    if rest:
        out.write(f"{rest:,} more findings: --all shows them, -o json=FILE writes them\n\n")
    _problems(report, style, out)
    render_summary(report, decision, options, out)


def render_summary(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    """The closing lines alone: what was judged, how it came out, what was not decided and why."""
    style = Style(options.colour)
    for note in report.notes:
        out.write(f"note: {plain(note)}\n")
    counted = [
        f"{number:,} {_noun(key, number)}" for key, number in report.tally.items() if number or key == "templates"
    ]
    if counted:
        out.write(", ".join(counted) + "\n")
    out.write(_counts(report, style) + "\n")
    causes = decision.causes if options.everything else decision.causes[:MOST_CAUSES]
    for cause in causes:
        remedy = f" → {cause.remedy}" if cause.remedy else ""
        out.write(f"{cause.count:,} not decided: {plain(cause.why)}{plain(remedy)}\n")
    if more := sum(cause.count for cause in decision.causes[len(causes) :]):
        out.write(f"{more:,} not decided for other causes: --all names them\n")
    if not report.complete:
        out.write(style("interrupted: this report is partial", fg="red") + "\n")
    for reason in decision.reasons:
        out.write(f"exit {decision.code}: {reason}\n")
    if not decision.reasons:
        out.write(style("exit 0: passed", fg="green") + "\n")


def _finding(
    verdict: Verdict, finding: Finding, policy: Policy, options: RenderOptions, style: Style, explain: bool
) -> Iterator[str]:
    assert verdict.resource is not None
    severity = style(f"{policy.severity.value:<8}", fg=_COLOUR[policy.severity], bold=True)
    subject = f"{_label(verdict.resource.id)} ({verdict.resource.type})"
    yield f"  {severity}  {style(policy.id, bold=True)}  {plain(subject)}"
    yield f"      {plain(finding.message)}{_when(finding)}"
    if verdict.construct:
        yield f"      construct {plain(verdict.construct)}"
    if finding.location is not None:
        yield from _excerpt(finding, finding.location, options, style)
    elif finding.path:
        yield f"      at {plain(pointer(finding.path))}"
    if explain:
        yield f"      {style('fix:', fg='green')} {policy.remediation.text}"
    yield ""


def _excerpt(finding: Finding, place: Location, options: RenderOptions, style: Style) -> Iterator[str]:
    text = options.source_line(place.file, place.line)
    number = f"{place.line}:{place.column}"
    if text is None:
        yield f"      at line {number}"
        return
    if finding.secret:
        text = masked(text, place.column)
    indent = len(text) - len(text.lstrip())
    end = place.end_column if place.end_line == place.line else len(text) + 1
    width = max(1, min(end, len(text) + 1) - place.column)
    shown_text = plain(text[indent:].rstrip())
    room = max(20, options.width - 10 - len(number))
    if len(shown_text) > room:
        shown_text = shown_text[: room - 1] + "…"
    carets = "^" * max(1, min(width, room - max(0, place.column - 1 - indent)))
    yield f"      {number} │ {shown_text}"
    yield f"      {' ' * len(number)} │ {' ' * max(0, place.column - 1 - indent)}{style(carets, fg='red')}"


def masked(line: str, column: int) -> str:
    """The line with everything that may be a value at or after the column blotted out; keys stay."""
    head, colon, _ = line[column - 1 :].partition(":")
    return line[: column - 1] + (head + ": ********" if colon else "********")


def _file(verdict: Verdict, finding: Finding) -> str:
    if finding.location is not None:
        return finding.location.file
    assert verdict.resource is not None
    return f"{verdict.resource.account} {verdict.resource.region or 'global'}"


def _label(id: str) -> str:
    return id.rsplit("#", 1)[-1]


def _when(finding: Finding) -> str:
    if not finding.worlds:
        return ""
    worlds = " or ".join(plain(world) for world in finding.worlds[:3])
    more = f" and in {len(finding.worlds) - 3} more cases" if len(finding.worlds) > 3 else ""
    return f" (when {worlds}{more})"


def _problems(report: Report, style: Style, out: IO[str]) -> None:
    for problem in report.problems:
        place = plain(problem.subject) + "".join(f":{n}" for n in (problem.line, problem.column) if n is not None)
        out.write(f"{style('error', fg='red', bold=True)} {place}: {plain(problem.message)}\n")
    if report.problems:
        out.write("\n")


def _counts(report: Report, style: Style) -> str:
    failed = {severity: 0 for severity in reversed(Severity)}
    totals = dict.fromkeys(Status, 0)
    for policy in report.policies:
        count = report.counts[policy.id]
        failed[policy.severity] += count.failed
        for status, number in zip(
            Status, (count.passed, count.failed, count.unknown, count.waived, count.accepted), strict=True
        ):
            totals[status] += number
    by_severity = ", ".join(f"{number:,} {severity.value}" for severity, number in _descending(failed) if number)
    parts = [
        style(f"{totals[Status.FAIL]:,} FAIL", fg="red", bold=True) + (f" ({by_severity})" if by_severity else ""),
        style(f"{totals[Status.UNKNOWN]:,} UNKNOWN", fg="yellow", bold=True),
        style(f"{totals[Status.PASS]:,} PASS", fg="green", bold=True),
    ]
    parts += [f"{totals[status]:,} {status.value}" for status in (Status.WAIVED, Status.ACCEPTED) if totals[status]]
    return ", ".join(parts)


def _descending(failed: dict[Severity, int]) -> Iterable[tuple[Severity, int]]:
    return sorted(failed.items(), key=lambda item: -item[0].rank)


def _noun(key: str, number: int) -> str:
    noun = _TALLY.get(key, key.replace("_", " "))
    if number == 1 or key not in _TALLY:
        return noun
    head, _, tail = noun.partition(" ")
    return f"{head}s {tail}".replace("that is no template", "that are no templates").strip()


def plain(text: str) -> str:
    """Text from outside without anything that moves the cursor, colours the terminal or turns the reading order."""
    return _CONTROL.sub(lambda match: match.group().encode("unicode_escape").decode(), text)
