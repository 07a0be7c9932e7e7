"""What public space reaches, port by port, in the form that policies compare.

An `Opening` is a run of ports of one transport that the same sources reach. `least` and `most` are
(public IPv4 addresses, public IPv6 /64 networks) that certainly, and at most, reach each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec

from auditor.data.protocols import TRANSPORTS
from auditor.facts.base import Unknown
from auditor.facts.network.reading import Doubt
from auditor.model import Json

MOST_RULES = 20  # of one opening that are named: a finding shows a place or two, not a thousand


def shown(id: str, pointer: str, source: str, addresses: int) -> Mapping[str, Json]:
    """A rule that opens ports for certain, as it is published: the place that shows it, and its source."""
    return {"evidence": {"id": id, "pointer": pointer}, "source": source, "addresses": addresses}


class Opening(msgspec.Struct, frozen=True):
    transport: int
    first: int
    last: int
    least: tuple[int, int] = (0, 0)
    most: tuple[int, int] = (0, 0)
    rules: tuple[Mapping[str, Json], ...] = ()  # of `shown`, the widest source first, at most MOST_RULES


class Parts(NamedTuple):
    value: dict[str, Json]
    unknown: tuple[Unknown, ...]


def publish(openings: Sequence[Opening], doubts: Iterable[Doubt], name: str, ports: str) -> Parts:
    """The parts of a fact about public space. `openings` cover every port of every transport, in order.

    - `<name>`: what is certainly open; a gap where more may be. [{protocol, from, to, addresses, ipv4, ipv6_64,
      widest, evidence, rules: [{evidence, source, addresses}]}]; `addresses` is the larger of the two counts,
      `rules` the MOST_RULES widest that open it, `widest` and `evidence` of the first.
    - `<ports>`: [{protocol, addresses, ports, evidence}]: so many ports are open to at least so many addresses
      each; one entry per number of addresses that occurs. A gap where `<name>` has one.
    - `<name>_at_least`: the same list as `<name>`, never with a gap: it is a lower bound by its name.
    - `<name>_at_most`: [{protocol, from, to, addresses}] over all ports, the upper bound. To be read under
      `not ... addresses <= limit`; a gap where it is above the lower bound.

    A policy that denies what is in `_at_least` and over its limit as `found`, and what is not in `_at_most` under
    its limit as `missing`, is undecided only where hidden rules can matter to its ports and its limit.
    """
    certain, bounds = _runs(openings)
    value = {name: certain, ports: _steps(certain), f"{name}_at_least": certain, f"{name}_at_most": bounds}
    parts = (name, ports, f"{name}_at_most")
    unknown = tuple(doubt.at(part) for doubt in dict.fromkeys(doubts) for part in parts)
    return Parts(value, unknown)


def _runs(openings: Iterable[Opening]) -> tuple[list[dict[str, Json]], list[dict[str, Json]]]:
    """What is open for certain and what may be at most; neighbours that differ in nothing that is shown are one."""
    certain: list[dict[str, Json]] = []
    bounds: list[dict[str, Json]] = []
    before: Opening | None = None
    for one in openings:
        follows = before is not None and before.transport == one.transport
        if follows and before.most == one.most:  # type: ignore[union-attr]
            bounds[-1]["to"] = one.last
        else:
            most = max(one.most)
            if follows and bounds[-1]["addresses"] == most:
                bounds[-1]["to"] = one.last
            else:
                protocol = TRANSPORTS[one.transport]
                bounds.append({"protocol": protocol, "from": one.first, "to": one.last, "addresses": most})
        if one.least != (0, 0):
            if follows and before.least == one.least and before.rules == one.rules:  # type: ignore[union-attr]
                certain[-1]["to"] = one.last
            else:
                certain.append(_certain(one))
        before = one
    return certain, bounds


def _certain(one: Opening) -> dict[str, Json]:
    return {
        "protocol": TRANSPORTS[one.transport],
        "from": one.first,
        "to": one.last,
        "addresses": max(one.least),
        "ipv4": one.least[0],
        "ipv6_64": one.least[1],
        "widest": one.rules[0]["source"],
        "evidence": one.rules[0]["evidence"],
        "rules": list(one.rules),
    }


def _steps(certain: Sequence[dict[str, Json]]) -> list[dict[str, Json]]:
    steps: list[dict[str, Json]] = []
    for protocol in TRANSPORTS.values():
        ports, longest = 0, None
        widest_first = sorted(
            (each for each in certain if each["protocol"] == protocol), key=lambda each: -each["addresses"]
        )
        for addresses, group in groupby(widest_first, key=lambda each: each["addresses"]):
            for each in group:
                ports += _length(each)
                longest = each if longest is None or _length(each) > _length(longest) else longest
            assert longest is not None
            steps.append(
                {"protocol": protocol, "addresses": addresses, "ports": ports, "evidence": longest["evidence"]}
            )
    return steps


def _length(opening: dict[str, Json]) -> int:
    return int(opening["to"] - opening["from"] + 1)
