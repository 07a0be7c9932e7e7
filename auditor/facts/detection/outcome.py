"""How far a chain of detection holds: its first link that does not, or may not."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from auditor.facts.iam.logic import F, T, Truth, U
from auditor.facts.values import hidden
from auditor.model import Hidden, Json

# From the record of an event to somebody who is told.
LINKS = ("trail", "group", "filter", "metric", "alarm", "rule", "target", "action", "publisher", "subscriber", "")


class Outcome(msgspec.Struct, frozen=True):
    """`link`: the first that is not T; `at`: the id of the resource that shows it, `pointer` the place in it.

    `path`: the ids of what held before. `causes`: why a link is not decided.
    """

    truth: Truth
    link: str = ""
    why: str = ""
    at: str = ""
    pointer: str = ""
    path: tuple[str, ...] = ()
    causes: tuple[Hidden, ...] = ()
    notes: tuple[str, ...] = ()


HOLDS = Outcome(T)


def broken(link: str, why: str, at: str = "", pointer: str = "") -> Outcome:
    return Outcome(F, link, why, at, pointer)


def unsure(link: str, value: Json, otherwise: str, at: str = "", pointer: str = "") -> Outcome:
    """Not decided because of a hidden value, else for the reason `otherwise`."""
    return Outcome(U, link, otherwise, at, pointer, causes=(hidden(value, otherwise),))


def then(here: Outcome, rest: Callable[[], Outcome]) -> Outcome:
    """Both, in order: a broken link settles it, also behind one that is not decided."""
    return here if here.truth is F else _joined(here, rest())


def _joined(here: Outcome, after: Outcome) -> Outcome:
    if here.truth is T or after.truth is F:
        notes = (*here.notes, *after.notes)
        return msgspec.structs.replace(after, notes=notes, path=(*here.path, *after.path))
    return msgspec.structs.replace(here, causes=(*here.causes, *after.causes))


def all_of(steps: Iterable[Outcome]) -> Outcome:
    """Every step: the first that is broken, else the first that is not decided, with the causes of all."""
    found = HOLDS
    for step in steps:
        found = _joined(found, step)
        if found.truth is F:
            return found
    return found


def any_of(ways: Iterable[Outcome], none: Outcome) -> Outcome:
    """The best way, the longest of those that are broken; `none` where there is no way at all."""
    best: Outcome | None = None
    causes: dict[Hidden, None] = {}
    for way in ways:
        if way.truth is T:
            return way
        causes |= dict.fromkeys(way.causes if way.truth is U else ())
        if best is None or (way.truth, LINKS.index(way.link)) > (best.truth, LINKS.index(best.link)):
            best = way
    if best is None:
        return none
    return msgspec.structs.replace(best, causes=tuple(causes)) if best.truth is U else best


def behind(ids: tuple[str, ...], outcome: Outcome) -> Outcome:
    """The outcome of what follows these resources."""
    return msgspec.structs.replace(outcome, path=(*ids, *outcome.path))
