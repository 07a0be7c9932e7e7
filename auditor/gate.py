"""Whether a run may pass: the only place that gives exit codes 0, 1 and 3.

0 passed · 1 findings at or over the threshold · 3 incomplete: something that would have mattered was not seen.
Each reason is said. 2 and 4 come from errors; 4 > 1 > 3 when several apply.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from fnmatch import fnmatchcase

import msgspec

from auditor.config import Accept
from auditor.model import Cause, Decision, Gap, Problem, Reason, Report, Severity, Status, Verdict

PASSED, FINDINGS, INCOMPLETE = 0, 1, 3


class Thresholds(msgspec.Struct, frozen=True):
    fail_on: Severity = Severity.HIGH
    lenient: bool = False


def decide(report: Report, thresholds: Thresholds) -> Decision:
    findings = undecided = 0
    causes: dict[str, list[int]] = {}
    remedies: dict[str, str] = {}
    for verdict in report.verdicts:
        counts = verdict.severity.rank >= thresholds.fail_on.rank
        if verdict.status is Status.FAIL:
            findings += counts
        elif verdict.status is Status.UNKNOWN:
            undecided += counts
            why, remedy = _cause(verdict)
            tally = causes.setdefault(why, [0, 0])
            tally[0] += 1
            tally[1] += counts
            remedies[why] = remedy
    incomplete = _incomplete(undecided, report.problems, thresholds)
    reasons = []
    if findings:
        reasons.append(f"{_count(findings, 'verdict')} FAIL at or over severity {thresholds.fail_on.value}")
    reasons += incomplete if not thresholds.lenient else [f"{reason} (--lenient: not counted)" for reason in incomplete]
    code = FINDINGS if findings else INCOMPLETE if incomplete and not thresholds.lenient else PASSED
    listed = sorted(causes.items(), key=lambda item: (-item[1][1], -item[1][0], item[0]))
    return Decision(code, tuple(reasons), tuple(Cause(n, c, why, remedies[why]) for why, (n, c) in listed))


def _incomplete(undecided: int, problems: Sequence[Problem], thresholds: Thresholds) -> list[str]:
    reasons = []
    if undecided:
        reasons.append(f"{_count(undecided, 'verdict')} UNKNOWN at or over severity {thresholds.fail_on.value}")
    kinds = {"file": "file", "account": "account", "policy": "policy", "engine": "shard"}
    for kind, noun in kinds.items():
        if number := sum(problem.kind == kind for problem in problems):
            reasons.append(f"{_count(number, noun)} could not be judged")
    return reasons


def _count(number: int, noun: str) -> str:
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number:,} {noun if number == 1 else plural}"


_PARAMETER = re.compile(r"^(?:NoEcho )?parameter (?P<name>[A-Za-z0-9]+) has no value")
_ACTION = re.compile(r"\b[a-z0-9-]+:[A-Z][A-Za-z0-9]+\b")


def _cause(verdict: Verdict) -> tuple[str, str]:
    if verdict.error is not None:
        return f"policy {verdict.policy} errored", "see the errors above"
    if not verdict.gaps:
        return "no cause was recorded", ""
    return describe(verdict.gaps[0])


def describe(gap: Gap) -> tuple[str, str]:
    """Why a gap is there, in words, and what its reader can do; an empty remedy where nothing helps."""
    if (match := _PARAMETER.match(gap.detail)) is not None:
        return f"parameter {match['name']} has no value", f"--parameter {match['name']}=..."
    if gap.reason is Reason.DENIED:
        return f"{gap.detail} denied", "auditor permissions"
    if gap.reason is Reason.OUTSIDE:
        return gap.detail or f"{gap.type} lies outside the template", ""
    return (gap.detail or f"{gap.type} {gap.reason.value}"), ""


class Acceptance:
    """The blind spots that the configuration names. Call it on each verdict; ask `unused` at the end."""

    def __init__(self, rows: Sequence[Accept], today: date) -> None:
        self._rows = [row for row in rows if not _expired(row, today)]
        self._expired = [row for row in rows if _expired(row, today)]
        self._used: set[int] = set()

    def __call__(self, verdict: Verdict) -> Verdict:
        """ACCEPTED where every gap of an UNKNOWN verdict is accepted by some row."""
        if verdict.status is not Status.UNKNOWN or not verdict.gaps or verdict.error is not None:
            return verdict
        rows = [self._row(gap) for gap in verdict.gaps]
        chosen = [row for row in rows if row is not None]
        if len(chosen) < len(rows):
            return verdict
        self._used.update(chosen)
        reasons = dict.fromkeys(self._rows[row].reason for row in chosen)
        return msgspec.structs.replace(verdict, status=Status.ACCEPTED, reason="; ".join(reasons))

    def _row(self, gap: Gap) -> int | None:
        return next((index for index, row in enumerate(self._rows) if _accepts(row, gap)), None)

    def notes(self) -> Iterable[str]:
        for row in self._expired:
            yield f'accepted blind spot "{row.reason}" expired on {row.expires}: it no longer counts'
        for index, row in enumerate(self._rows):
            if index not in self._used:
                yield f'accepted blind spot "{row.reason}" matched nothing: remove it'


def _expired(row: Accept, today: date) -> bool:
    return row.expires is not None and date.fromisoformat(row.expires) < today


def _accepts(row: Accept, gap: Gap) -> bool:
    action = _ACTION.search(gap.detail)
    pairs = (
        (row.account, gap.account),
        (row.region, gap.region or "*"),
        (row.type, gap.type),
        (row.action, action.group() if action else ""),
        (row.detail, gap.detail),
    )
    return all(glob is None or fnmatchcase(value, glob) for glob, value in pairs)
