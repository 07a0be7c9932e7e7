"""The public address space: what the internet can send from.

IPv4 without, and IPv6 2000::/3 without, the blocks of IANA's special-purpose registries that no internet host
uses as its address. A literal table, because `ipaddress.is_global` changes between Python releases.

IANA IPv4 Special-Purpose Address Registry (as updated 2020-09-04):
https://www.iana.org/assignments/iana-ipv4-special-registry/
IANA IPv6 Special-Purpose Address Registry (as updated 2024-04):
https://www.iana.org/assignments/iana-ipv6-special-registry/
"""

from __future__ import annotations

from typing import NamedTuple


class Block(NamedTuple):
    cidr: str
    why: str
    link: str


PUBLIC_IPV6 = Block("2000::/3", "global unicast", "https://www.rfc-editor.org/rfc/rfc4291#section-2.4")

NOT_PUBLIC_IPV4: tuple[Block, ...] = (
    Block("0.0.0.0/8", "this network", "https://www.rfc-editor.org/rfc/rfc791#section-3.2"),
    Block("10.0.0.0/8", "private use", "https://www.rfc-editor.org/rfc/rfc1918"),
    Block("100.64.0.0/10", "shared address space", "https://www.rfc-editor.org/rfc/rfc6598"),
    Block("127.0.0.0/8", "loopback", "https://www.rfc-editor.org/rfc/rfc1122#section-3.2.1.3"),
    Block("169.254.0.0/16", "link local", "https://www.rfc-editor.org/rfc/rfc3927"),
    Block("172.16.0.0/12", "private use", "https://www.rfc-editor.org/rfc/rfc1918"),
    Block("192.0.0.0/24", "IETF protocol assignments", "https://www.rfc-editor.org/rfc/rfc6890#section-2.1"),
    Block("192.0.2.0/24", "documentation (TEST-NET-1)", "https://www.rfc-editor.org/rfc/rfc5737"),
    Block("192.88.99.0/24", "former 6to4 relay anycast", "https://www.rfc-editor.org/rfc/rfc7526"),
    Block("192.168.0.0/16", "private use", "https://www.rfc-editor.org/rfc/rfc1918"),
    Block("198.18.0.0/15", "benchmarking", "https://www.rfc-editor.org/rfc/rfc2544"),
    Block("198.51.100.0/24", "documentation (TEST-NET-2)", "https://www.rfc-editor.org/rfc/rfc5737"),
    Block("203.0.113.0/24", "documentation (TEST-NET-3)", "https://www.rfc-editor.org/rfc/rfc5737"),
    Block("224.0.0.0/4", "multicast", "https://www.rfc-editor.org/rfc/rfc5771"),
    Block("240.0.0.0/4", "reserved and limited broadcast", "https://www.rfc-editor.org/rfc/rfc1112#section-4"),
)

NOT_PUBLIC_IPV6: tuple[Block, ...] = (
    Block("2001:2::/48", "benchmarking", "https://www.rfc-editor.org/rfc/rfc5180"),
    Block("2001:10::/28", "former ORCHID", "https://www.rfc-editor.org/rfc/rfc4843"),
    Block("2001:db8::/32", "documentation", "https://www.rfc-editor.org/rfc/rfc3849"),
    Block("3fff::/20", "documentation", "https://www.rfc-editor.org/rfc/rfc9637"),
)
