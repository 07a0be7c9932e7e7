"""Reading what a chain consists of: numbers, resources of a place, and lists that are not whole."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from auditor.facts.base import View
from auditor.facts.detection.outcome import Outcome, unsure
from auditor.facts.located import list_gaps
from auditor.model import Gap, Hidden, Json, Resource


def number(value: Json) -> Decimal | None:
    """A number, also where it is written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def not_listed(view: View, type: str, owner: Resource, region: str | None, parent: str | None = None) -> Gap | None:
    """Why there may be more of a type in a region (`parent`: of those that hang on it) than was seen."""
    for gap in list_gaps(view, type):
        here = gap.account == owner.account and (region is None or gap.region in (None, region))
        if here and (gap.parent is None or parent is None or gap.parent == parent):
            return gap
    return None


def maybe(
    link: str, view: View, type: str, owner: Resource, region: str | None, parent: str | None = None
) -> list[Outcome]:
    """The way that may be among what was not listed, if the list is not whole."""
    gap = not_listed(view, type, owner, region, parent)
    return [unsure(link, Hidden(gap.reason, gap.detail), f"{type} was not listed")] if gap else []
