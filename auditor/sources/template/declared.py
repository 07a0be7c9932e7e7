"""Parameters as a template declares them: their type, what they may be, and their value where no world says it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.model import Hidden, Text
from auditor.sources.template.intrinsics import flat, hidden_by, pieces_of
from auditor.sources.template.nodes import Identity, Settings, Stack
from auditor.sources.template.texts import MARKERS, NO_VALUE, concat, is_scalar, scalar_text, unseen, wrong

# A value that is referred to has at most this many parts: what doubles its like at each step would never end.
_MOST_PARTS = 20_000

# https://docs.aws.amazon.com/general/latest/gr/rande.html
_SUFFIX = {
    "aws": "amazonaws.com",
    "aws-us-gov": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
}


def type_of(declared: Any) -> str:
    """The type of a parameter; String where it is not declared well."""
    kind = declared.get("Type") if isinstance(declared, dict) else None
    return str(kind) if isinstance(kind, str) else "String"


def is_list(kind: str) -> bool:
    return "CommaDelimitedList" in kind or "List<" in kind


def is_stored(kind: str) -> bool:
    """Whether the value is read from Systems Manager, so that neither default nor constraints speak of it."""
    return kind.startswith("AWS::SSM::Parameter::Value<")


def allowed_values(declared: Any) -> tuple[str, ...]:
    """The texts of AllowedValues; empty where there are none (or, of a stored parameter, where they bind nothing)."""
    values = declared.get("AllowedValues") if isinstance(declared, dict) else None
    if not isinstance(values, list) or is_stored(type_of(declared)):
        return ()
    return tuple(dict.fromkeys(text for value in values if (text := scalar_text(value)) is not None))


def default_of(declared: Any) -> Any:
    """The default as it is written; NO_VALUE where there is none that CloudFormation would take."""
    default = declared.get("Default") if isinstance(declared, dict) else None
    usable = is_scalar(default) or (isinstance(default, list) and all(map(is_scalar, default)))
    return default if usable and not is_stored(type_of(declared)) else NO_VALUE


def unset(stack: Stack, name: str, settings: Settings) -> Any:
    """The value of a parameter that nothing varies: the user's (of the root stack), the default, else `Hidden`."""
    declared = stack.section("Parameters").get(name)
    if stack.parent is None and name in settings.parameters:
        return settings.parameters[name]
    default = default_of(declared)
    return default if default is not NO_VALUE else unset_parameter(stack, name)


def unset_parameter(stack: Stack, name: str, note: str = "") -> Hidden:
    """A parameter without a value; its symbol is its name, in a nested stack `Stack/Name`."""
    declared = stack.section("Parameters").get(name)
    kind = type_of(declared)
    secret = isinstance(declared, dict) and scalar_text(declared.get("NoEcho")) in ("true", "True")
    owner = f" of nested stack {'/'.join(stack.instance)}" if stack.instance else ""
    stored = f" ({kind})" if is_stored(kind) else ""
    detail = f"{'NoEcho parameter' if secret else 'parameter'} {name}{owner} has no value{stored}{note}"
    hidden = unseen(detail, stack.symbol_of(name))
    if not isinstance(declared, dict) or kind != "String":
        return hidden
    pattern = declared.get("AllowedPattern")
    known = {"pattern": str(pattern) if isinstance(pattern, str) else None, "among": allowed_values(declared)}
    return msgspec.structs.replace(hidden, **known)


def typed(value: Any, kind: str, name: str) -> Any:
    """A raw value as Ref gives it: a list for list types, text for others; a Number stays as it is written."""
    if value is None or isinstance(value, dict):
        return wrong(f"parameter {name} is given {'nothing' if value is None else 'an object'}")
    if not is_list(kind):
        if isinstance(value, list):
            value = concat(piece for index, item in enumerate(value) for piece in ((",", item) if index else (item,)))
        as_written = isinstance(value, MARKERS) or (kind == "Number" and not isinstance(value, str))
        return value if as_written else scalar_text(value)
    if isinstance(value, Identity):
        return [value]
    if isinstance(value, Text):
        names = all(isinstance(part, str) or part.kind == "name" for part in value.parts)
        return pieces_of(value, ",") if names else hidden_by("list", value, "")
    if isinstance(value, Hidden):
        return value
    elements = flat(value) if isinstance(value, list) else str(scalar_text(value)).split(",")
    if not all(isinstance(element, MARKERS) or is_scalar(element) for element in elements):
        return wrong(f"parameter {name} is given an object in a list")
    return [element if isinstance(element, MARKERS) else str(scalar_text(element)).strip() for element in elements]


def pseudo(name: str, settings: Settings, where: str) -> Any:
    """A pseudo parameter by the settings; `where` is the prefix of symbols in a nested stack."""
    if name == "AWS::NoValue":
        return NO_VALUE
    fixed = {
        "AWS::AccountId": settings.account,
        "AWS::Partition": settings.partition,
        "AWS::Region": settings.region,
        "AWS::URLSuffix": _SUFFIX.get(settings.partition),
    }
    if fixed.get(name) is not None:
        return fixed[name]
    if name in fixed:  # the same in every stack
        return unseen(f"{name} is not set", name)
    if name in ("AWS::NotificationARNs", "AWS::StackId", "AWS::StackName"):
        return unseen(f"{name} is not set", where + name)
    return wrong(f"{name} is no pseudo parameter")


def small(value: Any, what: str) -> Any:
    """The value itself, if it is not too large to be referred to."""
    waiting, parts = [value], 0
    while waiting:
        item = waiting.pop()
        parts += 1
        if parts > _MOST_PARTS:
            return wrong(f"{what} is too large")
        if isinstance(item, dict | list):
            waiting.extend(item.values() if isinstance(item, dict) else item)
    return value
