"""Condition operators: whether a request's values satisfy one key of one operator, in three values.

IAM User Guide, reference_policies_elements_condition_operators and
reference_policies_condition-single-vs-multi-valued-context-keys. What those pages leave open is U.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import ipaddress
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from auditor.data.condition_keys import find
from auditor.facts.iam.document import Condition
from auditor.facts.iam.globs import encoded, equals, is_in_segments, matches, segment_matches
from auditor.facts.iam.logic import F, T, Truth, U, every, some, truth
from auditor.facts.iam.text import Item, expand, has_variable
from auditor.model import Hidden, Text

# A request's context: a key that is absent is not in it, a key whose value is not known is None.
Values = tuple[str | Text, ...]
Context = Mapping[str, Values | None]
Test = Callable[[str | Text, str | Text], Truth]  # the policy's value, the request's value


def holds(condition: Condition, context: Context, variables: bool) -> Truth:
    """Whether the condition holds. `variables`: `${...}` in its values stands for a key of the context."""
    operator, negated = _POSITIVE.get(condition.operator, (condition.operator, False))
    if condition.key in context and context[condition.key] is None:
        return U
    values = context.get(condition.key)
    if condition.operator == "Null":
        return _null(condition, values)
    test = _TESTS.get(operator)
    if test is None:
        return U
    if not values:
        return _absent(condition, negated)
    each = [_any(condition, value, test, negated, context, variables) for value in values]
    row = find(condition.key)
    if condition.quantifier == "ForAllValues":
        return every(each)
    if condition.quantifier == "ForAnyValue":
        return some(each)
    if len(each) == 1 and not (row and row.many):
        return each[0]
    # a plain operator on several values: no match at all, or a match of any
    return each[0] if all(one is each[0] for one in each) and each[0] is truth(negated) else U


def is_known(operator: str) -> bool:
    """Whether AWS documents a bare operator (`StringLike`, without prefix and IfExists)."""
    return operator in _TESTS or operator in _POSITIVE or operator == "Null"


def _absent(condition: Condition, negated: bool) -> Truth:
    if condition.quantifier == "ForAllValues":
        return T
    if condition.quantifier == "ForAnyValue":
        return U if condition.if_exists else F
    return T if condition.if_exists or negated else F


def _null(condition: Condition, values: Values | None) -> Truth:
    wanted = [equals(value, "true", fold=True) for value in condition.values]
    present = [equals(value, "false", fold=True) for value in condition.values]
    return some(present if values else wanted)


def _any(
    condition: Condition, value: str | Text, test: Test, negated: bool, context: Context, variables: bool
) -> Truth:
    """One value of the request against all values of the policy; negated: none of them matches."""
    found = some(_one(listed, value, test, negated, context, variables) for listed in condition.values)
    return ~found if negated else found


def _one(listed: Item, value: str | Text, test: Test, negated: bool, context: Context, variables: bool) -> Truth:
    if isinstance(listed, Hidden):
        return U
    if not variables or not has_variable(listed):
        return test(listed, value)
    if test not in _WITH_VARIABLES:
        return U

    unseen = False

    def lookup(key: str) -> str | None:
        nonlocal unseen
        found = context.get(key, ())
        if found is None or (found and (len(found) != 1 or not isinstance(found[0], str))):
            unseen = True
            return ""
        return str(found[0]) if found else None

    expanded = expand(listed, lookup)
    if unseen:
        return U
    if expanded is None or isinstance(expanded, Hidden):  # a variable without value matches nothing
        return U if negated else F
    return test(expanded, value)


def _string_equals(listed: str | Text, value: str | Text) -> Truth:
    return equals(listed, value)


def _string_equals_folded(listed: str | Text, value: str | Text) -> Truth:
    return equals(listed, value, fold=True)


def _string_like(listed: str | Text, value: str | Text) -> Truth:
    return matches(listed, value)


def _arn_like(listed: str | Text, value: str | Text) -> Truth:
    """Six segments, each a glob of its own; the sixth holds the rest."""
    pattern, text = encoded([listed, value])
    patterns, texts = pattern.split(":", 5), text.split(":", 5)
    if len(texts) < 6:
        return F if isinstance(value, str) else U
    if len(patterns) < 6:
        return U
    result = every(segment_matches(left, right) for left, right in zip(patterns, texts, strict=True))
    return result if result is T or is_in_segments(pattern + text) else matches(listed, value) and U


def _number(listed: str | Text, value: str | Text, compare: Callable[[Decimal, Decimal], bool]) -> Truth:
    try:
        return truth(compare(Decimal(str(value)), Decimal(str(listed))))
    except InvalidOperation:
        return U


def _instant(text: str) -> datetime.datetime | None:
    """ISO 8601, or seconds since 1970."""
    try:
        if text.lstrip("-").isdigit():
            return datetime.datetime.fromtimestamp(int(text), datetime.UTC)
        found = datetime.datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def _date(listed: str | Text, value: str | Text, compare: Callable[[Decimal, Decimal], bool]) -> Truth:
    left, right = _instant(str(value)), _instant(str(listed))
    if left is None or right is None:
        return U
    return truth(compare(Decimal(left.timestamp()), Decimal(right.timestamp())))


def _bool(listed: str | Text, value: str | Text) -> Truth:
    if isinstance(listed, str) and listed.lower() not in ("true", "false"):
        return U
    return equals(listed, value, fold=True)


def _binary(listed: str | Text, value: str | Text) -> Truth:
    try:
        return truth(base64.b64decode(str(listed), validate=True) == base64.b64decode(str(value), validate=True))
    except binascii.Error:
        return U


def _address(listed: str | Text, value: str | Text) -> Truth:
    try:
        network = ipaddress.ip_network(str(listed), strict=False)
        address = ipaddress.ip_address(str(value))
    except ValueError:
        return U
    if network.version == address.version and address in network:
        return T
    # the page calls a bare IPv6 address a /32, which is hardly meant
    return U if network.version == 6 == address.version and "/" not in str(listed) else F


_COMPARISONS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "Equals": lambda value, listed: value == listed,
    "LessThan": lambda value, listed: value < listed,
    "LessThanEquals": lambda value, listed: value <= listed,
    "GreaterThan": lambda value, listed: value > listed,
    "GreaterThanEquals": lambda value, listed: value >= listed,
}


def _compared(
    test: Callable[[str | Text, str | Text, Callable[[Decimal, Decimal], bool]], Truth],
    compare: Callable[[Decimal, Decimal], bool],
) -> Test:
    return lambda listed, value: test(listed, value, compare)


_TESTS: Mapping[str, Test] = {
    "StringEquals": _string_equals,
    "StringEqualsIgnoreCase": _string_equals_folded,
    "StringLike": _string_like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": _bool,
    "BinaryEquals": _binary,
    "IpAddress": _address,
    **{"Numeric" + name: _compared(_number, compare) for name, compare in _COMPARISONS.items()},
    **{"Date" + name: _compared(_date, compare) for name, compare in _COMPARISONS.items()},
}
_WITH_VARIABLES: frozenset[Test] = frozenset((_string_equals, _string_equals_folded, _string_like, _arn_like))
_POSITIVE: Mapping[str, tuple[str, bool]] = {
    "StringNotEquals": ("StringEquals", True),
    "StringNotEqualsIgnoreCase": ("StringEqualsIgnoreCase", True),
    "StringNotLike": ("StringLike", True),
    "ArnNotEquals": ("ArnEquals", True),
    "ArnNotLike": ("ArnLike", True),
    "NumericNotEquals": ("NumericEquals", True),
    "DateNotEquals": ("DateEquals", True),
    "NotIpAddress": ("IpAddress", True),
}
