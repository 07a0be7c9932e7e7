"""net.nacl: what a network ACL lets in from public space.

Per packet the entry with the lowest number that matches decides, and what no entry matches is denied.
https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from auditor.data.protocols import ALL, TRANSPORTS
from auditor.facts.base import Derived, Fact, View
from auditor.facts.by_view import by_view
from auditor.facts.network.first_match import LAST_NUMBER, Entry, openings
from auditor.facts.network.openings import publish
from auditor.facts.network.reading import (
    Doubt,
    Ports,
    Source,
    anywhere,
    doubt_of,
    doubts_of,
    identity,
    integer,
    of_gap,
    port_range,
    protocol,
    source,
)
from auditor.facts.network.unlisted import unlisted
from auditor.model import Gap, Json, Reason, Resource

TYPE = "AWS::EC2::NetworkAcl"
ENTRY = "AWS::EC2::NetworkAclEntry"
_EVERY_PORT = {number: Ports() for number in TRANSPORTS}


def compute(acl: Resource, view: View) -> Derived:
    """Parts: those of `openings.publish` for ingress, `public_ingress` and `exposed`."""
    entries = [entry for each in _entries_of(acl, view) if (entry := _ingress(each)) is not None]
    unknown = [of_gap(gap) for gap in (*unlisted(acl, ENTRY, "", view), *_anything(view))]
    rest = [Doubt(Reason.OUTSIDE, f"{acl.name} is declared outside this template")] if acl.stand_in else []
    floating = [*(_unseen(doubt, None) for doubt in unknown), *(_unseen(doubt, "deny") for doubt in rest)]
    found, doubts = openings([*_unambiguous(entries), *floating])
    return Derived(*publish(found, (*doubts, *rest), "public_ingress", "exposed"))


def _anything(view: View) -> list[Gap]:
    """What could not be expanded may also add an entry that denies, so that no allow is certain any more."""
    return [gap for gap in view.gaps(ENTRY) if gap.type == "*"]


def _unseen(doubt: Doubt, action: Literal["deny"] | None) -> Entry:
    return Entry("", None, action, _EVERY_PORT, (anywhere(4, doubt), anywhere(6, doubt)), False, (doubt,))


def _unambiguous(entries: Sequence[Entry]) -> list[Entry]:
    """Two entries of one number and direction cannot be: which of them counts, and where, is not known."""
    twice = {number for number, count in Counter(entry.number for entry in entries).items() if count > 1}
    return [
        msgspec.structs.replace(entry, number=None, doubts=(*entry.doubts, _twice(entry.number)))
        if entry.number in twice and entry.number is not None
        else entry
        for entry in entries
    ]


def _twice(number: int) -> Doubt:
    return Doubt(Reason.UNRESOLVED, f"two entries are numbered {number}")


def _ingress(entry: Resource) -> Entry | None:
    """The entry as read, None where it certainly is for egress."""
    properties = entry.properties
    egress = properties.get("Egress", False)
    if egress in (True, "true", "True"):
        return None
    known = egress in (False, "false", "False")
    number = integer(properties.get("RuleNumber"))
    if number is not None and not 1 <= number <= LAST_NUMBER:
        number = None
    action = _action(properties.get("RuleAction"))
    ports, sources = _ports(properties), _sources(properties)
    doubts = doubts_of((*ports.values(), *sources))
    for key, understood in (("Egress", known), ("RuleNumber", number is not None), ("RuleAction", action is not None)):
        if not understood:
            doubts.append(doubt_of(properties.get(key), f"/{key}"))
    return Entry(entry.id, number, action, ports, sources, known, tuple(dict.fromkeys(doubts)))


def _action(value: Json) -> Literal["allow", "deny"] | None:
    text = value.lower() if isinstance(value, str) else ""
    return "allow" if text == "allow" else "deny" if text == "deny" else None


def _ports(properties: Mapping[str, Json]) -> Mapping[int, Ports]:
    number = protocol(properties.get("Protocol"))
    if number is None:
        doubt = doubt_of(properties.get("Protocol"), "/Protocol")
        return {transport: Ports(doubt=doubt) for transport in TRANSPORTS}
    if number == ALL:
        return {transport: Ports() for transport in TRANSPORTS}
    if number not in TRANSPORTS:
        return {}
    span = properties.get("PortRange")
    if not isinstance(span, Mapping):
        return {number: Ports(doubt=doubt_of(span, "/PortRange"))}
    return {number: port_range(span.get("From"), span.get("To"), "/PortRange")}


def _sources(properties: Mapping[str, Json]) -> tuple[Source, ...]:
    given = [
        (key, family) for key, family in (("CidrBlock", 4), ("Ipv6CidrBlock", 6)) if properties.get(key) is not None
    ]
    if len(given) != 1:  # none, or both: AWS takes one
        doubt = doubt_of(None, "one of /CidrBlock and /Ipv6CidrBlock")
        return (anywhere(4, doubt), anywhere(6, doubt))
    ((key, family),) = given
    return source(properties[key], family, f"/{key}")


def _entries_of(acl: Resource, view: View) -> list[Resource]:
    index = _index(view)
    names = {acl.id, *(identity(each) for each in (acl.name, acl.properties.get("Id")) if each is not None)} - {""}
    found = {entry.id: entry for name in names for entry in index.get(name, ())}
    return sorted(found.values(), key=lambda entry: entry.id)


@by_view
def _index(view: View) -> Mapping[str, Sequence[Resource]]:
    """The entries of a scope by owner's id, or by the name in their property."""
    index: dict[str, list[Resource]] = {}
    for entry in view.related(ENTRY):
        for owner in entry.owners or (identity(entry.properties.get("NetworkAclId")),):
            index.setdefault(owner, []).append(entry)
    return index


FACT = Fact(
    name="net.nacl",
    version=1,
    on=(TYPE,),
    reads={
        TYPE: (("Id",),),
        ENTRY: (
            ("NetworkAclId",),
            ("Egress",),
            ("RuleNumber",),
            ("RuleAction",),
            ("Protocol",),
            ("CidrBlock",),
            ("Ipv6CidrBlock",),
            ("PortRange", "From"),
            ("PortRange", "To"),
        ),
    },
    compute=compute,
    joins=(ENTRY,),
)
