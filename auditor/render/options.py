"""What a renderer may be told. A renderer never changes the exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from auditor.model import Report, Severity, Status, Verdict


def no_line(file: str, line: int) -> str | None:
    """Where no source can be read."""
    return None


class RenderOptions(msgspec.Struct, frozen=True):
    """`width` in columns. `source_line(file, line)`: the text of a line, counted from 1, or None."""

    everything: bool = False
    fail_on: Severity = Severity.HIGH
    min_severity: Severity = Severity.LOW
    colour: bool = False
    width: int = 100
    sarif_unknown: Literal["note", "omit"] = "note"
    sarif_suppressed: Literal["omit", "mark"] = "omit"
    category: str = "auditor"
    source_line: Callable[[str, int], str | None] = no_line


def shown(report: Report, options: RenderOptions, *statuses: Status) -> Iterator[Verdict]:
    """The verdicts of these statuses (all if none is named) at or over the lowest severity that is shown."""
    for verdict in report.verdicts:
        if (not statuses or verdict.status in statuses) and verdict.severity.rank >= options.min_severity.rank:
            yield verdict
