"""Changes as splices of the text, in the style of what stands around them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import msgspec

from auditor.model import Json
from auditor.remedy.merge import Add, Change
from auditor.remedy.syntax import LINE_END, Node, text_of
from auditor.remedy.wish import Refused

_BLANK = re.compile(r"[ \t]*")
_REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\r\n\x85\u2028\u2029]*)?")
_AFTER_VALUE = re.compile(r"(?:\s|#[^\r\n]*)*")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_NO_STRINGS = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"}


class Splice(msgspec.Struct, frozen=True):
    start: int
    end: int
    text: str


def splices(text: str, change: Change, unit: str) -> Iterator[Splice]:
    """`unit`: by how much the file indents. Refused where the text around is laid out in a way that is not known."""
    if not isinstance(change, Add):
        node = change.scalar
        yield Splice(node.start, node.end, _quoted(change.value, node.style))
    elif change.map.flow:
        yield from _into_flow(text, change, unit)
    else:
        yield _into_block(text, change, unit)


def spliced(text: str, found: list[Splice]) -> str:
    parts, at = [], 0
    for splice in sorted(found, key=lambda splice: (splice.start, splice.end)):
        if splice.start < at:
            raise Refused("two changes touch each other")
        parts += [text[at : splice.start], splice.text]
        at = splice.end
    return "".join([*parts, text[at:]])


def indentation(text: str, node: Node) -> str:
    """What stands before a node on its line. Refused unless that is blank."""
    before = text[_line_start(text, node.start) : node.start]
    if not _BLANK.fullmatch(before):
        raise Refused(f"{node.value} does not begin on a line of its own")
    return before


def line_end(text: str, at: int) -> tuple[int, int, str]:
    """Where the line ends, where the next one begins, and the line end: another line's where this one has none."""
    match = LINE_END.search(text, at)
    if match is not None:
        return match.start(), match.end(), match[0]
    other = LINE_END.search(text)
    return len(text), len(text), other[0] if other else "\n"


# --- block style ------------------------------------------------------------------------------------------------


def _into_block(text: str, change: Add, unit: str) -> Splice:
    """Below the last entry, or where that does not end plainly, above the first."""
    indent = indentation(text, change.map.items[0])
    leaf = change.map.items[-1]
    while leaf.kind in ("map", "list") and not leaf.flow:
        leaf = leaf.items[-1]
    rest = _REST_OF_LINE.match(text, leaf.end)
    stop, at, end = line_end(text, leaf.end)
    if leaf.style in ("|", ">") or rest is None or rest.end() != stop:
        stop, at, end = line_end(text, change.key.end)
        if not re.fullmatch(r"[ \t]*:" + _REST_OF_LINE.pattern, text[change.key.end : stop]):
            raise Refused(f"{change.key.value} is laid out in a way that is not known")
    lines = list(_block(change.entries, indent, unit, _quote_of(change.map)))
    if stop == at:  # the file ends without a line end, and so it shall
        return Splice(at, at, "".join(end + line for line in lines))
    return Splice(at, at, "".join(line + end for line in lines))


def _block(entries: Mapping[str, Json], indent: str, unit: str, quote: str) -> Iterator[str]:
    for key, value in entries.items():
        name = _quoted(key, quote)
        if isinstance(value, Mapping):
            yield f"{indent}{name}:"
            yield from _block(value, indent + unit, unit, quote)
        else:
            yield f"{indent}{name}: {_value(value)}"


# --- flow style, JSON -------------------------------------------------------------------------------------------


def _into_flow(text: str, change: Add, unit: str) -> Iterator[Splice]:
    held = change.map
    if not held.items:
        if text[held.start + 1 : held.end - 1].strip():
            raise Refused(f"{change.key.value} holds only a comment")
        yield Splice(held.start, held.end, _flow(change.entries, _quote_of(change.key), " "))
        return
    first, last_key, last = held.items[0], held.items[-2], held.items[-1]
    quote = _quote_of(held)
    if not _AFTER_VALUE.fullmatch(text, last.end, held.end - 1):
        raise Refused(f"{change.key.value} ends with a comma")
    if not LINE_END.search(text, held.start, first.start):
        space = "" if quote == '"' and text[last_key.end : last.start] == ":" else " "
        inner = _flow(change.entries, quote, space)[1:-1]
        yield Splice(last.end, last.end, f",{space}{inner}")
        return
    indent = indentation(text, first)
    _, _, end = line_end(text, held.start)
    rest = _REST_OF_LINE.match(text, last.end)
    at = last.end if rest is None or rest.end() >= held.end else rest.end()
    added = f",{end}".join(_lines(change.entries, indent, unit, quote, end))
    if at == last.end:
        yield Splice(at, at, f",{end}{added}")
    else:
        yield Splice(last.end, last.end, ",")
        yield Splice(at, at, end + added)


def _flow(entries: Mapping[str, Json], quote: str, space: str) -> str:
    def one(value: Json) -> str:
        return _flow(value, quote, space) if isinstance(value, Mapping) else _value(value, quote)

    return "{" + f",{space}".join(f"{_quoted(key, quote)}:{space}{one(value)}" for key, value in entries.items()) + "}"


def _lines(entries: Mapping[str, Json], indent: str, unit: str, quote: str, end: str) -> Iterator[str]:
    for key, value in entries.items():
        if isinstance(value, Mapping):
            inner = f",{end}".join(_lines(value, indent + unit, unit, quote, end))
            yield f"{indent}{_quoted(key, quote)}: {{{end}{inner}{end}{indent}}}"
        else:
            yield f"{indent}{_quoted(key, quote)}: {_value(value, quote)}"


# --- words ------------------------------------------------------------------------------------------------------


def _quote_of(node: Node) -> str:
    """How keys are quoted there."""
    key = node.items[0] if node.items else node
    return key.style if key.style in ("'", '"') else ""


def _value(value: Json, quote: str = "") -> str:
    assert isinstance(value, str | bool | int | float)
    return _quoted(value, quote if isinstance(value, str) else "")


def _quoted(value: str | bool | int | float, quote: str) -> str:
    text = text_of(value)
    if quote == "'" and "'" not in text:
        return f"'{text}'"
    if quote:
        return json.dumps(text, ensure_ascii=False)
    if not isinstance(value, str) or (_PLAIN.fullmatch(text) and text.lower() not in _NO_STRINGS):
        return text
    return json.dumps(text, ensure_ascii=False)


def _line_start(text: str, at: int) -> int:
    start = 0
    for end in ("\n", "\r", "\x85", "\u2028", "\u2029"):
        start = max(start, text.rfind(end, 0, at) + 1)
    return start
