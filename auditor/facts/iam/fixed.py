"""Whether a condition of a statement for everyone fixes who may call: T, F or U, and why not.

Strict, as S3 means it: no wildcard and no policy variable in any value (S3 User Guide,
access-control-block-public-access, "The meaning of public"). Else a wildcard is harmless where the account of the ARN,
the organisation or the address range is fixed.

A condition fixes the caller if its operator is positive, its key is one that strangers lack or cannot choose, all its
values are fixed, and it does not let a request without the key pass (IfExists, ForAllValues) that a stranger can make.
"""

from __future__ import annotations

import re

import msgspec

from auditor.data.condition_keys import Key, find
from auditor.facts.iam.address import WIDEST, are_too_many, is_internal, network
from auditor.facts.iam.document import Condition
from auditor.facts.iam.logic import F, T, Truth, U, every
from auditor.facts.iam.text import Item, shaped
from auditor.model import Hidden

_TEXT = frozenset(("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"))
_LITERAL = frozenset(("StringEquals", "StringEqualsIgnoreCase"))
_UNSEEN, _VARIES = "\0", "\1"  # stand for a hole that may hold a wildcard, and for a policy variable
_WILD = re.compile(f"[*?{_VARIES}]")
_VARIABLE = re.compile(r"\$\{[^{}]*\}")


class Demand(msgspec.Struct, frozen=True):
    """How a target's policies are read. `anonymous`: it takes unsigned requests. `variables`: `${...}` varies."""

    strict: bool
    anonymous: Truth
    variables: bool


def fixes(condition: Condition, demand: Demand) -> tuple[Truth, str]:
    """Whether this condition alone keeps every stranger out, and if not, why."""
    if not condition.operator:
        return U, "a condition was not seen"
    name = f"{condition.operator} {condition.key}"
    row = find(condition.key)
    if condition.operator.startswith(("StringNot", "ArnNot", "NotIp", "NumericNot", "DateNot")):
        return F, f"{name} lets in everyone it does not name"
    if condition.operator == "Null":
        return F, f"{name} fixes no value"
    if row is None:
        return U, f"{condition.key} is not in the table of condition keys"
    if not row.pins:
        return F, f"{condition.key} never restricts the caller"
    suits = _suits(condition, row)
    if suits is not T:
        return suits, f"{name} compares nothing that names a caller"
    if condition.if_exists or condition.quantifier == "ForAllValues":
        carried = _always_carried(row, demand)
        if carried is not T:
            return carried, f"{condition.key} may be absent, and {_lenient(condition)} then lets the request pass"
    return _values(condition, row, demand)


def _lenient(condition: Condition) -> str:
    return "IfExists" if condition.if_exists else "ForAllValues"


def _suits(condition: Condition, row: Key) -> Truth:
    if row.pins == "address":
        return T if condition.operator == "IpAddress" else F
    if row.pins == "aws-service":
        return T if condition.operator == "Bool" else U
    if condition.operator in _TEXT:
        return T
    return F if condition.operator.startswith(("Numeric", "Date", "Bool", "Ip")) else U


def _always_carried(row: Key, demand: Demand) -> Truth:
    if row.foreign == "?" or (row.anonymous == "?" and demand.anonymous is not F):
        return U
    if row.foreign != "+":
        return F
    return T if row.anonymous == "+" else ~demand.anonymous


def _values(condition: Condition, row: Key, demand: Demand) -> tuple[Truth, str]:
    if not condition.values:
        return U, f"{condition.operator} {condition.key} has no value"
    each = [_value_fixed(value, condition, row, demand) for value in condition.values]
    result = every(each)
    if result is not T:
        value = condition.values[each.index(result)]
        shown = "a value that was not seen" if isinstance(value, Hidden) else f"{value}"
        return result, f"{condition.key} {shown} is not fixed"
    if row.pins == "address" and are_too_many(str(value) for value in condition.values):
        return (U if demand.strict else F), f"the ranges of {condition.key} add up to more than a /8"
    return T, ""


def _value_fixed(value: Item, condition: Condition, row: Key, demand: Demand) -> Truth:
    if isinstance(value, Hidden):
        return U
    if row.pins == "aws-service":
        return {"true": T, "false": F}.get(str(value).lower(), U)
    text = shaped(value, _UNSEEN)
    if row.pins == "address":
        return _address(text)
    if not text:
        return U
    if demand.variables:
        text = _VARIABLE.sub(_VARIES, re.sub(r"\$\{[*?$]\}", "x", text))
    strict = demand.strict and row.pins != "point"  # the name of an access point may vary if its account does not
    if condition.operator in _LITERAL and not strict:
        text = re.sub(r"[*?]", "x", text)
    if row.pins == "account" and text.lower() == "anonymous":
        return F  # the account of an unsigned request
    if strict and row.pins == "userid" and text.endswith(":*") and _no_wildcard(text[:-2]) is T:
        return U  # AWS documents "outside the pattern AROLEID:*" and no more
    if strict or row.pins in ("account", "organization", "id", "service"):
        return _no_wildcard(text)
    if row.pins == "org-path":
        return _no_wildcard(text.partition("/")[0])
    if row.pins == "userid":
        return _no_wildcard(text.partition(":")[0])
    return _arn(text)


def _no_wildcard(text: str) -> Truth:
    return F if _WILD.search(text) else U if _UNSEEN in text else T


def _arn(text: str) -> Truth:
    """Whether the account of an ARN pattern is fixed, or the bucket name where S3 ARNs have no account."""
    if text == "x":
        return T  # the identity of a declared resource
    segments = text.split(":", 5)
    if _UNSEEN in ":".join(segments[:5]):
        return U
    if len(segments) < 6:
        return F if _WILD.search(text) else U
    service, account, resource = segments[2], segments[4], segments[5]
    if account and _no_wildcard(account) is T:
        return T
    if service == "s3":
        return _no_wildcard(resource.partition("/")[0]) if resource else U
    return F if account else U


def _address(text: str) -> Truth:
    if _UNSEEN in text:
        return U
    block = network(text)
    if block is None:
        return U
    return T if is_internal(block) or block.prefixlen >= WIDEST[block.version] else F
