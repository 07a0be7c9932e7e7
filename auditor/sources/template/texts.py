"""Strings that are seen in part: how resolved values become text, and how they are shown and compared.

A *marker* is what stands for something not seen: `Hidden`, `Text` or `Identity`. A `Hidden` without a symbol
is an error in the template (a malformed argument, a name that is not declared): no deployment has a value
there, and it equals nothing.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from auditor.data.identities import KINDS
from auditor.model import Hidden, Hole, Reason, Text
from auditor.sources.template.nodes import Identity


class _NoValue:
    def __repr__(self) -> str:
        return "NO_VALUE"


NO_VALUE: Final = _NoValue()  # AWS::NoValue


MARKERS = (Hidden, Text, Identity)

# A string longer than this many characters is hidden: nested stacks that double an argument at each level
# would otherwise grow without bound. A template body itself is at most 1 MB.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
LONGEST_TEXT = 1 << 20

_LONGEST_SYMBOL = 300
_LONGEST_INTEGER = 1024  # bits; Python refuses to write very long ones
_PSEUDO_NAMES = ("AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::StackName", "AWS::URLSuffix")

_DYNAMIC = re.compile(r"\{\{resolve:(secretsmanager|ssm-secure|ssm):([^{}]*)\}\}")


def wrong(detail: str) -> Hidden:
    """A value that no deployment has: the template is in error here."""
    return Hidden(Reason.UNRESOLVED, detail)


def unseen(detail: str, symbol: str) -> Hidden:
    """A value that a deployment has and the template does not tell."""
    return Hidden(Reason.UNRESOLVED, detail, symbol if len(symbol) <= _LONGEST_SYMBOL else _shortened(symbol))


def is_wrong(value: Any) -> bool:
    return isinstance(value, Hidden) and value.symbol is None


def scalar_text(value: Any) -> str | None:
    """The text by which CloudFormation knows a scalar; None for what is no scalar."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value.bit_length() <= _LONGEST_INTEGER else None
    if isinstance(value, float):
        return str(value)
    if isinstance(value, datetime.date):  # YAML reads an unquoted `Version: 2012-10-17` as a date
        return value.isoformat()
    return None


def is_scalar(value: Any) -> bool:
    return scalar_text(value) is not None


def literal_text(value: Any) -> str | None:
    """A literal as a parameter would be given it: the text of a scalar, a list with commas; None for others."""
    if isinstance(value, list) and all(map(is_scalar, value)):
        return ",".join(str(scalar_text(element)) for element in value)
    return scalar_text(value)


def is_literal(value: Any) -> bool:
    """Whether nothing in a resolved value is hidden."""
    return next(markers(value), None) is None


def markers(value: Any) -> Iterator[Any]:
    """The markers in a resolved value, in order; what is shared is looked at once."""
    if isinstance(value, MARKERS):
        yield value
        return
    waiting, seen = [value], set[int]()
    while waiting:
        item = waiting.pop()
        if isinstance(item, MARKERS):
            yield item
        elif isinstance(item, dict | list) and id(item) not in seen:
            seen.add(id(item))
            waiting.extend(reversed(list(item.values()) if isinstance(item, dict) else item))


def shown(value: Any) -> str:
    """One line that is equal for equal values: the text of a scalar, else JSON with symbols in brackets."""
    if isinstance(value, Hidden):
        return f"⟨{value.symbol or value.detail}⟩"
    if isinstance(value, MARKERS):
        return str(value)
    text = scalar_text(value)
    if text is not None:
        return text
    return json.dumps(value, default=shown, sort_keys=True, ensure_ascii=False)


def detail_of(value: Any) -> str:
    """Why a marker is not seen."""
    return f"{value.symbol} is known only once deployed" if isinstance(value, Identity) else str(value.detail)


def hole(value: Any) -> Hole:
    """What a marker leaves open inside a string; only of a known type is Ref known to be a name and no address."""
    if isinstance(value, Identity):
        kind, (_, _, attribute) = KINDS.get(value.type), value.symbol.partition(".")
        name = attribute.endswith(("Id", "Name")) if attribute else kind is not None and kind.ref in ("{id}", "{name}")
        return Hole(value.symbol, "name" if name else "any")
    symbol = value.symbol or value.detail
    return Hole(symbol, "name" if symbol.endswith(_PSEUDO_NAMES) and " " not in symbol else "any")


def concat(values: Iterable[Any]) -> Any:
    """The string of values one after the other: str, or `Text`, or the only marker itself.

    A value that is no scalar (a list where a string belongs) leaves a hole that names it.
    """
    sources: list[Any] = []
    pieces: list[str | Hole] = []
    for value in values:
        literal = scalar_text(value)
        if literal is not None:
            pieces.append(literal)
            continue
        marker = value if isinstance(value, MARKERS) else wrong(f"{shown(value)[:80]} is no string")
        sources.append(marker)
        pieces.extend(marker.parts if isinstance(marker, Text) else (hole(marker),))
    if sum(len(piece) if isinstance(piece, str) else 1 for piece in pieces) > LONGEST_TEXT:
        return wrong("the text is longer than 1 MB")
    parts = _merged(pieces)
    if not sources:
        return dynamic("".join(str(part) for part in parts))
    return sources[0] if len(parts) == 1 else dynamic(text_of(parts, sources))


def text_of(parts: Sequence[str | Hole], sources: Sequence[Any]) -> Text:
    """`Text` with the reason of its first source and the details of all (three at most)."""
    details = dict.fromkeys(detail_of(source) for source in sources)
    reason = next((source.reason for source in sources if not isinstance(source, Identity)), Reason.UNRESOLVED)
    return Text(tuple(parts), reason, "; ".join(list(details)[:3]))


def dynamic(value: str | Text) -> Any:
    """Dynamic references of a string: `ssm` is hidden, a reference to a secret store is a literal.

    The holes inside a reference to a secret store (the secret's own identity) are written as ⟨symbol⟩, so
    that the string is known for what it is.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
    """
    whole = str(value)
    if "{{resolve:" not in whole:
        return value
    values: list[Any] = []
    end = 0
    for match in _DYNAMIC.finditer(whole):
        values.extend((_between(value, end, match.start()), _reference(match)))
        end = match.end()
    if not values:
        return value
    values.append(_between(value, end, len(whole)))
    hidden = [item for item in values if isinstance(item, Hidden)]
    pieces = [item for part in values for item in (part if isinstance(part, tuple) else (part,))]
    parts = _merged(hole(piece) if isinstance(piece, Hidden) else piece for piece in pieces)
    if len(parts) <= 1 and not any(isinstance(part, Hole) for part in parts):
        return "".join(str(part) for part in parts)
    if len(parts) == 1:
        return hidden[0] if hidden else value
    return text_of(parts, [*hidden, *([value] if isinstance(value, Text) else [])])


def could_equal(text: Text, literal: str) -> bool:
    """Whether some filling of the holes gives the literal (holes taken as any text)."""
    pieces = [part if isinstance(part, str) else None for part in text.parts]
    position, last = 0, len(pieces) - 1
    for index, piece in enumerate(pieces):
        if piece is None:
            continue
        if index == last:
            start = len(literal) - len(piece)
            return start >= position and literal.endswith(piece) and (index > 0 or start == 0)
        found = literal.find(piece, position)
        if found < 0 or (index == 0 and found > 0):
            return False
        position = found + len(piece)
    return True


def _reference(match: re.Match[str]) -> str | Hidden:
    return unseen(match[0], match[0]) if match[1] == "ssm" else match[0]


def _between(value: str | Text, start: int, end: int) -> tuple[str | Hole, ...]:
    """The pieces of a string between two positions of its shown form."""
    if isinstance(value, str):
        return (value[start:end],)
    pieces: list[str | Hole] = []
    position = 0
    for part in value.parts:
        size = len(part) if isinstance(part, str) else len(part.symbol) + 2
        low, high = max(start - position, 0), min(end - position, size)
        if low < high:
            pieces.append(part[low:high] if isinstance(part, str) else part)
        position += size
    return tuple(pieces)


def _merged(pieces: Iterable[str | Hole]) -> list[str | Hole]:
    """The pieces with neighbouring literals as one, and no empty one."""
    merged: list[str | Hole] = []
    for literal, group in groupby(pieces, key=lambda piece: isinstance(piece, str)):
        if not literal:
            merged.extend(group)
        elif joined := "".join(str(piece) for piece in group):
            merged.append(joined)
    return merged


def _shortened(symbol: str) -> str:
    return f"{symbol[:200]}…{hashlib.sha256(symbol.encode()).hexdigest()[:12]}"
