"""Sets of integers as sorted, disjoint, non-adjacent closed intervals: addresses of one family, ports, /64 networks.

Every function takes and returns normal form (`normal` makes it) and is exact; nothing is enumerated.
"""

from __future__ import annotations

import socket
from bisect import bisect
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

Range = tuple[int, int]  # first and last member
Ranges = tuple[Range, ...]

EMPTY: Ranges = ()
BITS = {4: 32, 6: 128}
EVERYTHING: dict[int, Ranges] = {family: ((0, (1 << bits) - 1),) for family, bits in BITS.items()}


class Network(NamedTuple):
    """A CIDR block; `last - first + 1` addresses of `family` 4 or 6."""

    family: int
    first: int
    last: int

    @property
    def ranges(self) -> Ranges:
        return ((self.first, self.last),)


def network(text: str) -> Network | None:
    """A CIDR block; host bits are cleared, as EC2 does. None where the text is no CIDR block."""
    address, slash, length = text.partition("/")
    if not slash or not (length.isascii() and length.isdigit()) or "%" in address:
        return None
    family, kind = (6, socket.AF_INET6) if ":" in address else (4, socket.AF_INET)
    bits = BITS[family]
    try:
        number = int.from_bytes(socket.inet_pton(kind, address), "big")  # ten times as fast as `ipaddress`
    except (OSError, ValueError):
        return None
    if int(length) > bits:
        return None
    size = 1 << (bits - int(length))
    first = number & ~(size - 1)
    return Network(family, first, first + size - 1)


def normal(ranges: Iterable[Range]) -> Ranges:
    """Any ranges, in normal form: neighbours and overlaps are merged."""
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            if last > merged[-1][1]:
                merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return tuple(merged)


def union(left: Ranges, right: Ranges) -> Ranges:
    if not left or left == right:
        return right
    return normal((*left, *right)) if right else left


def intersection(left: Ranges, right: Ranges) -> Ranges:
    met: list[Range] = []
    i = 0
    j = max(0, bisect(right, left[0]) - 1) if left else 0
    while i < len(left) and j < len(right):
        first, last = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if first <= last:
            met.append((first, last))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(met)


def difference(left: Ranges, right: Ranges) -> Ranges:
    if not left or not right:
        return left
    rest: list[Range] = []
    j = 0
    for first, last in left:
        while j < len(right) and right[j][1] < first:
            j += 1
        k = j
        while first <= last and k < len(right) and right[k][0] <= last:
            if first < right[k][0]:
                rest.append((first, right[k][0] - 1))
            first = right[k][1] + 1
            k += 1
        if first <= last:
            rest.append((first, last))
    return tuple(rest)


def size(ranges: Ranges) -> int:
    """How many integers."""
    return sum(last - first + 1 for first, last in ranges)


def slices(ranges: Iterable[Range]) -> list[Range]:
    """The elementary intervals of the given ranges: inside each, no range starts or ends."""
    borders = sorted({border for first, last in ranges for border in (first, last + 1)})
    return [(first, after - 1) for first, after in pairwise(borders)]
