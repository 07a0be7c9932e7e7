"""A look at the source: the line of a finding with a caret under it, and every secret of the report blotted out."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from auditor.model import Finding, Location, Verdict
from auditor.render.text import plain

MASK = "********"
_FOLLOWING = 3
_CONTEXT = 8
_TAB = "    "

SourceLine = Callable[[str, int], str | None]
Secrets = Mapping[tuple[str, int], int]  # file and line → the column from which nothing may be shown


class Row(NamedTuple):
    """One line of an excerpt: what stands in the margin, the text, and whether it is the caret."""

    margin: str
    text: str
    caret: bool = False


def secrets_of(verdicts: Iterable[Verdict]) -> Secrets:
    """Where secrets stand, so that they are blotted out whichever finding shows the line."""
    found: dict[tuple[str, int], int] = {}
    for _ in noting_secrets(verdicts, found):
        pass
    return found


def noting_secrets(verdicts: Iterable[Verdict], found: dict[tuple[str, int], int]) -> Iterator[Verdict]:
    """The verdicts as they come; what `secrets_of` gives is in `found` when the last one has passed."""
    for verdict in verdicts:
        for finding in verdict.findings:
            if finding.secret and finding.location is not None:
                place = finding.location
                column = _secret_from(finding, place)
                found[place.file, place.line] = min(column, found.get((place.file, place.line), column))
        yield verdict


def _secret_from(finding: Finding, place: Location) -> int:
    """A key may be shown, an element of a list is the secret itself."""
    is_key = bool(finding.path) and isinstance(finding.path[-1], str)
    return place.end_column if is_key else place.column


def excerpt(place: Location, source_line: SourceLine, secrets: Secrets, width: int) -> Iterator[Row]:
    """The line of the place and a caret; below a mere bracket, what it opens. Nothing where nothing may be shown."""
    text = source_line(place.file, place.line)
    number = f"{place.line}:{place.column}"
    blotted = secrets.get((place.file, place.line))
    if text is None or (blotted is not None and blotted < place.column):
        return
    text = _blotted(text, blotted)
    room = max(10, width - len(number))
    indent, first = _indent(text), place.column - 1
    last = max(first + 1, place.end_column - 1 if place.end_line == place.line else len(text.rstrip()))
    before, marked, after = (_shown(part) for part in (text[min(indent, first) : first], text[first:last], text[last:]))
    if cells(before) > _CONTEXT and cells(before) + cells(marked) > room:
        before = "…" + before[-_CONTEXT:]
    yield Row(number, _clipped((before + marked + after).rstrip(), room))
    yield Row("", " " * cells(before) + "^" * max(1, min(cells(marked), room - cells(before))), caret=True)
    if blotted is None and not any(character.isalnum() for character in text[first:]):
        yield from _inside(place, indent, source_line, secrets, room)


def _inside(place: Location, indent: int, source_line: SourceLine, secrets: Secrets, room: int) -> Iterator[Row]:
    for number in range(place.line + 1, place.line + 1 + _FOLLOWING):
        text = source_line(place.file, number)
        if text is None or not text.strip() or _indent(text) <= indent:
            return
        text = _blotted(text, secrets.get((place.file, number)))
        yield Row(str(number), _clipped(_shown(text[indent:].rstrip()), room))


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _blotted(text: str, column: int | None) -> str:
    if column is None:
        return text
    head = text[: column - 1]
    return head + (": " if head[-1:].isalnum() or head[-1:] in ("'", '"', "_") else "") + MASK


def _shown(text: str) -> str:
    return plain(text.replace("\t", _TAB))


def cells(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two, combining ones none (Unicode UAX 11)."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _clipped(text: str, room: int) -> str:
    if cells(text) <= room:
        return text
    while cells(text) >= room:
        text = text[: min(len(text) - 1, room)]
    return text + "…"
