"""Whether the word of a denial fits what its rule reads, and whether its path leads to something read.

`found` may rest on nothing that is not there (no needs); `absent` on exactly one place of the subject, at or
above the denial's path; `missing` on at least one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.catalogue.finding import Finding
from auditor.catalogue.reads.scope import Reading
from auditor.catalogue.reads.syntax import Place
from auditor.catalogue.reads.values import (
    Binding,
    Identity,
    Key,
    Known,
    Node,
    Star,
    Step,
    Steps,
    Value,
    Values,
    Word,
    Written,
    covers,
    key_token,
    plain,
)
from auditor.model import pointer


def denial_path(value: Value) -> Steps | None:
    """The steps of a path that is written out, None for any other."""
    if not isinstance(value, Written) or value.kind != "array":
        return None
    return tuple(_step(values) for _, values in value.items)


def _step(values: Values) -> Step:
    if len(values) == 1 and isinstance(value := values[0], Known | Key | Identity | Node):
        if isinstance(value, Known) and isinstance(value.literal, str):
            return value.literal
        return Star(key_token(value))
    return Star(None)


def check(word: Word, subjects: frozenset[Binding], readings: Sequence[Reading]) -> Iterator[Finding]:
    """Why the word does not fit the reads of its rule."""
    needs = _places([reading for reading in readings if reading.sign <= 0])
    if word.name == "found" and needs:
        message = f"`found` rests on what is not there ({_named(needs[0])}): write `missing`"
    elif word.name == "missing" and not needs:
        message = "`missing` rests on nothing that could be missing: write `found`"
    elif word.name == "absent" and len(needs) != 1:
        message = f"`absent` rests on {len(needs)} places, not one: write `{'missing' if needs else 'found'}`"
    elif word.name == "absent" and not _is_at(needs[0], word.path, subjects):
        message = f"`absent` rests on {_named(needs[0])}, which the denial's path does not name: write `missing`"
    else:
        return
    yield Finding(message, word.place.file, word.place.line, word.place.column, fatal=True)


def check_path(word: Word, types: frozenset[str], readings: Sequence[Reading]) -> Iterator[Finding]:
    """Whether the path is at or below what the policy reads of the subject's type."""
    if word.path == ():
        return
    place: Place = word.place
    if word.path is None:
        message = "the denial's path cannot be followed: write it as a list"
        yield Finding(message, place.file, place.line, place.column)
        return
    path = plain(word.path)
    read = {plain(reading.steps) for reading in readings if reading.binding.type in types and reading.steps}
    if not any(covers(upper, path) or covers(path[: len(upper)], upper) for upper in read if len(upper) <= len(path)):
        message = f"the denial points at {pointer(path)}, which the policy does not read"
        yield Finding(message, place.file, place.line, place.column, fatal=True)


def _places(needs: Sequence[Reading]) -> list[Reading]:
    """One reading per place, without the containers on the way to another."""
    places: dict[tuple[Binding, Steps], Reading] = {}
    for reading in needs:
        known = places.get((reading.binding, reading.steps))
        if known is None or reading.deep:
            places[(reading.binding, reading.steps)] = reading
    return [
        reading
        for (binding, steps), reading in places.items()
        if reading.deep
        or not any(other == binding and below != steps and below[: len(steps)] == steps for other, below in places)
    ]


def _is_at(reading: Reading, path: Steps | None, subjects: frozenset[Binding]) -> bool:
    if path is None or reading.binding not in subjects or len(reading.steps) > len(path):
        return False
    if reading.deep and len(reading.steps) != len(path):
        return False
    return all(a == b and a != Star(None) for a, b in zip(reading.steps, path, strict=False))


def _named(reading: Reading) -> str:
    return f"{reading.binding.type}:{pointer(plain(reading.steps)) or '[]'}, line {reading.place.line}"
