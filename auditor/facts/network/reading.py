"""Reading one rule or entry under doubt: what it matches, or what it may match at most.

A hidden or malformed part stands for its widest reading, and says why it is in doubt. Follows
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html and
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkAclEntry.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

import msgspec

from auditor.data.protocols import ALL, LAST_PORT, NUMBERS
from auditor.facts.base import Unknown
from auditor.facts.network.prefix_length import shortest
from auditor.facts.network.public_cidr import public_part, public_space, width
from auditor.facts.network.sets import BITS, EVERYTHING, Network, Range, Ranges, network, normal
from auditor.model import HIDDEN, Gap, Hidden, Hole, Json, Reason, Text

ALL_PORTS: Range = (0, LAST_PORT)


class Doubt(msgspec.Struct, frozen=True):
    reason: Reason
    detail: str

    def at(self, *path: str) -> Unknown:
        return Unknown(path, self.reason, self.detail)


class Ports(msgspec.Struct, frozen=True):
    """The first and last port; with a doubt, none outside of them is meant."""

    span: Range = ALL_PORTS
    doubt: Doubt | None = None


class Source(msgspec.Struct, frozen=True):
    """The public addresses of one source; with a doubt, it has none outside of them and at most `most` of them.

    `most` counts as `width` does: IPv4 addresses, or IPv6 /64 networks.
    """

    label: str
    family: int
    public: Ranges
    most: int
    doubt: Doubt | None = None


def of_gap(gap: Gap) -> Doubt:
    return Doubt(gap.reason, gap.detail)


def doubts_of(parts: Iterable[Ports | Source]) -> list[Doubt]:
    return [part.doubt for part in parts if part.doubt is not None]


def doubt_of(value: Json, place: str) -> Doubt:
    """Why a value cannot be used: it is hidden, or what stands there is not what AWS accepts."""
    if isinstance(value, HIDDEN):
        return Doubt(value.reason, value.detail)
    return Doubt(Reason.UNRESOLVED, f"{place} is {'missing' if value is None else 'malformed'}")


def identity(reference: Json) -> str:
    """What a join compares: a literal id, or the symbol of a declared resource; "" where neither is known.

    The Ref of a network resource and its id attribute are the same id.
    """
    if isinstance(reference, Hidden):
        reference = reference.symbol
    elif isinstance(reference, Text):
        part = reference.parts[0]
        reference = part.symbol if len(reference.parts) == 1 and isinstance(part, Hole) else None
    return reference.strip("⟨⟩").removesuffix(".PrefixListId").removesuffix(".Id") if isinstance(reference, str) else ""


def integer(value: Json) -> int | None:
    """An integer, also where it is written as text (templates), else None."""
    if isinstance(value, int):
        return None if isinstance(value, bool) else value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        digits = value.strip().removeprefix("-")
        return int(value) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None
    return None


def protocol(value: Json) -> int | None:
    """The protocol's number, -1 for all, None where it is hidden or malformed."""
    if isinstance(value, str) and value.lower() in NUMBERS:
        return NUMBERS[value.lower()]
    number = integer(value)
    return number if number is not None and ALL <= number <= 255 else None


def port_range(first: Json, last: Json, place: str) -> Ports:
    """The ports of a TCP or UDP rule; both ends must be given."""
    low, high = integer(first), integer(last)
    if low is not None and high is not None and 0 <= low <= high <= LAST_PORT:
        return Ports((low, high))
    for value in (first, last):
        if isinstance(value, HIDDEN):
            start, end = max(0, low or 0), LAST_PORT if high is None else min(high, LAST_PORT)
            return Ports((start, end) if start <= end else ALL_PORTS, doubt_of(value, place))
    return Ports(doubt=doubt_of(first if low is None else last, f"the port range of {place}"))


def source(value: Json, family: int | None, place: str) -> tuple[Source, ...]:
    """The source of a CIDR value; `family` None: it may be of either (a prefix list's entry)."""
    known = _literal(value) if isinstance(value, str) else None
    if known is not None and family in (None, known.family):
        return (known,)
    doubt = doubt_of(value, place)
    if isinstance(value, Text):
        return tuple(_pattern(value, each, doubt) for each in _families(value, family))
    if isinstance(value, Hidden) and value.among:
        return tuple(_one_of(value.among, each, doubt) for each in ((family,) if family else (4, 6)))
    if isinstance(value, Hidden) and value.pattern and (bits := shortest(value.pattern)) is not None:
        return tuple(_no_wider(bits, each, doubt) for each in ((family,) if family else (4, 6)))
    return tuple(anywhere(each, doubt) for each in ((family,) if family else (4, 6)))


def anywhere(family: int, doubt: Doubt) -> Source:
    """A source of which nothing is known but its family."""
    return Source("", family, public_space(family), _width_of_space(family), doubt)


@cache
def _width_of_space(family: int) -> int:
    return width(family, public_space(family))


@lru_cache(maxsize=65536)
def _literal(text: str) -> Source | None:
    block = network(text)
    if block is None:
        return None
    public = public_part(block)
    return Source(text, block.family, public, width(block.family, public))


def _families(text: Text, family: int | None) -> tuple[int, ...]:
    if family:
        return (family,)
    return (6,) if any(isinstance(part, str) and ":" in part for part in text.parts) else (4, 6)


def _pattern(text: Text, family: int, doubt: Doubt) -> Source:
    """A CIDR text with holes: `10.⟨x⟩.0.0/16` lies in 10.0.0.0/8, `⟨ip⟩/32` is one address.

    Only where the prefix length is literal: `10.⟨x⟩` could become 10.0.0.0/0, of which AWS clears the host bits.
    """
    tail = text.parts[-1]
    _, slash, length = tail.rpartition("/") if isinstance(tail, str) else ("", "", "")
    if not slash or not (length.isascii() and length.isdigit()) or int(length) > BITS[family]:
        return anywhere(family, doubt)
    bits = int(length)
    public = public_part(_region(text.parts[0], bits)) if family == 4 else public_space(6)
    most = 1 << max(0, (32 if family == 4 else 64) - bits)
    return Source(str(text), family, public, min(most, width(family, public)), doubt)


def _one_of(texts: Sequence[str], family: int, doubt: Doubt) -> Source:
    """One of some blocks, it is not known which; what is no block of the family is refused by AWS, or malformed."""
    known = [_literal(text) for text in texts]
    if any(one is None or one.family != family for one in known):
        return anywhere(family, doubt)
    found = [one for one in known if one is not None]
    public = normal(span for one in found for span in one.public)
    return Source("", family, public, max(one.most for one in found), doubt)


def _no_wider(bits: int, family: int, doubt: Doubt) -> Source:
    """A block anywhere, with a prefix of at least so many bits."""
    space = public_space(family)
    most = 1 << max(0, (32 if family == 4 else 64) - bits)
    return Source("", family, space, min(most, _width_of_space(family)), doubt)


def _region(head: str | Hole, bits: int) -> Network:
    """Where an IPv4 block of that length lies, given the octets that are complete before the first hole."""
    octets = head.split(".")[:-1][:4] if isinstance(head, str) else []
    padded = ".".join([*octets, *["0"] * (4 - len(octets))])
    return network(f"{padded}/{min(bits, 8 * len(octets))}") or Network(4, *EVERYTHING[4][0])
