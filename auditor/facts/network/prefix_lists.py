"""The addresses behind a prefix list.

A list owned by AWS (`OwnerId` is `AWS`) holds a service's own addresses and counts as no public source
(https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from auditor.facts.base import View
from auditor.facts.by_view import by_view
from auditor.facts.network.public_cidr import width
from auditor.facts.network.reading import Doubt, Source, anywhere, doubt_of, identity, of_gap, source
from auditor.facts.network.sets import normal
from auditor.model import HIDDEN, Json, Reason, Resource

TYPE = "AWS::EC2::PrefixList"
_FAMILIES = {"IPv4": (4,), "IPv6": (6,)}


def sources(reference: Json, view: View, place: str) -> tuple[Source, ...]:
    """What a rule that names a prefix list lets in; a list that the scope does not hold may be any addresses."""
    key = identity(reference)
    found = _index(view).get(key) if key else None
    if found is None:
        doubt = _absent(reference, key, view, place)
        return (anywhere(4, doubt), anywhere(6, doubt))
    owner = found.properties.get("OwnerId")
    if owner == "AWS":
        return ()
    members = tuple(_members(found, place))
    if isinstance(owner, HIDDEN):
        doubt = doubt_of(owner, place)
        return tuple(each if each.doubt else msgspec.structs.replace(each, doubt=doubt) for each in members)
    return (*_merged(members, key), *(each for each in members if each.doubt))


def _members(found: Resource, place: str) -> Iterator[Source]:
    families = _FAMILIES.get(str(found.properties.get("AddressFamily")), (4, 6))
    family = families[0] if len(families) == 1 else None
    if found.stand_in:
        yield from (anywhere(each, Doubt(Reason.UNRESOLVED, f"{found.name} is outside")) for each in families)
    entries = found.properties.get("Entries", ())
    if not isinstance(entries, list | tuple):
        yield from (anywhere(each, doubt_of(entries, place)) for each in families)
        return
    for entry in entries:
        yield from source(entry.get("Cidr") if isinstance(entry, Mapping) else entry, family, f"{place} entry")


def _merged(members: tuple[Source, ...], label: str) -> Iterator[Source]:
    """One source per family for all entries that are known."""
    for family in (4, 6):
        public = normal(span for each in members if each.family == family and not each.doubt for span in each.public)
        if public:
            yield Source(label, family, public, width(family, public))


def _absent(reference: Json, key: str, view: View, place: str) -> Doubt:
    if isinstance(reference, HIDDEN) and not key:
        return doubt_of(reference, place)
    for gap in view.gaps(TYPE):
        if gap.type == TYPE and gap.id is None:
            return of_gap(gap)
    return Doubt(Reason.UNRESOLVED, f"prefix list {key or place} is outside")


@by_view
def _index(view: View) -> Mapping[str, Resource]:
    """The prefix lists of a scope by all their names."""
    index: dict[str, Resource] = {}
    for each in view.related(TYPE):
        for name in (each.name, each.arn, each.id, each.properties.get("PrefixListId")):
            if isinstance(name, str):
                index.setdefault(identity(name), each)
    return index
