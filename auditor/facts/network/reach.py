"""From rules that each allow something to the openings of their union: a sweep over the ports.

Between two neighbouring borders of port ranges the same rules apply, so every elementary interval is decided
once, and intervals with the same rules share the work.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from auditor.data.protocols import TRANSPORTS
from auditor.facts.network.openings import MOST_RULES, Opening
from auditor.facts.network.public_cidr import widths
from auditor.facts.network.reading import ALL_PORTS, Doubt, Ports, Source, doubts_of
from auditor.facts.network.sets import Range, Ranges, difference, normal
from auditor.model import Json


class Reach(msgspec.Struct, frozen=True):
    """One source that a rule lets in over the ports of one transport."""

    transport: int
    ports: Ports
    source: Source
    rule: Mapping[str, Json]  # `openings.shown`; {} where it is in doubt

    @property
    def certain(self) -> bool:
        return self.ports.doubt is None and self.source.doubt is None


def openings(reaches: Sequence[Reach]) -> tuple[list[Opening], list[Doubt]]:
    """The openings of every port of every transport, and the doubts that can add public space to some port."""
    found: list[Opening] = []
    doubts: dict[Doubt, None] = {}
    widest_first = sorted(reaches, key=lambda reach: -reach.source.most)
    for transport in TRANSPORTS:
        applying = [reach for reach in widest_first if reach.transport == transport]
        decided: dict[tuple[int, ...], Opening] = {}
        for (first, last), active in _sweep([reach.ports.span for reach in applying]):
            if active not in decided:
                decided[active], why = _decide(transport, [applying[index] for index in active])
                doubts |= dict.fromkeys(why)
            one = decided[active]
            found.append(Opening(transport, first, last, one.least, one.most, one.rules))
    return found, list(doubts)


def _sweep(spans: Sequence[Range]) -> Iterator[tuple[Range, tuple[int, ...]]]:
    """Every elementary interval of all ports, with the indexes of the spans that hold it."""
    starts: dict[int, list[int]] = {ALL_PORTS[0]: [], ALL_PORTS[1] + 1: []}
    ends: dict[int, list[int]] = {}
    for index, (first, last) in enumerate(spans):
        starts.setdefault(first, []).append(index)
        ends.setdefault(last + 1, []).append(index)
    borders = sorted({*starts, *ends})
    active: list[int] = []
    for border, following in zip(borders, borders[1:], strict=False):
        for index in ends.get(border, ()):
            del active[bisect_left(active, index)]
        for index in starts.get(border, ()):
            insort(active, index)
        yield (border, following - 1), tuple(active)


def _decide(transport: int, active: Sequence[Reach]) -> tuple[Opening, list[Doubt]]:
    """One port, given the reaches that apply to it for certain or possibly."""
    if not active:
        return Opening(transport, 0, 0), []
    sure = [reach for reach in active if reach.certain]
    lower = _union(frozenset((reach.source.family, reach.source.public) for reach in sure))
    least = lower.widths
    opening = Opening(transport, 0, 0, least, least, tuple(reach.rule for reach in sure[:MOST_RULES]))
    if len(sure) == len(active):
        return opening, []
    doubtful = [reach for reach in active if not reach.certain]
    ceiling = _union(frozenset((reach.source.family, reach.source.public) for reach in active)).widths
    room = [sum(reach.source.most for reach in doubtful if reach.source.family == family) for family in (4, 6)]
    most = (min(ceiling[0], least[0] + room[0]), min(ceiling[1], least[1] + room[1]))
    adding = [reach for reach in doubtful if difference(reach.source.public, lower.public[reach.source.family])]
    doubts = [doubt for reach in adding for doubt in doubts_of((reach.ports, reach.source))]
    return msgspec.structs.replace(opening, most=most), doubts


class _Union(NamedTuple):
    public: Mapping[int, Ranges]
    widths: tuple[int, int]


@lru_cache(maxsize=4096)
def _union(sources: frozenset[tuple[int, Ranges]]) -> _Union:
    """The sources taken together; the groups of an account name the same few, port by port."""
    spans: dict[int, list[Range]] = {4: [], 6: []}
    for family, public in sources:
        spans[family] += public
    union = {family: normal(found) for family, found in spans.items()}
    return _Union(union, widths(union))
