"""Address ranges of aws:SourceIp conditions: what is a range, and what is the internet.

S3 User Guide, access-control-block-public-access: a range broader than /8 (IPv6: /32) is public; RFC 1918 is not.
"""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterable
from typing import NamedTuple

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

WIDEST = {4: 8, 6: 32}  # the shortest prefix that is an address range and not the internet
MOST = {4: 2 ** (32 - WIDEST[4]), 6: 2 ** (128 - WIDEST[6])}  # addresses of such a range
_PRIVATE = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))  # RFC 1918
_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291, 2.4


class Interval(NamedTuple):
    """Neighbouring public addresses that no range tells apart."""

    address: str  # one of them
    version: int
    size: int


def network(text: str) -> Network | None:
    """A CIDR block as AWS reads it: host bits do not count, a bare address is one address. None: it is none."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def is_internal(block: Network) -> bool:
    """Whether no request from the internet has these addresses."""
    return isinstance(block, ipaddress.IPv4Network) and any(block.subnet_of(one) for one in _PRIVATE)


def intervals(texts: Iterable[str]) -> list[Interval]:
    """The public addresses of both families, cut at the borders of the given ranges; the largest first."""
    blocks = [block for text in texts if (block := network(text))]
    found = [
        Interval(str(ipaddress.IPv4Address(start)), 4, end - start)
        for start, end in _cut(0, 2**32, [*blocks, *_PRIVATE], 4)
        if not any(int(one.network_address) <= start <= int(one.broadcast_address) for one in _PRIVATE)
    ]
    first, last = int(_UNICAST.network_address), int(_UNICAST.broadcast_address) + 1
    found += [
        Interval(str(ipaddress.IPv6Address(start)), 6, end - start) for start, end in _cut(first, last, blocks, 6)
    ]
    return sorted(found, key=lambda one: one.size / MOST[one.version], reverse=True)


def _cut(first: int, last: int, blocks: Iterable[Network], version: int) -> Iterable[tuple[int, int]]:
    borders = {first, last}
    for block in blocks:
        if block.version == version:
            borders |= {int(block.network_address), int(block.broadcast_address) + 1}
    return itertools.pairwise(sorted(one for one in borders if first <= one <= last))


def are_too_many(texts: Iterable[str]) -> bool:
    """Whether ranges, each narrow, hold more public addresses together than the widest one may."""
    blocks = [block for text in texts if (block := network(text)) and not is_internal(block)]
    merged: list[Network] = [
        *ipaddress.collapse_addresses(one for one in blocks if isinstance(one, ipaddress.IPv4Network)),
        *ipaddress.collapse_addresses(one for one in blocks if isinstance(one, ipaddress.IPv6Network)),
    ]
    return any(
        sum(one.num_addresses for one in merged if one.version == version) > most for version, most in MOST.items()
    )
