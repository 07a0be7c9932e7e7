"""What stands in one region of an account, and the gaps in lists; indexed once per view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.facts.base import View
from auditor.facts.by_view import by_view
from auditor.model import Gap, Resource

# An account, and a region of it.
Place = tuple[str, str | None]


def located(view: View, type: str, place: Place) -> Sequence[Resource]:
    """The resources of a joined type there, in their order."""
    return _by_place(view, type).get(place, ())


@by_view
def list_gaps(view: View, type: str) -> Sequence[Gap]:
    """What hides whole resources of a type, wherever they stand."""
    return [gap for gap in view.gaps(type) if gap.id is None]


@by_view
def _by_place(view: View, type: str) -> Mapping[Place, Sequence[Resource]]:
    found: dict[Place, list[Resource]] = {}
    for each in view.related(type):
        found.setdefault((each.account, each.region), []).append(each)
    return found
