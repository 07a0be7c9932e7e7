"""Wishes into the bytes of a file, and the proof that nothing else changed."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping

import msgspec

from auditor.model import Json
from auditor.remedy import writing
from auditor.remedy.merge import Add, Change, changes, resource_of
from auditor.remedy.syntax import Node, meaning, parse, text_of
from auditor.remedy.wish import Refused, Wish, together

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Edited(msgspec.Struct, frozen=True):
    """`raw`: the file with the wishes that could be written; `refused`: why others could not, by `Wish.key`."""

    raw: bytes
    written: tuple[Wish, ...]
    refused: Mapping[tuple[str, str], str]


def edit(raw: bytes, wishes: Iterable[Wish]) -> Edited:
    """Bytes that are not part of a change stay as they are: comments, order, line ends, the byte order mark."""
    wishes = tuple(wishes)
    mark, encoding = next((found for found in _MARKS if raw.startswith(found[0])), (b"", "utf-8"))
    try:
        text = raw[len(mark) :].decode(encoding)
        top = parse(text)
    except (Refused, UnicodeDecodeError) as error:
        why = str(error) if isinstance(error, Refused) else "its text is not read"
        return Edited(raw, (), {wish.key: why for wish in wishes})
    unit = _unit(text, top)
    refused: dict[tuple[str, str], str] = {}
    wanted: dict[tuple[str, str], dict[str, Json]] = {}
    written: list[Wish] = []
    for wish in wishes:
        place = wish.logical, wish.type
        try:
            new = together(wanted.get(place, {}), wish.properties)
            if not _splices(text, _changes(top, *place, wish.properties), unit):
                raise Refused("its properties are already as its policy's fix has them")
        except Refused as error:
            refused[wish.key] = str(error)
        else:
            wanted[place] = new
            written.append(wish)
    found = [change for place, properties in wanted.items() for change in _changes(top, *place, properties)]
    try:
        text = _changed(text, top, found, unit)
    except Refused as error:
        return Edited(raw, (), refused | {wish.key: str(error) for wish in written})
    return Edited(mark + text.encode(encoding), tuple(written), refused)


def _changes(top: Node, logical: str, type: str, properties: Mapping[str, Json]) -> list[Change]:
    return list(changes(*resource_of(top, logical, type), {"Properties": properties}))


def _splices(text: str, found: Iterable[Change], unit: str) -> list[writing.Splice]:
    return [splice for change in found for splice in writing.splices(text, change, unit)]


def _changed(text: str, top: Node, found: Iterable[Change], unit: str) -> str:
    """Refused if the new text says anything else than the old one with the changes."""
    found = tuple(found)
    new = writing.spliced(text, _splices(text, found, unit))
    added = {id(change.map): change.entries for change in found if isinstance(change, Add)}
    replaced = {id(change.scalar): text_of(change.value) for change in found if not isinstance(change, Add)}
    if meaning(parse(new)) != meaning(top, added, replaced):
        raise Refused("the text cannot be changed there without changing something else")
    return new


def _unit(text: str, top: Node) -> str:
    """By how much the file indents, as seen at the first resource."""
    try:
        resources = top.find("Resources")
        if resources is None:
            return "  "
        outer, inner = (writing.indentation(text, node) for node in (resources[0], resources[1].items[0]))
    except (Refused, IndexError):
        return "  "
    return inner.removeprefix(outer) or "  "
