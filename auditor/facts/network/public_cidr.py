"""net.public_cidr: how much of the internet a set of ranges lets in.

Addresses of both families become comparable by one number, `addresses`: the public IPv4 addresses or the
public IPv6 /64 networks, whichever are more, so that one threshold serves both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import msgspec

from auditor.data.public_space import NOT_PUBLIC_IPV4, NOT_PUBLIC_IPV6, PUBLIC_IPV6
from auditor.facts.network.sets import (
    EMPTY,
    EVERYTHING,
    Network,
    Ranges,
    difference,
    intersection,
    network,
    normal,
    size,
)


class Measure(msgspec.Struct, frozen=True):
    """The public part of a set: IPv4 addresses, IPv6 /64 networks that it touches, and its widest member."""

    ipv4: int = 0
    ipv6_64: int = 0
    widest: str = ""

    @property
    def addresses(self) -> int:
        return max(self.ipv4, self.ipv6_64)


@cache
def public_space(family: int) -> Ranges:
    """All public addresses of a family (4 or 6)."""
    blocks, space = (NOT_PUBLIC_IPV4, EVERYTHING[4]) if family == 4 else (NOT_PUBLIC_IPV6, _ranges(PUBLIC_IPV6.cidr))
    return difference(space, normal(span for block in blocks for span in _ranges(block.cidr)))


def public_part(block: Network) -> Ranges:
    """The public addresses of a block."""
    return intersection(block.ranges, public_space(block.family))


def width(family: int, public: Ranges) -> int:
    """The size of a public set as thresholds count it: IPv4 addresses, or IPv6 /64 networks touched."""
    if family == 4 or not public:
        return size(public)
    return size(normal((first >> 64, last >> 64) for first, last in public))


def widths(public: Mapping[int, Ranges]) -> tuple[int, int]:
    return width(4, public.get(4, EMPTY)), width(6, public.get(6, EMPTY))


def measure(cidrs: Iterable[str]) -> Measure:
    """The measure of all given CIDR blocks taken together; texts that are no CIDR block count nothing."""
    blocks = {text: block for text in cidrs if (block := network(text)) is not None}
    parts: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
    for block in blocks.values():
        parts[block.family].extend(public_part(block))
    ipv4, ipv6_64 = widths({family: normal(spans) for family, spans in parts.items()})
    widest = min(blocks, key=lambda text: (-width(blocks[text].family, public_part(blocks[text])), text), default="")
    return Measure(ipv4, ipv6_64, widest)


def _ranges(cidr: str) -> Ranges:
    block = network(cidr)
    assert block is not None, cidr
    return block.ranges
