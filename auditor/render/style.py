"""How the console looks: colour or none of it, and text folded to the width with a hanging indent."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import click

from auditor.model import Severity, Status

SEVERITY = {Severity.CRITICAL: "magenta", Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "blue"}
STATUS = {Status.FAIL: "red", Status.UNKNOWN: "yellow", Status.PASS: "green"}
EXIT = {0: "green", 3: "yellow"}

_WIDEST = 110  # longer lines are hard to read
_NARROWEST = 40


class Style:
    """`fold` and `paint` for one terminal."""

    def __init__(self, colour: bool, width: int) -> None:
        self._colour = colour
        self.width = max(_NARROWEST, width)

    def paint(self, text: str, colour: str | None = None, bold: bool = False, dim: bool = False) -> str:
        return click.style(text, fg=colour, bold=bold or None, dim=dim or None) if self._colour else text

    def fold(self, text: str, first: str = "", rest: str | None = None) -> Iterator[str]:
        """The text in lines; `first` stands before the first, `rest` (by default as many blanks) before the others.

        A word that is longer than a line is not cut, so that it can be copied.
        """
        hanging = " " * len(first) if rest is None else rest
        yield from textwrap.wrap(
            text,
            min(self.width, _WIDEST),
            initial_indent=first,
            subsequent_indent=hanging,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [first.rstrip()]
