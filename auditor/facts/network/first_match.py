"""Ordered entries to openings: the first entry that matches a packet decides it.

Per port and family two sets of addresses are still open: those that certainly no earlier entry has matched, and
those that possibly none has. An entry allows for certain what it certainly matches of the first, and possibly
what it may match of the second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from auditor.data.protocols import TRANSPORTS
from auditor.facts.network.openings import MOST_RULES, Opening, shown
from auditor.facts.network.public_cidr import public_space, width, widths
from auditor.facts.network.reading import ALL_PORTS, Doubt, Ports, Source
from auditor.facts.network.sets import EMPTY, Ranges, difference, intersection, normal, slices, union
from auditor.model import Json

LAST_NUMBER = 32767  # the number under which AWS lists the final deny


class Entry(msgspec.Struct, frozen=True):
    """One entry of one direction as read; `number` and `action` are None where they are not known."""

    id: str
    number: int | None
    action: Literal["allow", "deny"] | None
    ports: Mapping[int, Ports]
    sources: tuple[Source, ...]
    certain: bool  # False: it may not be an entry of this direction at all
    doubts: tuple[Doubt, ...]


class _Match(msgspec.Struct, frozen=True):
    """What an entry matches at one port in one family."""

    entry: Entry
    certain: Ranges
    possible: Ranges


def openings(entries: Sequence[Entry]) -> tuple[list[Opening], list[Doubt]]:
    """The openings of every port of every transport, and the doubts that make some of them uncertain."""
    found: list[Opening] = []
    doubts: dict[Doubt, None] = {}
    for transport in TRANSPORTS:
        applying = [(entry, entry.ports[transport]) for entry in entries if transport in entry.ports]
        for first, last in slices([ALL_PORTS, *(ports.span for _, ports in applying)]):
            opening, why = _at(transport, [(entry, ports) for entry, ports in applying if _holds(ports, first)])
            found.append(msgspec.structs.replace(opening, first=first, last=last))
            doubts |= dict.fromkeys(why)
    return found, list(doubts)


def _holds(ports: Ports, port: int) -> bool:
    return ports.span[0] <= port <= ports.span[1]


def _at(transport: int, applying: Sequence[tuple[Entry, Ports]]) -> tuple[Opening, list[Doubt]]:
    """One port, given the entries that speak of it."""
    least: dict[int, Ranges] = {}
    most: dict[int, Ranges] = {}
    allowing: list[tuple[int, _Match]] = []
    doubts: list[Doubt] = []
    for family in (4, 6):
        matches = [_match(entry, ports, family) for entry, ports in applying]
        lower, upper = _decide(matches, family)
        least[family] = normal(span for _, ranges in lower for span in ranges)
        most[family] = union(least[family], upper)
        allowing += [(width(family, ranges), match) for match, ranges in lower]
        undecided = difference(most[family], least[family])
        doubts += [d for match in matches if intersection(match.possible, undecided) for d in match.entry.doubts]
    widest_first = sorted(allowing, key=lambda each: -each[0])[:MOST_RULES]
    rules = tuple(_rule(match, addresses) for addresses, match in widest_first)
    return Opening(transport, 0, 0, widths(least), widths(most), rules), doubts


def _match(entry: Entry, ports: Ports, family: int) -> _Match:
    known = entry.certain and ports.doubt is None
    sources = [source for source in entry.sources if source.family == family]
    return _Match(
        entry,
        normal(span for source in sources if known and not source.doubt for span in source.public),
        normal(span for source in sources for span in source.public),
    )


def _decide(matches: Sequence[_Match], family: int) -> tuple[list[tuple[_Match, Ranges]], Ranges]:
    """What each entry certainly allows, and all that may be allowed."""
    untouched = unmatched = public_space(family)
    lower: list[tuple[_Match, Ranges]] = []
    upper = EMPTY
    for match in sorted(_numbered(matches), key=lambda each: each.entry.number or 0):
        if match.entry.action == "allow":
            lower.append((match, intersection(untouched, match.certain)))
        if match.entry.action != "deny":
            upper = union(upper, intersection(unmatched, match.possible))
        untouched = difference(untouched, match.possible)
        unmatched = difference(unmatched, match.certain)
    # An entry that may stand anywhere: as a deny it can shadow every allow, as an allow it can come first.
    floating = [match for match in matches if match.entry.number is None]
    shadow = normal(span for match in floating if match.entry.action != "allow" for span in match.possible)
    upper = normal((*upper, *(span for match in floating if match.entry.action != "deny" for span in match.possible)))
    denied = normal(span for match in matches if _may_deny(match.entry) for span in match.possible)
    sure = [(match, difference(match.certain, denied)) for match in floating if match.entry.action == "allow"]
    kept = [(match, difference(ranges, shadow)) for match, ranges in lower]
    return [(match, ranges) for match, ranges in (*kept, *sure) if ranges], upper


def _numbered(matches: Sequence[_Match]) -> list[_Match]:
    return [match for match in matches if match.entry.number is not None]


def _may_deny(entry: Entry) -> bool:
    return entry.action != "allow" and entry.number != LAST_NUMBER


def _rule(match: _Match, addresses: int) -> Mapping[str, Json]:
    return shown(match.entry.id, "", " ".join(source.label for source in match.entry.sources), addresses)
