"""The event pattern language of EventBridge run on an event, in three values: what is not seen is U.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
Fields are ANDed, the elements of a leaf are ORed, and fields that are not named are free.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping, Sequence

from auditor.facts.iam.logic import F, Truth, U, every, some, truth
from auditor.facts.values import first_hidden
from auditor.model import HIDDEN, Json

_OPERATORS = frozenset(
    ("prefix", "suffix", "equals-ignore-case", "wildcard", "numeric", "cidr", "exists", "anything-but")
)
_BUT = frozenset(("prefix", "suffix", "equals-ignore-case", "wildcard"))
_ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda value, limit: value == limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
}
_ABSENT = object()


class Malformed(ValueError):
    """The value is no event pattern; EventBridge would refuse it."""


def parse(value: Json) -> Mapping[str, Json]:
    """The pattern as an object, from an object or its JSON text, every operator checked. Malformed."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise Malformed(f"the pattern is no JSON: {error}") from error
    if not isinstance(value, Mapping):
        raise Malformed("a pattern is an object")
    _check(value, "")
    return value


def matches(pattern: Mapping[str, Json], event: Json) -> Truth:
    """Whether a pattern that `parse` has checked takes an event. Both may hold `Hidden` values."""
    members = event if isinstance(event, Mapping) else {}
    if isinstance(event, HIDDEN):
        return U
    results = []
    for key, below in pattern.items():
        value = members.get(key, _ABSENT)
        if _is_or(key, below):
            results.append(some(matches(each, event) for each in below))
        elif isinstance(below, Mapping):
            results.append(_below(below, value))
        else:
            results.append(_leaf(below, value))
    return every(results)


def _below(pattern: Mapping[str, Json], value: Json) -> Truth:
    if isinstance(value, list | tuple):  # all conditions on one element
        return some(matches(pattern, each) for each in value if isinstance(each, (Mapping, *HIDDEN)))
    return matches(pattern, value)


def _is_or(key: str, value: Json) -> bool:
    """`$or` with an operator's name in one of its objects is an ordinary field."""
    if key != "$or" or not isinstance(value, list | tuple) or len(value) < 2:
        return False
    return all(isinstance(each, Mapping) and not _OPERATORS & each.keys() for each in value)


def _leaf(elements: Json, value: Json) -> Truth:
    if isinstance(elements, HIDDEN) or isinstance(value, HIDDEN):
        return U
    values = list(_scalars(value))
    return some(_element(each, values, value) for each in elements)


def _scalars(value: Json) -> Sequence[Json]:
    """The values of a leaf: those of a list; none where there is an object, which is no leaf."""
    if isinstance(value, list | tuple):
        return [found for each in value for found in _scalars(each)]
    return [] if value is _ABSENT or isinstance(value, Mapping) else [value]


def _element(element: Json, values: Sequence[Json], whole: Json) -> Truth:
    if isinstance(element, HIDDEN):
        return U
    if isinstance(element, Mapping) and "exists" in element:
        wanted = element["exists"]
        if isinstance(wanted, HIDDEN) or whole in ([], ()):
            return U
        return truth(bool(values) == wanted)
    return some(U if isinstance(each, HIDDEN) else _scalar(element, each) for each in values)


def _scalar(element: Json, value: Json) -> Truth:
    if not isinstance(element, Mapping):
        return truth(_same(element, value))
    ((operator, operand),) = element.items()
    if first_hidden(operand):
        return U
    if operator == "anything-but":
        return _anything_but(operand, value)
    if operator == "numeric":
        pairs = zip(operand[::2], operand[1::2], strict=True)
        return truth(_is_number(value) and all(_ORDERS[order](value, limit) for order, limit in pairs))
    if not isinstance(value, str):
        return F
    return truth(_is_in(operand, value) if operator == "cidr" else _text(operator, operand, value))


def _anything_but(operand: Json, value: Json) -> Truth:
    if not isinstance(operand, Mapping):
        listed = operand if isinstance(operand, list | tuple) else [operand]
        return truth(not any(_same(each, value) for each in listed))
    ((operator, texts),) = operand.items()
    if not isinstance(value, str):
        return U
    return truth(not any(_text(operator, each, value) for each in ([texts] if isinstance(texts, str) else texts)))


def _text(operator: str, operand: Json, value: str) -> bool:
    if isinstance(operand, Mapping):
        operand, value = operand["equals-ignore-case"].lower(), value.lower()
    if operator == "prefix":
        return value.startswith(operand)
    if operator == "suffix":
        return value.endswith(operand)
    if operator == "equals-ignore-case":
        return bool(value.lower() == operand.lower())
    return re.fullmatch(_wildcard(operand), value, re.DOTALL) is not None


def _wildcard(text: str) -> str:
    """A star is any run; a backslash makes a star or a backslash mean itself. Malformed."""
    made, at = "", 0
    while at < len(text):
        if text[at] == "\\":
            if text[at + 1 : at + 2] not in ("*", "\\"):
                raise Malformed(f"a backslash before neither * nor \\ in {text!r}")
            made, at = made + re.escape(text[at + 1]), at + 2
        else:
            if text[at : at + 2] == "**":
                raise Malformed(f"two stars in a row in {text!r}")
            made, at = made + (".*" if text[at] == "*" else re.escape(text[at])), at + 1
    return made


def _is_in(network: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _same(literal: Json, value: Json) -> bool:
    if _is_number(literal):
        return _is_number(value) and bool(literal == value)
    return type(literal) is type(value) and bool(literal == value)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check(pattern: Mapping[str, Json], path: str) -> None:
    if not pattern:
        raise Malformed(f"nothing is compared at {path or 'the top'}")
    for key, value in pattern.items():
        place = f"{path}.{key}" if path else str(key)
        if isinstance(value, HIDDEN):
            continue
        if _is_or(key, value):
            for each in value:
                _check(each, place)
        elif isinstance(value, Mapping):
            _check(value, place)
        elif isinstance(value, list | tuple) and value:
            for each in value:
                _check_element(each, place)
        else:
            raise Malformed(f"{place} is no list with an element")


def _check_element(element: Json, place: str) -> None:
    if element is None or isinstance(element, (str, bool, int, float, *HIDDEN)):
        return
    if not isinstance(element, Mapping) or len(element) != 1 or not element.keys() <= _OPERATORS:
        raise Malformed(f"{place} is compared by no operator of EventBridge")
    ((operator, operand),) = element.items()
    if not first_hidden(operand) and not _fits(operator, operand):
        raise Malformed(f"{operator} at {place} has a value of a wrong kind")


def _fits(operator: str, operand: Json) -> bool:
    if operator == "exists":
        return isinstance(operand, bool)
    if operator == "numeric":
        return _is_range(operand)
    if operator == "cidr":
        return isinstance(operand, str) and _is_network(operand)
    if operator == "anything-but":
        return _fits_but(operand)
    if operator in ("prefix", "suffix") and isinstance(operand, Mapping):
        return operand.keys() == {"equals-ignore-case"} and isinstance(operand["equals-ignore-case"], str)
    return isinstance(operand, str) and (operator != "wildcard" or bool(_wildcard(operand)) or not operand)


def _is_range(operand: Json) -> bool:
    if not isinstance(operand, list | tuple) or len(operand) not in (2, 4):
        return False
    if not all(isinstance(order, str) and order in _ORDERS for order in operand[::2]):
        return False
    return all(_is_number(limit) for limit in operand[1::2])


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" in text


def _fits_but(operand: Json) -> bool:
    if isinstance(operand, Mapping):
        if len(operand) != 1 or not operand.keys() <= _BUT:
            return False
        ((operator, texts),) = operand.items()
        listed = [texts] if isinstance(texts, str) else texts
        return (
            isinstance(listed, list | tuple)
            and bool(listed)
            and all(isinstance(each, str) and _fits(operator, each) for each in listed)
        )
    listed = operand if isinstance(operand, list | tuple) else [operand]
    return bool(listed) and (all(isinstance(each, str) for each in listed) or all(map(_is_number, listed)))
