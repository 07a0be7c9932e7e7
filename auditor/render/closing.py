"""The closing lines: what could not be judged or decided, what was counted, and why the run ends as it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import IO

from auditor.model import Decision, Report, Severity, Status, Verdict
from auditor.render.options import RenderOptions, shown
from auditor.render.style import EXIT, STATUS, Style
from auditor.render.text import first_cause, joined, plain, subject

MOST_CAUSES = 12
MOST_PROBLEMS = 20
MOST_ANSWERED = 20
MOST_SUBJECTS = 3
MOST_POLICIES = 3

# What the sources count, where there is one of it.
_ONE = {
    "templates": "template",
    "other files": "other file",
    "unchanged templates": "unchanged template",
    "nested stacks": "nested stack",
    "remote nested stacks": "remote nested stack",
    "resources": "resource",
    "resources that no policy reads": "resource that no policy reads",
    "links to folders, not followed": "link to a folder, not followed",
    "accounts": "account",
}


_COUNT = re.compile(r"[\d,]+ (FAIL|UNKNOWN|PASS)\b")


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    """The closing lines alone, for standard error."""
    write(report, decision, options, Style(options.colour, options.width), out, undecided=False)


def write(
    report: Report, decision: Decision, options: RenderOptions, style: Style, out: IO[str], undecided: bool
) -> None:
    """`undecided`: also name each subject that is not decided and counts."""
    sections = [_problems(report, options, style)]
    if undecided:
        sections += [_undecided(report, options, style), _answered(report, options, style)]
    for section in sections:
        lines = list(section)
        out.writelines(line + "\n" for line in (*lines, *([""] if lines else [])))
    end = chain(
        _notes(report, style),
        _tally(report, style),
        _covered(report, options, style),
        _counts(report, style),
        _causes(decision, options, style),
        _outcome(decision, style),
    )
    out.writelines(line + "\n" for line in end)


def _problems(report: Report, options: RenderOptions, style: Style) -> Iterator[str]:
    most = len(report.problems) if options.everything else MOST_PROBLEMS
    for problem in report.problems[:most]:
        place = problem.subject + "".join(f":{n}" for n in (problem.line, problem.column) if n is not None)
        first, *rest = problem.message.splitlines() or [""]
        head, *tail = style.fold(f"error {plain(place)}: {plain(first)}", rest="  ")
        yield head.replace("error", style.paint("error", "red", bold=True), 1)
        yield from tail
        for line in rest:
            yield from style.fold(plain(line), "  ")
    if (more := len(report.problems) - most) > 0:
        yield f"{more:,} more errors: --all shows them"


def _undecided(report: Report, options: RenderOptions, style: Style) -> Iterator[str]:
    """Each cause once, with the subjects and policies that hang on it."""
    causes: dict[str, _Hanging] = {}
    more = 0
    for verdict in shown(report, options, Status.UNKNOWN):
        if verdict.severity.rank < options.fail_on.rank:
            continue
        why = plain(first_cause(verdict))
        if why in causes or options.everything or len(causes) < MOST_CAUSES:
            causes.setdefault(why, _Hanging(options.everything)).add(verdict)
        else:
            more += 1
    if causes:
        over = "" if options.fail_on is Severity.CRITICAL else " or more severe"
        yield style.paint(f"Not decided, {options.fail_on.value}{over}", bold=True)
    for why, hanging in causes.items():
        yield from style.fold(why, "  ", "    ")
        yield from hanging.lines(style)
    if more:
        yield f"  {more:,} more for other causes: --all shows them"


def _answered(report: Report, options: RenderOptions, style: Style) -> Iterator[str]:
    """What somebody answers for, each with the reason; what is in the baseline only with --all."""
    found = more = 0
    for verdict in shown(report, options, Status.WAIVED, Status.ACCEPTED):
        if verdict.by == "baseline" and not options.everything:
            continue
        found += 1
        if found > MOST_ANSWERED and not options.everything:
            more += 1
            continue
        if found == 1:
            yield style.paint("Waived or accepted", bold=True)
        text = f"{verdict.status.value} {verdict.policy}: {_place(verdict)}: {verdict.reason or ''}"
        yield from style.fold(plain(text), "  ", "    ")
    if more:
        yield f"  {more:,} more: --all shows them"


class _Hanging:
    """The subjects of one cause, each with its policies; so many of them, the others counted."""

    def __init__(self, everything: bool) -> None:
        self._everything = everything
        self._subjects: dict[str, list[str]] = {}
        self._more = 0

    def add(self, verdict: Verdict) -> None:
        place = _place(verdict)
        if place in self._subjects or self._everything or len(self._subjects) < MOST_SUBJECTS:
            self._subjects.setdefault(place, []).append(verdict.policy)
        else:
            self._more += 1

    def lines(self, style: Style) -> Iterator[str]:
        for place, policies in self._subjects.items():
            most = len(policies) if self._everything else MOST_POLICIES
            yield from style.fold(f"{place}: {joined(dict.fromkeys(policies), most)}", " " * 6, " " * 8)
        if self._more:
            yield f"      and {self._more:,} more"


def _place(verdict: Verdict) -> str:
    where = f"{plain(verdict.location.file)}:{verdict.location.line} " if verdict.location is not None else ""
    return where + plain(subject(verdict))


def _notes(report: Report, style: Style) -> Iterator[str]:
    for note in report.notes:
        yield from style.fold(plain(note), "note: ")


def _tally(report: Report, style: Style) -> Iterator[str]:
    counted = [f"{number:,} {_ONE.get(what, what) if number == 1 else what}" for what, number in report.tally.items()]
    if counted:
        yield from style.fold(", ".join(counted), rest="  ")


def _covered(report: Report, options: RenderOptions, style: Style) -> Iterator[str]:
    """Where accounts were asked, and what was not."""
    header = report.header
    if header.kind not in ("live", "snapshot"):
        return
    most = None if options.everything else MOST_SUBJECTS
    told = (("regions", header.regions), ("regions left out", header.left_out), ("not collected", header.not_collected))
    for what, names in told:
        if names:
            yield from style.fold(f"{what}: {plain(joined(names, len(names) if most is None else most))}", rest="  ")


def _counts(report: Report, style: Style) -> Iterator[str]:
    failed = dict.fromkeys(sorted(Severity, key=lambda severity: -severity.rank), 0)
    totals = dict.fromkeys(Status, 0)
    for policy in report.policies:
        count = report.counts[policy.id]
        failed[policy.severity] += count.failed
        for status, number in zip(
            Status, (count.passed, count.failed, count.unknown, count.waived, count.accepted), strict=True
        ):
            totals[status] += number
    severities = ", ".join(f"{number:,} {severity.value}" for severity, number in failed.items() if number)
    shown_always = (Status.FAIL, Status.UNKNOWN, Status.PASS)
    parts = [
        f"{totals[status]:,} {status.value}" + (f" ({severities})" if status is Status.FAIL and severities else "")
        for status in (*shown_always, Status.WAIVED, Status.ACCEPTED)
        if totals[status] or status in shown_always
    ]
    for line in style.fold(", ".join(parts), rest="  "):
        yield _COUNT.sub(lambda match: style.paint(match[0], STATUS[Status(match[1])], bold=True), line)


def _causes(decision: Decision, options: RenderOptions, style: Style) -> Iterator[str]:
    most = len(decision.causes) if options.everything else MOST_CAUSES
    for cause in decision.causes[:most]:
        remedy = f" → {cause.remedy}" if cause.remedy else ""
        yield from style.fold(plain(f"{cause.count:,} not decided: {cause.why}{remedy}"), rest="  ")
    if more := sum(cause.count for cause in decision.causes[most:]):
        yield f"{more:,} not decided for other causes: --all names them"


def _outcome(decision: Decision, style: Style) -> Iterator[str]:
    """Every reason is said; the first is the one that decides."""
    colour = EXIT.get(decision.code, "red")
    head = f"exit {decision.code}: "
    for reason in decision.reasons or ("passed",):
        first, *rest = style.fold(plain(reason), head, " " * 8)
        yield style.paint(first, colour, bold=True)
        yield from (style.paint(line, colour) for line in rest)
        head = "   also: "
