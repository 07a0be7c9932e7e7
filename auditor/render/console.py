"""The report for people: grouped by file, the source line with a caret, why, what to do, and the closing lines."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from itertools import count, groupby
from typing import IO, NamedTuple

from auditor.model import Decision, Finding, Location, Policy, Report, Status, Verdict, pointer
from auditor.render import closing
from auditor.render.excerpt import Secrets, excerpt, noting_secrets
from auditor.render.options import RenderOptions, shown
from auditor.render.style import SEVERITY, Style
from auditor.render.text import named, paragraphs, plain, when

MOST_FAILURES = 50
MOST_PLACES = 8

_INDENT = " " * 6


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    survey = _survey(report, options)
    page = _Page(report, options, survey.secrets)
    failed = shown(report, options, Status.FAIL) if options.everything else survey.most_severe
    for place, group in groupby(_in_order(failed), key=_place):
        out.write(page.style.paint(plain(place), bold=True) + "\n")
        for verdict in group:
            out.writelines(line + "\n" for line in page.failure(verdict))
    if not options.everything and survey.failures > len(survey.most_severe):
        more = survey.failures - len(survey.most_severe)
        out.write(f"{more:,} more FAIL, none of them more severe: --all shows them, -o json=FILE writes them\n\n")
    closing.write(report, decision, options, page.style, out, undecided=True)


class _Survey(NamedTuple):
    """`most_severe` in the order of the report."""

    most_severe: list[Verdict]
    failures: int
    secrets: Secrets


def _survey(report: Report, options: RenderOptions) -> _Survey:
    """One look at every verdict."""
    secrets: dict[tuple[str, int], int] = {}
    numbers = count(1)
    failed = (
        (next(numbers), verdict)
        for verdict in noting_secrets(report.verdicts, secrets)
        if verdict.status is Status.FAIL and verdict.severity.rank >= options.min_severity.rank
    )
    most = heapq.nsmallest(MOST_FAILURES, failed, key=lambda item: (-item[1].severity.rank, item[0]))
    in_order = [verdict for _, verdict in sorted(most, key=lambda item: item[0])]
    return _Survey(in_order, next(numbers) - 1, secrets)


def _in_order(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """A template's findings from top to bottom; those of an account as they come, since they need not fit in memory."""
    for (is_file, _), group in groupby(verdicts, key=_root):
        yield from _from_top(group) if is_file else group  # noqa: B031 - one of the two, once


def _from_top(verdicts: Iterable[Verdict]) -> Iterable[Verdict]:
    return sorted(verdicts, key=_position)


def _root(verdict: Verdict) -> tuple[bool, str]:
    """The root template, or the account and region."""
    assert verdict.resource is not None
    if _location(verdict) is None:
        return False, _place(verdict)
    return True, verdict.resource.id.partition("#")[0]


def _position(verdict: Verdict) -> tuple[str, int, int, int, str]:
    place = _location(verdict)
    assert place is not None
    return (place.file, place.line, place.column, -verdict.severity.rank, verdict.policy)


def _location(verdict: Verdict) -> Location | None:
    return next((finding.location for finding in _standing(verdict) if finding.location is not None), verdict.location)


def _place(verdict: Verdict) -> str:
    place = _location(verdict)
    if place is not None:
        return place.file
    assert verdict.resource is not None
    return f"{verdict.resource.account} {verdict.resource.region or 'global'}"


def _standing(verdict: Verdict) -> list[Finding]:
    return [finding for finding in verdict.findings if finding.certain]


class _Page:
    """What the lines of one report share."""

    def __init__(self, report: Report, options: RenderOptions, secrets: Secrets) -> None:
        self.style = Style(options.colour, options.width)
        self._options = options
        self._policies = {policy.id: policy for policy in report.policies}
        self._secrets = secrets
        self._explained: set[str] = set()

    def failure(self, verdict: Verdict) -> Iterator[str]:
        assert verdict.resource is not None
        policy = self._policies[verdict.policy]
        severity = self.style.paint(f"{policy.severity.value:<8}", SEVERITY[policy.severity], bold=True)
        subject = plain(named(verdict.resource))
        head = f"  {severity}  {self.style.paint(policy.id, bold=True)}"
        if 14 + len(policy.id) + len(subject) <= self.style.width:
            yield f"{head}  {subject}"
        else:
            yield head
            yield from self.style.fold(subject, _INDENT)
        if verdict.construct:
            yield from self.style.fold(f"construct {plain(verdict.construct)}", _INDENT)
        yield from self._findings(verdict)
        if policy.id not in self._explained:
            self._explained.add(policy.id)
            yield from self._fix(policy)
        yield ""

    def _findings(self, verdict: Verdict) -> Iterator[str]:
        """What is wrong at one place together, then the place."""
        places: dict[Location | None, list[Finding]] = {}
        for finding in _standing(verdict):
            places.setdefault(finding.location, []).append(finding)
        most = len(places) if self._options.everything else MOST_PLACES
        for place, findings in list(places.items())[:most]:
            for finding in findings:
                yield from self._message(finding)
            yield from self._excerpt(place, findings)
        if (more := len(places) - most) > 0:
            yield f"{_INDENT}and at {more:,} more places"

    def _message(self, finding: Finding) -> Iterator[str]:
        seen = f" (seen in {named(finding.evidence)})" if finding.evidence is not None else ""
        yield from self.style.fold(plain(finding.message + seen + when(finding)), _INDENT, _INDENT + "  ")

    def _excerpt(self, place: Location | None, findings: list[Finding]) -> Iterator[str]:
        if place is None:
            for path in dict.fromkeys(pointer(finding.path) for finding in findings if finding.path):
                yield from self.style.fold(f"at {plain(path)}", _INDENT)
            return
        rows = list(excerpt(place, self._options.source_line, self._secrets, self.style.width - len(_INDENT) - 3))
        if not rows:
            yield f"{_INDENT}at line {place.line}, column {place.column}"
        margin = max((len(row.margin) for row in rows), default=0)
        for row in rows:
            text = self.style.paint(row.text, "red", bold=True) if row.caret else row.text
            yield _INDENT + self.style.paint(f"{row.margin:>{margin}} │ ", dim=True) + text

    def _fix(self, policy: Policy) -> Iterator[str]:
        first = True
        for paragraph in paragraphs(policy.remediation.text):
            lines = self.style.fold(plain(paragraph), f"{_INDENT}fix: " if first else _INDENT + " " * 5)
            for line in lines:
                yield line.replace("fix:", self.style.paint("fix:", "green", bold=True), 1) if first else line
                first = False
