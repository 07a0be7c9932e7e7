"""net.rules: what a security group lets in from public space, and out to it.

The union of its rules: no order, no deny. A group as the other end admits private addresses only, never the
internet. Standalone rules are folded into the group by the source; a list that is absent is empty (the template
source fills in the egress rule that AWS adds by itself).
https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from auditor.data.protocols import ALL, TRANSPORTS
from auditor.facts.base import Derived, Fact, View
from auditor.facts.network import prefix_lists
from auditor.facts.network.openings import publish, shown
from auditor.facts.network.reach import Reach, openings
from auditor.facts.network.reading import (
    Doubt,
    Ports,
    Source,
    anywhere,
    doubt_of,
    of_gap,
    port_range,
    protocol,
    source,
)
from auditor.facts.network.unlisted import beyond, unlisted
from auditor.model import HIDDEN, Json, Reason, Resource

TYPE = "AWS::EC2::SecurityGroup"


class Direction(NamedTuple):
    """The list in the group, the type of a standalone rule, and the keys of the other end."""

    rules: str
    standalone: str
    prefix_list: str
    groups: tuple[str, ...]


INGRESS = Direction(
    "SecurityGroupIngress",
    "AWS::EC2::SecurityGroupIngress",
    "SourcePrefixListId",
    ("SourceSecurityGroupId", "SourceSecurityGroupName"),
)
EGRESS = Direction(
    "SecurityGroupEgress",
    "AWS::EC2::SecurityGroupEgress",
    "DestinationPrefixListId",
    ("DestinationSecurityGroupId",),
)
_CIDRS = (("CidrIp", 4), ("CidrIpv6", 6))
_ALL_TRANSPORTS: Mapping[int, Ports] = dict.fromkeys(TRANSPORTS, Ports())


def compute(group: Resource, view: View) -> Derived:
    """The parts of `openings.publish`: `public` and `exposed` for ingress, `public_egress` and `exposed_egress`."""
    rest = (Doubt(Reason.OUTSIDE, f"{group.name} is declared outside this template"),) if group.stand_in else ()
    ingress, why = openings(list(_reaches(group, INGRESS, view)))
    egress, why_egress = openings(list(_reaches(group, EGRESS, view)))
    inward = publish(ingress, (*why, *rest), "public", "exposed")
    outward = publish(egress, (*why_egress, *rest), "public_egress", "exposed_egress")
    return Derived({**inward.value, **outward.value}, (*inward.unknown, *outward.unknown))


def _reaches(group: Resource, direction: Direction, view: View) -> Iterator[Reach]:
    rules = group.properties.get(direction.rules) or ()
    if not isinstance(rules, list | tuple):
        rules = (rules,)  # one rule without its list, or a marker for the whole list
    for index, rule in enumerate(rules):
        pointer = f"/{direction.rules}/{index}"
        if isinstance(rule, Mapping):
            public = [each for each in _sources(rule, direction, pointer, view) if each.public]
            ports = _ports(rule, pointer) if public else {}
            for each in public:
                place = shown(group.id, pointer, each.label, each.most)
                yield from (Reach(transport, ports[transport], each, place) for transport in ports)
        elif not (isinstance(rule, HIDDEN) and beyond(group, rule.reason)):
            yield from _anything(doubt_of(rule, pointer))
    for gap in unlisted(group, direction.standalone, direction.rules, view):
        yield from _anything(of_gap(gap))


def _anything(doubt: Doubt) -> Iterator[Reach]:
    return (Reach(transport, Ports(), anywhere(family, doubt), {}) for transport in TRANSPORTS for family in (4, 6))


def _ports(rule: Mapping[str, Json], pointer: str) -> Mapping[int, Ports]:
    """The ports of each transport; a protocol other than TCP, UDP and ICMP means all its ports, and has none."""
    number = protocol(rule.get("IpProtocol"))
    if number is None:
        doubt = doubt_of(rule.get("IpProtocol"), f"{pointer}/IpProtocol")
        return dict.fromkeys(TRANSPORTS, Ports(doubt=doubt))
    if number == ALL:
        return _ALL_TRANSPORTS
    if number in TRANSPORTS:
        return {number: port_range(rule.get("FromPort"), rule.get("ToPort"), pointer)}
    return {}


def _sources(rule: Mapping[str, Json], direction: Direction, pointer: str, view: View) -> list[Source]:
    sources: list[Source] = []
    named = False
    for key, family in _CIDRS:
        value = rule.get(key)
        if value is not None:
            named = True
            sources.extend(source(value, family, f"{pointer}/{key}"))
    value = rule.get(direction.prefix_list)
    if value is not None:
        named = True
        sources.extend(prefix_lists.sources(value, view, f"{pointer}/{direction.prefix_list}"))
    if not named and all(rule.get(key) is None for key in direction.groups):
        doubt = doubt_of(None, f"the other end of {pointer}")
        return [anywhere(4, doubt), anywhere(6, doubt)]
    return sources


_READ = ("IpProtocol", "FromPort", "ToPort", "CidrIp", "CidrIpv6")

FACT = Fact(
    name="net.rules",
    version=1,
    on=(TYPE,),
    reads={
        TYPE: tuple(
            (direction.rules, "*", key)
            for direction in (INGRESS, EGRESS)
            for key in (*_READ, direction.prefix_list, *direction.groups)
        ),
        prefix_lists.TYPE: (("PrefixListId",), ("AddressFamily",), ("Entries", "*", "Cidr"), ("OwnerId",)),
    },
    compute=compute,
    joins=(prefix_lists.TYPE, INGRESS.standalone, EGRESS.standalone),
)
