"""Reads and comparisons against the schema, where OPA does not look: through functions, and at enumerated values.

OPA's type checker follows no parameter of a function and no `enum`. The analysis of reads does, so that each place
that a policy reads must exist, and each constant that it compares with must be able to stand there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from auditor.catalogue.seen import Constant, Seen, Spot
from auditor.config import nearest
from auditor.model import Path, pointer
from auditor.sources.template.coerce import Shape
from auditor.workbench.failure import Failure
from auditor.workbench.schemas import types

PLACE, VALUE = "schema-place", "schema-value"

_JSON_TYPES = {str: {"string"}, int: {"integer", "number"}, float: {"number"}}


def misplaced(seen: Seen, policy: str = "") -> Iterator[Failure]:
    """The reads of types, properties and facts that no schema has, each once."""
    told: set[tuple[str, Path]] = set()
    for spot in seen.reads:
        found = _fault(spot)
        if found is None or (spot.type, found[0]) in told:
            continue
        told.add((spot.type, found[0]))
        yield Failure(PLACE, found[1], policy, spot.file, spot.line, spot.column)


def impossible(seen: Seen, policy: str = "") -> Iterator[Failure]:
    """The comparisons with a constant that no value there can equal."""
    for constant in seen.constants:
        if (message := _never(constant)) is not None:
            spot = constant.spot
            yield Failure(VALUE, message, policy, spot.file, spot.line, spot.column)


def _fault(spot: Spot) -> tuple[Path, str] | None:
    """Up to where a read leads nowhere, and why."""
    if not types.is_known(spot.type):
        if spot.type.startswith("Custom::"):
            return None
        return (), f'there is no resource type "{spot.type}"{types.nearest_type(spot.type)}'
    shape = _start(spot)
    for position, step in enumerate(_steps(spot)):
        if shape is None or not shape.names:
            if shape is None or shape.items() is None:
                return None
            if step != "*":
                return None  # a key into a list: OPA's own checker tells
            shape = shape.items()
            continue
        if step == "*":
            return None  # some property: any may stand there
        below = shape.below(str(step))
        if below is None:
            if not shape.is_closed:
                return None
            path = spot.path[: len(spot.path) - len(_steps(spot)) + position + 1]
            where = f"{spot.type}:{pointer(path[:-1])}" if path[:-1] else spot.type
            return path, f'{where} has no "{step}"{_hint(str(step), shape.names)}'
        shape = below
    return None


def _never(constant: Constant) -> str | None:
    shape = _start(constant.spot)
    for step in _steps(constant.spot):
        if shape is None:
            return None
        items = shape.items()
        shape = items if step == "*" and not shape.names and items is not None else shape.below(str(step))
    if shape is None or not types.is_known(constant.spot.type):
        return None
    value, where = constant.value, f"{constant.spot.type}:{pointer(constant.spot.path)}"
    written = json.dumps(value)
    if shape.types and not (shape.types & _JSON_TYPES[type(value)]):
        return f"{where} is never {written}: it is of type {' or '.join(sorted(shape.types))}"
    values = shape.values
    if values is None or str(value).casefold() in {str(one).casefold() for one in values}:
        return None
    return f"{where} is never {written}{_hint(str(value), [str(one) for one in values])}"


def _start(spot: Spot) -> Shape | None:
    """The shape in which the steps start; None where anything may stand."""
    if spot.path[:1] == ("facts",):
        return types.facts_shape(spot.type)
    return None if spot.path[:1] == ("tags",) else types.shape_of(spot.type)


def _steps(spot: Spot) -> Path:
    return spot.path[1:] if spot.path[:1] == ("facts",) else spot.path


def _hint(wrong: str, right: Iterable[str]) -> str:
    names = sorted(right)
    return nearest(wrong, names) or (f" (there are {', '.join(names[:12])}{', ...' if len(names) > 12 else ''})")
