"""Whether a run may pass: the only place that gives exit codes 0, 1, 3 and 130.

0 passed · 1 findings at or over the threshold · 3 incomplete: something that would have mattered was not seen ·
130 interrupted, whatever was found until then. Each reason is said. 2 and 4 come from errors; 4 > 1 > 3.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from auditor.model import Cause, Decision, Gap, Problem, Reason, Report, Severity, Status, Verdict

PASSED, FINDINGS, INCOMPLETE, INTERRUPTED = 0, 1, 3, 130


class Thresholds(msgspec.Struct, frozen=True):
    fail_on: Severity = Severity.HIGH
    lenient: bool = False


def decide(report: Report, thresholds: Thresholds) -> Decision:
    findings = undecided = 0
    unexpanded: set[str] = set()
    causes: dict[tuple[str, str], list[int]] = {}
    for verdict in report.verdicts:
        counts = verdict.severity.rank >= thresholds.fail_on.rank
        if verdict.status is Status.FAIL:
            findings += counts
        elif verdict.status is Status.UNKNOWN:
            undecided += counts
            unexpanded.update(gap.detail for gap in verdict.gaps if _is_unexpanded(gap))
            tally = causes.setdefault(_cause(verdict), [0, 0])
            tally[0] += 1
            tally[1] += counts
    over = f"at or over severity {thresholds.fail_on.value}"
    reasons = [f"{_count(findings, 'verdict')} FAIL {over}"] if findings else []
    incomplete = [f"{_count(undecided, 'verdict')} UNKNOWN {over}"] if undecided else []
    incomplete += _not_judged(len(unexpanded), report.problems)
    reasons += incomplete if not thresholds.lenient else [f"{reason} (--lenient: not counted)" for reason in incomplete]
    code = FINDINGS if findings else INCOMPLETE if incomplete and not thresholds.lenient else PASSED
    if not report.complete:
        code, reasons = INTERRUPTED, ["interrupted: only what was judged until then is in the report", *reasons]
    listed = sorted(causes.items(), key=lambda item: (-item[1][1], -item[1][0], item[0]))
    return Decision(code, tuple(reasons), tuple(Cause(n, c, why, remedy) for (why, remedy), (n, c) in listed))


def _is_unexpanded(gap: Gap) -> bool:
    """A macro or module of a template may add anything."""
    return gap.type == "*" and gap.reason is Reason.UNSUPPORTED


_NOT_JUDGED = {"file": "file", "account": "account", "policy": "policy", "engine": "shard"}


def _not_judged(unexpanded: int, problems: Sequence[Problem]) -> list[str]:
    """What makes a run incomplete whatever the severity."""
    reasons = [f"{_count(unexpanded, 'macro or module', 'macros or modules')} not expanded"] if unexpanded else []
    for kind, noun in _NOT_JUDGED.items():
        if number := sum(problem.kind == kind for problem in problems):
            reasons.append(f"{_count(number, noun)} could not be judged")
    return reasons


def _count(number: int, noun: str, plural: str = "") -> str:
    plural = plural or (noun[:-1] + "ies" if noun.endswith("y") else noun + "s")
    return f"{number:,} {noun if number == 1 else plural}"


# --- causes -----------------------------------------------------------------------------------------------------

_SAID = {Reason.DENIED: "denied", Reason.THROTTLED: "throttled", Reason.FAILED: "failed"}

# What the sources say of a gap, and what its reader can do about it.
_REMEDIES = (
    (re.compile(r"\bparameter ([A-Za-z0-9]+) has no value"), "--parameter {}=..."),
    (re.compile(r"\bAWS::AccountId is not set"), "--account ID"),
    (re.compile(r"\bAWS::Region is not set"), "--region NAME"),
    (re.compile(r"^(\S+): the macro .*is not expanded"), 'accepted_macros = ["{}"] if it adds nothing that matters'),
    (re.compile(r"\bmodule\b.* is not expanded"), "scan the packaged template"),
)


def _cause(verdict: Verdict) -> tuple[str, str]:
    if verdict.error is not None:
        return f"policy {verdict.policy} errored", "see the errors above"
    if not verdict.gaps:
        return "no cause was recorded", ""
    return describe(verdict.gaps[0])


def describe(gap: Gap) -> tuple[str, str]:
    """Why a gap is there, in words, and what its reader can do; an empty remedy where nothing helps."""
    if not gap.detail:
        return f"{gap.type} {gap.reason.value}", ""
    if gap.reason in _SAID:
        helps = gap.reason is Reason.DENIED and " control policy" not in gap.detail
        return f"{gap.detail} {_SAID[gap.reason]}", "auditor permissions" if helps else ""
    clauses = dict.fromkeys(gap.detail.split("; "))
    remedies = dict.fromkeys(remedy for clause in clauses if (remedy := _remedy(clause)))
    return "; ".join(clauses), " ".join(remedies)


def _remedy(clause: str) -> str:
    for pattern, remedy in _REMEDIES:
        if (match := pattern.search(clause)) is not None:
            return remedy.format(*match.groups())
    return ""
