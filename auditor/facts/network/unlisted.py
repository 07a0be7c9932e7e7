"""Whole elements that were not seen: rules of a group, entries of an ACL, that may or may not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.facts.base import View
from auditor.facts.by_view import by_view
from auditor.model import Gap, Reason, Resource


def beyond(owner: Resource, reason: Reason) -> bool:
    """Whether a marker only says that a stand-in is not wholly seen, which each fact says once and by itself."""
    return owner.stand_in and reason is Reason.OUTSIDE


def unlisted(owner: Resource, type: str, path: str, view: View) -> Iterator[Gap]:
    """The gaps that hide whole elements of `owner`: of the list of attached resources of `type`, or below `path`.

    A marker at the element's own place is in the owner's tree and is no concern of this.
    """
    attached = _list_gaps(view, type)
    for gap in (*attached.get(None, ()), *attached.get(owner.id, ())):
        if gap.account == owner.account and gap.region in (None, owner.region) and not beyond(owner, gap.reason):
            yield gap
    for gap in _open_paths(view, owner.type).get(owner.id, ()):
        if gap.path[0] == path and not beyond(owner, gap.reason):
            yield gap


@by_view
def _list_gaps(view: View, type: str) -> Mapping[str | None, Sequence[Gap]]:
    """The gaps of the list of a type, by the parent for whom it was asked."""
    index: dict[str | None, list[Gap]] = {}
    for gap in view.gaps(type):
        if gap.type == type and gap.id is None:
            index.setdefault(gap.parent, []).append(gap)
    return index


@by_view
def _open_paths(view: View, type: str) -> Mapping[str | None, Sequence[Gap]]:
    """The gaps at any element of a list, by the resource that has the list."""
    index: dict[str | None, list[Gap]] = {}
    for gap in view.gaps(type):
        if gap.path[1:] == ("*",):
            index.setdefault(gap.id, []).append(gap)
    return index
