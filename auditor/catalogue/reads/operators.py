"""What OPA's built-in functions do to values that can grow, and when two values may be compared.

A function of stable values is stable. A function that takes only strings or numbers (anything else is an
error in OPA) may be given a value that was not seen to be one. All others may not be given what grows.
https://www.openpolicyagent.org/docs/policy-reference#built-in-functions
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.catalogue.reads.values import (
    Entries,
    Identity,
    Key,
    Kind,
    Known,
    Node,
    Root,
    Table,
    Value,
    Values,
    Whole,
    Word,
    Written,
)

COMPARISONS = frozenset({"equal", "eq", "neq", "lt", "lte", "gt", "gte"})
IS_SCALAR: Mapping[str, Kind] = {
    "is_string": "text",
    "is_number": "scalar",
    "is_boolean": "scalar",
    "is_null": "scalar",
}
_TYPE_CHECKS = frozenset({*IS_SCALAR, "is_array", "is_object", "is_set", "type_name"})

# Take strings only; what they give.
_OF_TEXT: Mapping[str, Known] = (
    dict.fromkeys(
        ("base64.decode", "base64.encode", "base64url.decode", "base64url.encode", "concat", "crypto.md5"),
        Known("text"),
    )
    | dict.fromkeys(("crypto.sha1", "crypto.sha256", "glob.quote_meta", "hex.decode", "hex.encode"), Known("text"))
    | dict.fromkeys(("lower", "regex.replace", "replace", "strings.reverse", "trim", "trim_left"), Known("text"))
    | dict.fromkeys(("trim_prefix", "trim_right", "trim_space", "trim_suffix", "upper"), Known("text"))
    | dict.fromkeys(("urlquery.decode", "urlquery.encode", "substring"), Known("text"))
    | dict.fromkeys(("base64.is_valid", "contains", "endswith", "glob.match", "json.is_valid"), Known("scalar"))
    | dict.fromkeys(("indexof", "net.cidr_contains", "net.cidr_intersects", "net.cidr_is_valid"), Known("scalar"))
    | dict.fromkeys(("regex.is_valid", "regex.match", "semver.compare", "semver.is_valid"), Known("scalar"))
    | dict.fromkeys(("startswith", "strings.count", "time.parse_duration_ns"), Known("scalar"))
    | dict.fromkeys(("time.parse_ns", "time.parse_rfc3339_ns", "units.parse", "units.parse_bytes"), Known("scalar"))
    | dict.fromkeys(("regex.find_n", "regex.split", "split", "strings.split_n"), Known("any", items="text"))
    | dict.fromkeys(("json.unmarshal", "regex.find_all_string_submatch_n", "uri.parse"), Known("any"))
)
# Take numbers only (`to_number` a string, number, boolean or null).
_OF_NUMBERS: Mapping[str, Known] = (
    dict.fromkeys(
        ("abs", "bits.and", "bits.negate", "bits.or", "ceil", "div", "floor", "minus", "mul"), Known("scalar")
    )
    | dict.fromkeys(("plus", "rem", "round", "time.add_date", "to_number"), Known("scalar"))
    | {"format_int": Known("text"), "numbers.range": Known("any", items="scalar")}
)
# The second operand is a list, which must be written out.
_TAKES_LIST = frozenset({"concat", "glob.match"})
# An identity held against a constant by one of these is read, although it may be a symbol.
PREDICATES = frozenset({"contains", "endswith", "glob.match", "regex.match", "startswith"})

GIVES_SCALAR = frozenset({"all", "any", "count", "product", "sprintf", "sum"})
# Undefined for an empty list.
PARTIAL = frozenset({"max", "min"})
_AGGREGATES = frozenset({"all", "any", "count", "max", "min", "product", "sort", "sum"})


def is_stable(value: Value, guards: Mapping[Node | Key, Kind]) -> bool:
    if isinstance(value, Written):
        return all(is_stable(part, guards) for pair in value.items for side in pair for part in side)
    return isinstance(value, Known | Identity) or is_scalar(value, guards)


def is_scalar(value: Value, guards: Mapping[Node | Key, Kind]) -> bool:
    if isinstance(value, Known):
        return value.kind != "any"
    return isinstance(value, Identity) or (isinstance(value, Node | Key) and value in guards) or is_text(value, guards)


def is_text(value: Value, guards: Mapping[Node | Key, Kind]) -> bool:
    if isinstance(value, Known):
        return value.kind == "text"
    if isinstance(value, Key) and value.is_text:
        return True
    return isinstance(value, Identity) or (isinstance(value, Node | Key) and guards.get(value) == "text")


def result(name: str, args: Sequence[Values], guards: Mapping[Node | Key, Kind]) -> Known | str:
    """What a built-in function gives; a text says why it cannot be followed."""
    known = _OF_TEXT.get(name) or _OF_NUMBERS.get(name)
    if name in _TYPE_CHECKS:
        return Known("text" if name == "type_name" else "scalar")
    alternatives = [value for values in args for value in values]
    growing = [value for value in alternatives if not is_stable(value, guards)]
    if name == "sprintf":
        return Known("text") if not growing else _UNGUARDED.format(what=f"a value in {name}")
    if not growing:
        return known or Known("any")
    if name in _AGGREGATES:
        return f"{name} of what can grow: ask a fact, or ask for one element"
    if name == "minus" and any(isinstance(value, Entries | Written) for value in growing):
        return "set difference: what is not seen is not subtracted; ask a fact"
    if known is None:
        return f"{name} of what can grow cannot be followed"
    if name in _TAKES_LIST:
        alternatives = [part for values in (args[0], _elements(args[1]), *args[2:]) for part in values]
    parts = [value for value in alternatives if not is_stable(value, guards)]
    if name in _OF_NUMBERS and any(isinstance(part, Key) for part in parts):
        return INDEX
    if all(isinstance(part, Node | Key) for part in parts) and not (name in _TAKES_LIST and _grows(args[1])):
        return known
    return f"{name} of what can grow cannot be followed"


INDEX = "a list index means another element when more is seen: use it in the denial's path only"
_UNGUARDED = "{what} may be a list or an object, which grow when more is seen: say is_string(...) or the like before"


def _elements(values: Values) -> Values:
    return tuple(
        part
        for value in values
        for part in ([v for _, side in value.items for v in side] if isinstance(value, Written) else [value])
    )


def _grows(values: Values) -> bool:
    return any(isinstance(value, Node | Entries | Key) for value in values)


def incomparable(name: str, left: Value, right: Value, guards: Mapping[Node | Key, Kind]) -> str | None:
    """Why the outcome of a comparison could change back when more is seen; None if it cannot."""
    if left == right or (is_stable(left, guards) and is_stable(right, guards)):
        return None
    for value, other in ((left, right), (right, left)):
        if isinstance(value, Whole):
            return "whole resources are compared: compare their ids"
        if isinstance(value, Entries | Table | Root | Word):
            return "comparison with a set or list that can grow"
        if isinstance(value, Key):
            same = isinstance(other, Key) and other.container == value.container
            return None if same or is_text(value, guards) or is_text(other, guards) else INDEX
    if isinstance(left, Written) and isinstance(right, Written):
        return _incomparable_parts(name, left, right, guards)
    if is_scalar(left, guards) or is_scalar(right, guards):
        return None
    if isinstance(left, Node) and isinstance(right, Node):
        return _UNGUARDED.format(what="each of the two values compared")
    return "comparison with a composite value, which can grow"


def _incomparable_parts(name: str, left: Written, right: Written, guards: Mapping[Node | Key, Kind]) -> str | None:
    if name not in ("equal", "eq") or left.kind != "array" or right.kind != "array":
        return "comparison with a composite value, which can grow"
    if len(left.items) != len(right.items):
        return None
    for (_, lefts), (_, rights) in zip(left.items, right.items, strict=True):
        for a in lefts:
            for b in rights:
                if (fault := incomparable(name, a, b, guards)) is not None:
                    return fault
    return None
