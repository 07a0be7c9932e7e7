"""The network facts' oracle: packets tried one by one at every border, written without the code under test."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

from auditor.data.public_space import NOT_PUBLIC_IPV4, NOT_PUBLIC_IPV6, PUBLIC_IPV6
from auditor.facts.attach import ScopeView
from auditor.model import Gap, Hidden, Hole, Reason, Resource, Text

ACCOUNT, REGION = "111122223333", "eu-west-1"
NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58}

CIDRS4 = [
    "0.0.0.0/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "10.0.0.0/8",
    "52.0.0.0/8",
    "52.0.0.0/9",
    "52.128.0.0/9",
    "52.1.2.3/32",
    "100.64.0.0/10",
    "203.0.113.0/24",
    "192.168.7.9/16",
    "172.0.0.0/8",
    "52.7.7.7/8",
    "8.8.8.8/31",
    "224.0.0.0/3",
]
CIDRS6 = [
    "::/0",
    "2000::/3",
    "2001:db8::/32",
    "2001::/16",
    "2600:1f00::/24",
    "2600:1f00::1/128",
    "fd00::/8",
    "3fff::/20",
    "8000::/1",
]
PORTS = [0, 1, 21, 22, 23, 80, 443, 1024, 3389, 65534, 65535]


class Packet(NamedTuple):
    protocol: int
    port: int
    address: ipaddress.IPv4Address | ipaddress.IPv6Address


def net(text: str) -> Any:
    return ipaddress.ip_network(text, strict=False)


_NOT_PUBLIC = {
    4: [net(block.cidr) for block in NOT_PUBLIC_IPV4],
    6: [net(block.cidr) for block in NOT_PUBLIC_IPV6],
}
_ADDRESS: dict[int, Any] = {4: ipaddress.IPv4Address, 6: ipaddress.IPv6Address}


def is_public(address: Any) -> bool:
    if address.version == 6 and address not in net(PUBLIC_IPV6.cidr):
        return False
    return not any(address in block for block in _NOT_PUBLIC[address.version])


def counted(admits: Callable[[Packet], bool], cidrs: Iterable[str], protocol: int, port: int) -> tuple[int, int]:
    """(public IPv4 addresses, public IPv6 /64 networks) that `admits` lets through, one address tried per interval."""
    blocks = [net(cidr) for cidr in cidrs]
    counts = []
    for family in (4, 6):
        known = [*_NOT_PUBLIC[family], *(block for block in blocks if block.version == family)]
        known += [net("0.0.0.0/0")] if family == 4 else [net("::/0"), net(PUBLIC_IPV6.cidr)]
        borders = sorted({edge for each in known for edge in (int(each[0]), int(each[-1]) + 1)})
        admitted = [
            (first, after - 1)
            for first, after in zip(borders, borders[1:], strict=False)
            if is_public(_ADDRESS[family](first)) and admits(Packet(protocol, port, _ADDRESS[family](first)))
        ]
        if family == 4:
            counts.append(sum(last - first + 1 for first, last in admitted))
            continue
        networks, total = -1, 0
        for first, last in admitted:
            start = max(first >> 64, networks + 1)
            total += max(0, (last >> 64) - start + 1)
            networks = max(networks, last >> 64)
        counts.append(total)
    return counts[0], counts[1]


def tried(ports: Iterable[int]) -> list[int]:
    """Every border and its neighbours."""
    around = {0, 65535} | {port + step for port in ports for step in (-1, 0, 1)}
    return sorted(port for port in around if 0 <= port <= 65535)


def published(parts: Sequence[dict[str, Any]], protocol: str, port: int) -> tuple[int, int]:
    for part in parts:
        if part["protocol"] == protocol and part["from"] <= port <= part["to"]:
            return part["ipv4"], part["ipv6_64"]
    return (0, 0)


def at_most(parts: Sequence[dict[str, Any]], protocol: str, port: int) -> int:
    found = [part for part in parts if part["protocol"] == protocol and part["from"] <= port <= part["to"]]
    assert len(found) == 1, f"{protocol} {port} stands {len(found)} times in the upper bound"
    return int(found[0]["addresses"])


def resource(type: str, name: str, properties: dict[str, Any], **fields: Any) -> Resource:
    return Resource(type, f"t.yaml#{name}", ACCOUNT, REGION, f"⟨{name}⟩", f"⟨{name}.Arn⟩", properties, **fields)


def view(*resources: Resource, gaps: Sequence[Gap] = ()) -> ScopeView:
    related: dict[str, list[Resource]] = {}
    missing: dict[str, list[Gap]] = {}
    for each in resources:
        related.setdefault(each.type, []).append(each)
    for gap in gaps:
        missing.setdefault(gap.type, []).append(gap)
    return ScopeView(related, missing)


HIDDEN = Hidden(Reason.UNRESOLVED, "parameter P has no value", "P")


def pattern(*parts: str | None) -> Text:
    """A text whose `None`s are holes."""
    holes = tuple(Hole("P") if part is None else part for part in parts)
    return Text(holes, Reason.UNRESOLVED, "parameter P has no value")


spans = st.tuples(st.sampled_from(PORTS), st.sampled_from(PORTS)).map(sorted)
