"""Annotations of GitHub Actions: workflow commands on standard output, the most severe first.

GitHub shows ten of a kind in a step; the tenth says how many more there are (`--all` writes them all).
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from auditor.model import Decision, Location, Report, Severity, Status
from auditor.render.options import RenderOptions
from auditor.render.rows import Row, clipped, file_name, last_line, problem_text, rows
from auditor.render.text import plain

MOST = 10
_MOST_TEXT = 4000
_LEVEL: dict[Severity, str] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    levels = {name: _Level() for name in ("error", "warning", "notice")}
    for level, order, line in _annotations(report, options):
        if options.everything:
            out.write(line)
        else:
            levels[level].add(order, line)
    for name, kept in levels.items():
        out.writelines(kept.lines())
        if more := kept.count - kept.shown:
            text = f"{more:,} more of this kind are not annotated: GitHub shows {MOST} in a step, --all writes them"
            out.write(_command(name, "auditor", text, None))
    out.write(f"auditor: {plain('; '.join(decision.reasons) or 'passed')}\n")


def _annotations(report: Report, options: RenderOptions) -> Iterator[tuple[str, tuple[int, ...], str]]:
    """Level, place in the order of what is kept, and the line."""
    for problem in report.problems:
        line = problem.line or 1
        place = Location(problem.subject, line, 1, line, 2) if problem.kind == "file" else None
        yield "error", (-1,), _command("error", "not judged", problem_text(problem), place)
    for row in rows(report, options, Status.FAIL, Status.UNKNOWN):
        undecided = row.verdict.status is Status.UNKNOWN
        yield _level(row), (undecided, -row.verdict.severity.rank), _annotation(row)


class _Level:
    """The annotations of one kind, of which the first are kept in order and the others counted."""

    def __init__(self) -> None:
        self._best: list[tuple[tuple[int, ...], int, str]] = []
        self.count = 0

    def add(self, order: tuple[int, ...], line: str) -> None:
        self.count += 1
        self._best.append((order, self.count, line))
        if len(self._best) > 20 * MOST:
            self._best = sorted(self._best)[:MOST]

    @property
    def shown(self) -> int:
        """All of them, or one fewer than GitHub shows, where the last has to speak of the others."""
        return self.count if self.count <= MOST else MOST - 1

    def lines(self) -> list[str]:
        return [line for _, _, line in sorted(self._best)[: self.shown]]


def _level(row: Row) -> str:
    """What is not decided is never an error of its own: the exit code says whether it stops the build."""
    level = _LEVEL[row.verdict.severity]
    return "warning" if row.verdict.status is Status.UNKNOWN and level == "error" else level


def _annotation(row: Row) -> str:
    undecided = row.verdict.status is Status.UNKNOWN
    title = f"{row.policy.severity.value}: {row.policy.title}"
    title = f"not decided, {title}" if undecided else title
    return _command(_level(row), title, row.sentence, row.place)


def _command(level: str, title: str, message: str, place: Location | None) -> str:
    given = {"title": title}
    if place is not None:
        given |= {"file": file_name(place.file), "line": str(place.line), "endLine": str(last_line(place))}
    properties = ",".join(f"{name}={_property(value)}" for name, value in given.items())
    return f"::{level} {properties}::{_data(clipped(message, _MOST_TEXT))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
