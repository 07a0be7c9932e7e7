"""Waivers in a template: in `Metadata: {Auditor: {waive: [...]}}` of a resource or of the template, and in comments.

A comment (`# auditor:waive POLICY reason="..." expires=2027-01-31`) covers what begins on its own line, or where it
stands alone, what begins on the next one: a resource, a property, an element of a list.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import msgspec
import yaml

from auditor.config import nearest
from auditor.model import WHOLE_FILE, Location, Problem, Waiver, keys_of
from auditor.sources.template.builder import Malformed
from auditor.sources.template.decode import decode, text_of
from auditor.sources.template.find import Read, read_nested
from auditor.sources.template.nodes import Stack
from auditor.sources.template.tree import ListNode, end_of, key_of, start_of

_SECTION = "Auditor"
_MARK = b"auditor:"
_COMMENT = re.compile(r"(?:^|(?<=\s))#[ \t]*auditor:(\S*)[ \t]*(.*?)\s*$")
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts lines


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A waiver in a template. `path` is a JSON pointer below the properties: only findings at or below it."""

    policy: str
    reason: str
    expires: date | None = None
    owner: str | None = None
    ticket: str | None = None
    path: str | None = None
    unknown: bool = False


def waivers_of(root: Stack, raw: bytes, read: Read = read_nested) -> dict[str, list[Waiver | str]]:
    """By file, the waivers of a root (whose bytes are given) and of its nested stacks (`read` gives them), each once.

    A text in the place of a waiver says where one is wrong, and why it does not count.
    """
    found: dict[str, list[Waiver | str]] = {}
    waiting = [root]
    while waiting:
        stack = waiting.pop(0)
        waiting += stack.children.values()
        if stack.file not in found:
            held = raw if stack is root else read(stack.file)
            comments = () if isinstance(held, Problem) else _in_comments(stack.file, held)
            found[stack.file] = [*_in_metadata(stack), *comments]
    return found


# --- metadata ---------------------------------------------------------------------------------------------------


def _in_metadata(stack: Stack) -> Iterator[Waiver | str]:
    whole = Location(stack.file, 1, 1, WHOLE_FILE, 1)
    yield from _rows(stack.file, stack.section("Metadata"), whole)
    resources = stack.section("Resources")
    for logical, body in resources.items():
        metadata = body.get("Metadata")
        if isinstance(metadata, dict) and _SECTION in metadata:
            yield from _rows(stack.file, metadata, _span(stack.file, key_of(resources, logical), body))


def _rows(file: str, metadata: Mapping[str, Any], span: Location) -> Iterator[Waiver | str]:
    if _SECTION not in metadata:
        return
    held = metadata[_SECTION]
    line = _line(key_of(metadata, _SECTION), span.line)
    rows = held.get("waive") if isinstance(held, dict) else None
    if not isinstance(rows, list) or set(held) != {"waive"}:
        yield _refused(f"{file}:{line}", 'write it as "Auditor: {waive: [{policy, reason, expires}]}"')
        return
    for row in rows:
        yield _waiver(f"{file}:{_line(row, line)}", row, span)


def _waiver(place: str, given: Any, span: Location) -> Waiver | str:
    if not isinstance(given, dict):
        return _refused(place, "it is no mapping of policy, reason and expires")
    given = {str(key): str(value) if isinstance(value, str) else value for key, value in given.items()}
    for key in given:
        if key not in Row.__struct_fields__:
            return _refused(place, f'unknown key "{key}"{nearest(key, Row.__struct_fields__)}')
    try:
        row = msgspec.convert(given, Row, strict=False)
    except msgspec.ValidationError as error:
        return _refused(place, str(error))
    if not row.policy.strip() or not row.reason.strip():
        return _refused(place, "it needs a policy and a reason")
    if row.path is not None and (row.unknown or not row.path.startswith("/")):
        return _refused(place, "a path begins with /, and goes without unknown")
    path = keys_of(row.path or "")
    return Waiver(place=place, span=span, **msgspec.structs.asdict(row) | {"path": path})


def _refused(place: str, why: str) -> str:
    return f"the waiver at {place} does not count: {why}"


# --- comments ---------------------------------------------------------------------------------------------------


def _in_comments(file: str, raw: bytes) -> Iterator[Waiver | str]:
    if _MARK not in raw.replace(b"\0", b""):
        return
    try:
        text = text_of(raw).removeprefix("\ufeff")
        tree, scalars = decode(raw), _scalars(text)
    except (Malformed, yaml.YAMLError):  # said of the file already
        return
    lines = _LINE_END.split(text)
    for number, line in enumerate(lines):
        match = _COMMENT.search(line)
        if match is None or any(start <= (number, match.start()) < end for start, end in scalars):
            continue
        yield _comment(file, tree, lines, number, match)


def _comment(file: str, tree: Any, lines: list[str], number: int, match: re.Match[str]) -> Waiver | str:
    place = f"{file}:{number + 1}"
    if match[1] != "waive":
        return _refused(place, f'there is "auditor:waive", no "auditor:{match[1]}"')
    try:
        policy, *pairs = shlex.split(match[2])
    except ValueError as error:
        why = "a quotation is not closed" if match[2] else "it names no policy"
        return _refused(place, f"{why} ({error})" if match[2] else why)
    given = {"policy": policy}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            return _refused(place, f'"{pair}" is no key=value; quote a reason: reason="..."')
        given[key] = value
    target = number
    if not lines[number][: match.start()].strip():
        target = next((n for n in range(number + 1, len(lines)) if _has_content(lines[n])), len(lines))
    if target == len(lines):
        return _refused(place, "nothing stands below it")
    return _waiver(place, given, _begun_on(file, tree, target))


def _has_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _scalars(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where values stand: what looks like a comment in there is none."""
    events: Iterator[Any] = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    scalars = [event for event in events if isinstance(event, yaml.ScalarEvent)]
    return [(_at(event.start_mark), _at(event.end_mark)) for event in scalars]


def _at(mark: Any) -> tuple[int, int]:
    return mark.line, mark.column


def _begun_on(file: str, tree: Any, line: int) -> Location:
    """All that the first key or element on a line holds; the line alone where none begins there."""
    spans = [span for span in _spans(file, tree) if span.line == line + 1]
    if not spans:
        return Location(file, line + 1, 1, line + 2, 1)
    return min(spans, key=lambda span: (span.column, -span.end_line, -span.end_column))


def _spans(file: str, tree: Any) -> Iterator[Location]:
    """Every key with its value, and every element."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            for key, value in node.items():
                if start_of(key) is not None:
                    yield _span(file, key, value)
            waiting += node.values()
        elif isinstance(node, ListNode):
            yield from (_span(file, element, element) for element in node if start_of(element) is not None)
            waiting += node


def _span(file: str, first: Any, last: Any) -> Location:
    start, end = start_of(first), end_of(last) or end_of(first)
    if start is None or end is None:
        return Location(file, 1, 1, 1, 1)
    return Location(file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _line(node: Any, otherwise: int) -> int:
    start = start_of(node)
    return otherwise if start is None else start.line + 1
