"""What CloudFormation's functions make of values that are resolved already, hidden ones included.

Each takes resolved arguments and gives a value, a marker, or `wrong(...)` for what CloudFormation refuses.
`where` is the prefix of symbols in a nested stack ("Stack/" or ""). None of them raises.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from auditor.model import Hidden, Hole, Text
from auditor.sources.template.nodes import Identity, Node
from auditor.sources.template.texts import (
    MARKERS,
    NO_VALUE,
    concat,
    detail_of,
    is_literal,
    is_wrong,
    markers,
    scalar_text,
    shown,
    unseen,
    wrong,
)

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_MOST_BLOCKS = 256  # of Fn::Cidr


def hidden_by(function: str, arguments: Any, where: str) -> Hidden:
    """The unseen result of a function whose arguments are hidden in part: an error in them stays one."""
    causes = list(markers(arguments))
    for cause in causes:
        if isinstance(cause, Hidden) and is_wrong(cause):
            return cause
    detail = "; ".join(list(dict.fromkeys(detail_of(cause) for cause in causes))[:3])
    return unseen(detail or f"{function} is not known", f"{where}{function} {shown(arguments)}")


def apply(name: str, argument: Any, where: str) -> Any:
    """The result of a function that needs nothing but its resolved argument; what is not known is hidden."""
    first, second, third, *_ = [*(argument if isinstance(argument, list) else [argument]), None, None, None]
    match name:
        case "Fn::Join":
            return join(first, second, where)
        case "Fn::Select":
            return select(first, second, where)
        case "Fn::Split":
            return split(first, second, where)
        case "Fn::Base64":
            return base64_of(argument, where)
        case "Fn::Cidr":
            return cidr(first, second, third, where)
        case "Fn::Length":
            return length(argument, where)
        case "Fn::ToJsonString":
            return to_json(argument)
        case "Fn::ImportValue":
            return unseen(f'Fn::ImportValue "{shown(argument)}"', f"{where}{name} {shown(argument)}")
        case "Fn::GetAZs":
            return unseen(
                f"Fn::GetAZs of {shown(argument) if argument else 'the region'}", f"{where}{name} {shown(argument)}"
            )
        case "Fn::Transform":
            macro = argument.get("Name") if isinstance(argument, dict) else argument
            return unseen(f"Fn::Transform {shown(macro)} is not expanded", f"{where}{name} {shown(argument)}")
        case _:
            known = name.startswith("Fn::ForEach")
            detail = f"{name} is not expanded" if known else f"unknown intrinsic {name}"
            return unseen(detail, f"{where}{name} {shown(argument)}")


def join(delimiter: Any, items: Any, where: str) -> Any:
    """Fn::Join. A hidden list is hidden text; a list among the items counts as its elements."""
    if isinstance(items, MARKERS) or isinstance(delimiter, MARKERS):
        return hidden_by("Fn::Join", [delimiter, items], where)
    separator = scalar_text(delimiter)
    if separator is None or not isinstance(items, list):
        return wrong("Fn::Join takes a delimiter and a list")
    pairs = enumerate(flat(items))
    return concat(piece for index, item in pairs for piece in ((separator, item) if index else (item,)))


def flat(items: Sequence[Any]) -> list[Any]:
    """The items, and those of lists among them."""
    return [element for item in items for element in (item if isinstance(item, list) else (item,))]


def variables(template: str) -> Iterator[tuple[str, str | None]]:
    """The pieces of a Fn::Sub string: (literal, None) or ("", name of a variable). `${!X}` is the literal `${X}`."""
    end = 0
    for match in _VARIABLE.finditer(template):
        if match.start() > end:
            yield template[end : match.start()], None
        name = match[1].strip()
        if name.startswith("!"):
            yield "${" + name[1:] + "}", None
        else:
            yield "", name
        end = match.end()
    if end < len(template):
        yield template[end:], None


def substitute(argument: Node, value: Callable[[Node], Any], named: Callable[[str], Any], where: str) -> Any:
    """Fn::Sub; `value` resolves a node, `named` a name that its own mapping does not hold."""
    template, own, *more = [*(argument if isinstance(argument, list) else [argument]), {}, None][:3]
    template = str(template) if isinstance(template, str) else value(template)
    if isinstance(template, MARKERS):
        return hidden_by("Fn::Sub", [template, value(own)], where)
    if isinstance(template, dict) and len(template) == 1:  # of another program, such as Rain::Embed
        return wrong(f"Fn::Sub takes a string, not {next(iter(template))}")
    if not isinstance(template, str) or not isinstance(own, dict) or any(more):
        return wrong("Fn::Sub takes a string and a mapping")
    pieces = (
        literal if name is None else value(own[name]) if name in own else named(name)
        for literal, name in variables(template)
    )
    return concat("" if piece is NO_VALUE else piece for piece in pieces)


def attribute_of(argument: Node, value: Callable[[Node], Any], where: str) -> tuple[str, str] | Hidden:
    """The resource and the attribute that Fn::GetAtt names, in one string or in a list."""
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    if not isinstance(parts, list) or len(parts) < 2:
        return wrong("Fn::GetAtt takes a resource and an attribute")
    names = [value(part) for part in parts]
    if not is_literal(names):
        return hidden_by("Fn::GetAtt", names, where)
    logical, *attribute = (str(scalar_text(name)) for name in names)
    return logical, ".".join(attribute)


def select(index: Any, items: Any, where: str) -> Any:
    """Fn::Select. An unseen index gives the element where all are equal."""
    if isinstance(items, MARKERS):
        return hidden_by("Fn::Select", [index, items], where)
    if not isinstance(items, list):
        return wrong("Fn::Select takes an index and a list")
    if isinstance(index, MARKERS):
        same = items and is_literal(items) and all(item == items[0] for item in items)
        return items[0] if same else hidden_by("Fn::Select", [index, items], where)
    text = scalar_text(index) or ""
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) >= len(items):
        return wrong(f"Fn::Select has no element {shown(index)[:40]} in a list of {len(items)}")
    return items[int(text)]


def split(delimiter: Any, source: Any, where: str) -> Any:
    """Fn::Split. A text with holes is split where no hole can hold the delimiter (names hold no ":")."""
    separator = scalar_text(delimiter)
    if isinstance(delimiter, MARKERS):
        return hidden_by("Fn::Split", [delimiter, source], where)
    if not separator:
        return wrong("Fn::Split takes a delimiter and a string")
    if isinstance(source, Text):
        if separator in ":*?" and all(isinstance(part, str) or part.kind == "name" for part in source.parts):
            return pieces_of(source, separator)
        return hidden_by("Fn::Split", [delimiter, source], where)
    if isinstance(source, MARKERS):
        return hidden_by("Fn::Split", [delimiter, source], where)
    text = scalar_text(source)
    return wrong("Fn::Split takes a delimiter and a string") if text is None else text.split(separator)


def pieces_of(source: Text, separator: str) -> list[Any]:
    """A text cut at each separator in its literal parts."""
    pieces: list[list[str | Hole]] = [[]]
    for part in source.parts:
        if isinstance(part, Hole):
            pieces[-1].append(part)
            continue
        first, *others = part.split(separator)
        pieces[-1].append(first)
        pieces.extend([other] for other in others)
    return [_text(piece, source) for piece in pieces]


def _text(parts: Sequence[str | Hole], source: Text) -> Any:
    kept = tuple(part for part in parts if part != "")
    if any(isinstance(part, Hole) for part in kept):
        return Text(kept, source.reason, source.detail)
    return "".join(str(part) for part in kept)


def base64_of(value: Any, where: str) -> Any:
    """Fn::Base64 of a literal. The `Text` of a string seen in part stays as it is, not encoded."""
    if isinstance(value, Text):
        return value
    if isinstance(value, MARKERS):
        return hidden_by("Fn::Base64", value, where)
    text = scalar_text(value)
    return wrong("Fn::Base64 takes a string") if text is None else base64.b64encode(text.encode()).decode()


def cidr(block: Any, count: Any, bits: Any, where: str) -> Any:
    """Fn::Cidr: `count` blocks with `bits` host bits each, from the start of `block`."""
    if not is_literal([block, count, bits]):
        return hidden_by("Fn::Cidr", [block, count, bits], where)
    try:
        network = ipaddress.ip_network(str(block), strict=False)
        number, size = int(str(count)), int(str(bits))
    except ValueError:
        return wrong(f"Fn::Cidr cannot cut {shown(block)[:60]}")
    if not (1 <= number <= _MOST_BLOCKS and 0 <= size <= network.max_prefixlen - network.prefixlen):
        return wrong(f"Fn::Cidr cannot cut {number} blocks from {network}")
    if number << size > network.num_addresses:
        return wrong(f"Fn::Cidr cannot cut {number} blocks from {network}")
    make = ipaddress.IPv4Address if network.version == 4 else ipaddress.IPv6Address
    first = int(network.network_address)
    return [f"{make(first + (index << size))}/{network.max_prefixlen - size}" for index in range(number)]


def length(value: Any, where: str) -> Any:
    """Fn::Length of a list, whose elements may be hidden."""
    if isinstance(value, MARKERS):
        return hidden_by("Fn::Length", value, where)
    return len(value) if isinstance(value, list) else wrong("Fn::Length takes a list")


def to_json(value: Any) -> Any:
    """Fn::ToJsonString: JSON text; what is hidden leaves a hole, inside its quotes where it is part of a string."""
    if not isinstance(value, dict | list):
        return wrong("Fn::ToJsonString takes an object or a list")
    return concat(_json(value))


def _json(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield "{"
        for index, (key, item) in enumerate(value.items()):
            yield f"{',' if index else ''}{json.dumps(key, ensure_ascii=False)}:"
            yield from _json(item)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for index, item in enumerate(value):
            if index:
                yield ","
            yield from _json(item)
        yield "]"
    elif isinstance(value, Text):
        escaped = (
            json.dumps(part, ensure_ascii=False)[1:-1] if isinstance(part, str) else part for part in value.parts
        )
        yield from ('"', Text(tuple(escaped), value.reason, value.detail), '"')
    elif isinstance(value, Identity):
        yield from ('"', value, '"')
    elif isinstance(value, Hidden):
        yield value
    else:
        yield json.dumps(value, ensure_ascii=False)
