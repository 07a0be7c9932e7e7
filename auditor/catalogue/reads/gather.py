"""From the readings of a policy to the places that a schema and the cases can be held against."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.catalogue.reads.scope import Comparison, Join, Reading
from auditor.catalogue.reads.values import plain
from auditor.catalogue.seen import Constant, Seen, Spot
from auditor.model import Path


def seen(readings: Iterable[Reading], comparisons: Iterable[Comparison], joins: Iterable[Join]) -> Seen:
    """All of them once, in the order of the source."""
    spots: dict[tuple[str, Path], Spot] = {}
    for reading in readings:
        spot = _spot(reading.binding.type, plain(reading.steps), reading)
        known = spots.setdefault((spot.type, spot.path), spot)
        if (spot.file, spot.line, spot.column) < (known.file, known.line, known.column):
            spots[(spot.type, spot.path)] = spot
    constants = {
        Constant(_spot(one.node.binding.type, plain(one.node.steps), one), one.literal): None for one in comparisons
    }
    keys = {(join.other.binding.type, plain(join.other.steps)): None for join in joins}
    return Seen(
        tuple(sorted(spots.values(), key=lambda spot: (spot.file, spot.line, spot.column))),
        tuple(sorted(constants, key=lambda one: (one.spot.file, one.spot.line, one.spot.column, str(one.value)))),
        tuple(keys),
    )


def _spot(type: str, path: Path, found: Reading | Comparison) -> Spot:
    return Spot(type, path, found.place.file, found.place.line, found.place.column)
