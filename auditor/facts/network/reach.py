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

Bound = tuple[int, int]  # public IPv4 addresses, public IPv6 /64 networks
Rules = tuple[Mapping[str, Json], ...]


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
    by_transport: dict[int, list[Reach]] = {transport: [] for transport in TRANSPORTS}
    for reach in sorted(reaches, key=lambda reach: -reach.source.most):
        by_transport[reach.transport].append(reach)
    found: list[Opening] = []
    doubts: dict[Doubt, None] = {}
    for transport, applying in by_transport.items():
        if not applying:
            found.append(Opening(transport, *ALL_PORTS))
            continue
        sources = [(reach.source.family, reach.source.public) for reach in applying]
        is_certain = all(reach.certain for reach in applying)
        decided: dict[tuple[int, ...], tuple[Bound, Bound, Rules]] = {}
        for (first, last), active in _sweep([reach.ports.span for reach in applying]):
            if active not in decided:
                if is_certain:  # almost always: every port has all that its rules say, and nothing else
                    exactly = _union(frozenset([sources[index] for index in active])).widths
                    decided[active] = exactly, exactly, tuple([applying[index].rule for index in active[:MOST_RULES]])
                else:
                    least, most, rules, why = _decide([applying[index] for index in active])
                    decided[active] = least, most, rules
                    doubts |= dict.fromkeys(why)
            found.append(Opening(transport, first, last, *decided[active]))
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


def _decide(active: Sequence[Reach]) -> tuple[Bound, Bound, Rules, list[Doubt]]:
    """One port, given the reaches that apply to it for certain or possibly: at least, at most, by which rules."""
    sure = [reach for reach in active if reach.certain]
    doubtful = [reach for reach in active if not reach.certain]
    lower = _union(frozenset((reach.source.family, reach.source.public) for reach in sure))
    least, rules = lower.widths, tuple(reach.rule for reach in sure[:MOST_RULES])
    if not doubtful:
        return least, least, rules, []
    ceiling = _union(frozenset((reach.source.family, reach.source.public) for reach in active)).widths
    room = [sum(reach.source.most for reach in doubtful if reach.source.family == family) for family in (4, 6)]
    most = (min(ceiling[0], least[0] + room[0]), min(ceiling[1], least[1] + room[1]))
    adding = [reach for reach in doubtful if difference(reach.source.public, lower.public[reach.source.family])]
    return least, most, rules, [doubt for reach in adding for doubt in doubts_of((reach.ports, reach.source))]


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
