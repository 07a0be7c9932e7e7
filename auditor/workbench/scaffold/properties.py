"""The properties of a type that a policy can ask for, from its schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from auditor.config import nearest
from auditor.errors import UsageError
from auditor.model import Json, Path, keys_of, pointer
from auditor.sources.template.coerce import Shape
from auditor.workbench.schemas import types

_DEEPEST = 4
_MOST = 400

Kind = Literal["boolean", "choice", "number", "text", "any"]


class Property(msgspec.Struct, frozen=True):
    """A place, with a value that will do and (`choice`, `boolean`) one that will not. "*" stands for a list's index."""

    path: Path
    kind: Kind
    good: Json
    bad: Json = None

    @property
    def pointer(self) -> str:
        return pointer(self.path)


def properties(type: str) -> list[Property]:
    """What a user can set, the shallow first and of these what can be decided by its value; no attributes."""
    shape = types.shape_of(type)
    schema = types.schema_of(type) or {}
    read_only = {keys_of(each.removeprefix("/properties")) for each in schema.get("readOnlyProperties", ())}
    names = {each for each in schema.get("primaryIdentifier", ()) if schema.get("readOnlyProperties")}
    found: list[Property] = []
    if shape is not None:
        for each in _leaves(shape, ()):
            if not any(each.path[: len(path)] == path for path in read_only) and len(found) < _MOST:
                found.append(each)
    ordered = sorted(found, key=lambda each: (_rank(each), len(each.path), each.pointer))
    return [each for each in ordered if f"/properties{each.pointer}" not in names] or ordered


def found(type: str, text: str) -> Property:
    """The property at a pointer; UsageError with the nearest one that there is."""
    if "::" in text:
        other = text.partition("/")[0].removesuffix(":")
        raise UsageError(
            f"--reads {text}: say a property of {type}, as /Name; another type is read by the Rego "
            f'(some other in input.resources["{other}"]) and stands in the cases under with:'
        )
    if not text.startswith("/"):
        text = f"/{text}"
    shape = types.shape_of(type)
    path: list[str] = []
    for key in map(str, keys_of(text)):
        while shape is not None and not shape.names and shape.items() is not None and key != "*":
            shape = shape.items()
            path.append("*")
        if shape is None:
            break
        names = shape.names
        below = shape.items() if key == "*" and not names else shape.below(key)
        if below is None:
            known = [each.pointer for each in properties(type)]
            hint = nearest(key, names) or nearest(text, known) or f" (there are {', '.join(names[:12])})"
            raise UsageError(f'--reads {text}: {type}:{pointer(tuple(path)) or ""} has no "{key}"{hint}')
        path.append(key)
        shape = below
    if shape is not None and not shape.names and shape.items() is not None and shape.items().names:  # type: ignore[union-attr]
        raise UsageError(f"--reads {text} is a list: say which of its properties, such as {text}/*/{_first(shape)}")
    return _property(tuple(path), shape)


def _first(shape: Shape) -> str:
    items = shape.items()
    return items.names[0] if items is not None and items.names else "Name"


def _leaves(shape: Shape, path: Path) -> Iterator[Property]:
    if len(path) > _DEEPEST:
        return
    for name in shape.names:
        below = shape.below(name)
        if below is None:
            continue
        here = (*path, name)
        if below.names:
            yield from _leaves(below, here)
            continue
        items = below.items()
        if items is not None and items.names:
            yield from _leaves(items, (*here, "*"))
        elif below.types:
            yield _property(here, below)


def _property(path: Path, shape: Shape | None) -> Property:
    values = shape.values if shape is not None else None
    kinds = shape.types if shape is not None else frozenset[str]()
    if values and len(values) > 1 and all(isinstance(value, str) for value in values):
        good = next((value for value in values if str(value).lower().startswith(("enable", "on"))), values[0])
        return Property(path, "choice", good, next(value for value in values if value != good))
    if "boolean" in kinds:
        return Property(path, "boolean", True, False)
    if kinds & {"integer", "number"}:
        return Property(path, "number", 1)
    if "string" in kinds:
        return Property(path, "text", values[0] if values else "example")
    return Property(path, "any", ["example"] if "array" in kinds else {"Example": "example"})


def _rank(each: Property) -> int:
    return {"boolean": 0, "choice": 0}.get(each.kind, 1)
