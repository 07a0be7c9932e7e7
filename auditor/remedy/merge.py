"""What has to change in a resource so that a wish holds: entries to add, and values to replace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from auditor.model import Json
from auditor.remedy.syntax import Node, text_of
from auditor.remedy.wish import Refused, is_function

_LOOP = "Fn::ForEach::"


class Add(msgspec.Struct, frozen=True):
    """Entries that a map lacks. `key`: the key whose value the map is."""

    key: Node
    map: Node
    entries: Mapping[str, Json]


class Replace(msgspec.Struct, frozen=True):
    scalar: Node
    value: str | bool | int | float


Change = Add | Replace


def resource_of(top: Node, logical: str, type: str) -> tuple[Node, Node]:
    """The key and the body of a resource. Refused where the text does not declare it so."""
    found = None
    _refuse_odd(top, "the template")
    if (resources := top.find("Resources")) is not None:
        _refuse_odd(resources[1], "Resources", beside=_LOOP)
        found = resources[1].find(logical)
    if found is None:
        raise Refused("it is made by a transform or a loop")
    _refuse_odd(found[1], logical)
    kind = found[1].find("Type")
    if kind is None or kind[1].value != type:
        raise Refused("it is made by a transform")
    return found


def changes(key: Node, node: Node, wanted: Mapping[str, Json], path: str = "") -> Iterator[Change]:
    """All of them, none where the wish holds already. Refused where something in the way cannot be edited."""
    _refuse_odd(node, path or key.value)
    missing: dict[str, Json] = {}
    for name, value in wanted.items():
        place = f"{path}.{name}" if path else name
        found = node.find(name)
        if found is None:
            missing[name] = value
        elif isinstance(value, Mapping):
            yield from changes(*found, value, place)
        else:
            yield from _replaced(found[1], value, place)
    if missing:
        yield Add(key, node, missing)


def _replaced(node: Node, value: Json, place: str) -> Iterator[Replace]:
    assert isinstance(value, str | bool | int | float)
    if node.kind != "scalar" or node.tag is not None or node.anchor is not None:
        raise Refused(f"{place} is given by a function, an anchor or an alias")
    if node.style in ("|", ">") or (not node.value and not node.style):
        raise Refused(f"{place} is empty or a block of text")
    if node.value != text_of(value) and not (isinstance(value, bool) and node.value.lower() == text_of(value)):
        yield Replace(node, value)


def _refuse_odd(node: Node, place: str, beside: str = "") -> None:
    """`beside`: the functions (by their beginning) beside which plain keys may stand."""
    if node.kind == "alias" or node.anchor is not None:
        raise Refused(f"{place} is an anchor or an alias")
    if node.kind != "map" or node.tag is not None:
        raise Refused(f"{place} is given by a function" if node.tag else f"{place} is no mapping")
    for key, _ in node.pairs():
        if key.kind != "scalar" or key.value == "<<":
            raise Refused(f"{place} is merged from elsewhere")
        if is_function(key.value) and not (beside and key.value.startswith(beside)):
            raise Refused(f"{place} is given by {key.value}")
