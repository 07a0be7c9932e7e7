"""Whether selectors take every event of a class: decided with one event for each way in which conditions can fall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from auditor.facts.iam.logic import Truth, between
from auditor.facts.logging.selectors import Condition, Selector

FRESH = "\ue000"  # a value that stands in no selector
Event = Mapping[str, str]


class Class(msgspec.Struct, frozen=True):
    """The events with these values, and with any value that starts so (`within`) in the one other field."""

    fixed: tuple[tuple[str, str], ...]
    within: tuple[tuple[str, str], ...] = ()


def missed(selectors: Sequence[Selector], events: Class) -> Event | None:
    """An event of the class that no selector takes (the fields that matter), None where every one is taken.

    Exact for conditions as they are written; doubts are not looked at.
    """
    fixed = dict(events.fixed)
    bases = dict(events.within)
    open: list[tuple[Condition, ...]] = []
    for selector in selectors:
        if all(one.holds(fixed[one.field]) for one in selector.conditions if one.field in fixed):
            open.append(tuple(one for one in selector.conditions if one.field not in fixed))
    fields = sorted({one.field for conditions in open for one in conditions})
    return _missed(tuple(open), tuple(fields), bases)


def taken(selectors: Sequence[Selector], events: Class) -> Truth:
    """Whether every event of the class is taken: U where that hangs on a doubt."""
    certain = [one for one in selectors if one.doubt is None]
    return between(missed(certain, events) is None, missed(selectors, events) is None)


def _missed(open: tuple[tuple[Condition, ...], ...], fields: tuple[str, ...], bases: Mapping[str, str]) -> Event | None:
    if any(not conditions for conditions in open):
        return None
    if not open or not fields:
        return {}
    field, rest = fields[0], fields[1:]
    on = [one for conditions in open for one in conditions if one.field == field]
    tried: set[tuple[int, ...]] = set()
    for value in _representatives(on, bases.get(field, "")):
        left = tuple(
            n for n, conditions in enumerate(open) if all(one.holds(value) for one in conditions if one.field == field)
        )
        if left in tried:
            continue
        tried.add(left)
        below = tuple(tuple(one for one in open[n] if one.field != field) for n in left)
        found = _missed(below, rest, bases)
        if found is not None:
            return {field: value.replace(FRESH, "..."), **found}
    return None


def _representatives(conditions: Sequence[Condition], base: str) -> Iterator[str]:
    """A value for each combination of conditions that values starting with `base` can meet.

    Which prefixes a value has is told by the longest of them, which suffixes by the longest of those; what equals a
    listed value is tried itself.
    """
    starts = {base, *(v for one in conditions if one.test == "starts" for v in one.values if v.startswith(base))}
    ends = {"", *(v for one in conditions if one.test == "ends" for v in one.values)}
    for start in sorted(starts):
        for end in sorted(ends):
            yield start + FRESH + end
    exact = starts | ends | {v for one in conditions if one.test == "equals" for v in one.values}
    yield from sorted(value for value in exact if value.startswith(base))
