"""The values of a resource that can hold a credential, with what stands beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from auditor.data.secret_places import PLACES, Place
from auditor.model import HIDDEN, Json, Path, Resource


class Value(NamedTuple):
    """`name` and `store` may be hidden; `before` is the element before it in a list of arguments."""

    place: Place
    path: Path
    value: Json
    name: Json
    store: Json = None
    before: Json = None


def values(resource: Resource) -> Iterator[Value]:
    """Every value at a listed place; a marker on the way to one stands for all that lies below it."""
    for place in PLACES:
        if place.type == resource.type:
            yield from _below(place, resource.properties, None, 0, ())


def _below(place: Place, tree: Json, around: Json, depth: int, path: Path) -> Iterator[Value]:
    if depth == len(place.path) or isinstance(tree, HIDDEN):
        yield _value(place, tree, around, path)
        return
    key = place.path[depth]
    if isinstance(tree, Mapping):
        keys = list(tree) if key == "*" else [key] if key in tree else []
        for each in keys:
            yield from _below(place, tree[each], tree, depth + 1, (*path, each))
    elif isinstance(tree, list | tuple) and key == "*":
        for index, each in enumerate(tree):
            yield from _below(place, each, tree, depth + 1, (*path, index))


def _value(place: Place, value: Json, around: Json, path: Path) -> Value:
    beside = around if isinstance(around, Mapping) else {}
    key = path[-1] if path else ""
    name = beside.get(place.name, "") if place.name else key if isinstance(key, str) else ""
    before = around[key - 1] if isinstance(around, list | tuple) and isinstance(key, int) and key > 0 else None
    return Value(place, path, value, name, beside.get(place.store) if place.store else None, before)
