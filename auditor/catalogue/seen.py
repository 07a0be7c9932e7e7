"""What a schema and the cases can be held against: every place that is read, compared with a constant, or joined by."""

from __future__ import annotations

import msgspec

from auditor.model import Path


class Spot(msgspec.Struct, frozen=True):
    """A place in the properties (or facts, tags) of a type, and where in the Rego it is read first."""

    type: str
    path: Path
    file: str
    line: int
    column: int


class Constant(msgspec.Struct, frozen=True):
    """A constant with which the value at a place is compared for equality."""

    spot: Spot
    value: str | int | float


class Seen(msgspec.Struct, frozen=True):
    """`keys`: the places that hold the identity of another resource, by type and path."""

    reads: tuple[Spot, ...] = ()
    constants: tuple[Constant, ...] = ()
    keys: tuple[tuple[str, Path], ...] = ()
