"""Event selectors of trails and event data stores as conjunctions of conditions.

A selector takes an event if each of its conditions holds; several selectors take what any of them takes. Basic
selectors are read as the advanced ones that say the same.
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from auditor.model import HIDDEN, Hidden, Json, Reason

_TESTS = {"Equals": "equals", "StartsWith": "starts", "EndsWith": "ends"}
_WHOLE = re.compile(r"arn:[^:]*:(?:s3(?::::)?|lambda|dynamodb)")
_BUCKET = re.compile(r"arn:[^:]*:s3:::[^/]+/.*", re.DOTALL)


class Condition(msgspec.Struct, frozen=True):
    """One operator on one field: one of `values` matches, or, `negated`, none does."""

    field: str
    test: str  # equals, starts or ends
    values: tuple[str, ...]
    negated: bool = False

    def holds(self, value: str) -> bool:
        if self.test == "equals":
            found = value in self.values
        else:
            found = value.startswith(self.values) if self.test == "starts" else value.endswith(self.values)
        return found is not self.negated


class Selector(msgspec.Struct, frozen=True):
    """`doubt`: why it may have more conditions than these."""

    conditions: tuple[Condition, ...]
    doubt: Hidden | None = None


# What a trail or a store without selectors records.
MANAGEMENT = Selector((Condition("eventCategory", "equals", ("Management",)),))


def selectors_of(properties: Mapping[str, Json]) -> tuple[Selector, ...]:
    """What a trail or store selects; what was not seen of it is a selector with doubt."""
    basic = properties.get("EventSelectors")
    advanced = properties.get("AdvancedEventSelectors")
    if not basic and not advanced:
        return (MANAGEMENT,)
    found = [*_each(basic, _basic), *_each(advanced, _advanced)]
    if not basic or not advanced:
        return tuple(found)
    # AWS keeps one kind or the other
    return tuple(
        msgspec.structs.replace(one, doubt=one.doubt or _malformed("selectors of both kinds")) for one in found
    )


def _each(listed: Json, read: Callable[[Mapping[str, Json]], Iterator[Selector]]) -> Iterator[Selector]:
    if listed is None:
        return
    if not isinstance(listed, list | tuple):
        yield Selector((), _doubt(listed, "event selectors that are no list"))
        return
    for one in listed:
        if isinstance(one, Mapping):
            yield from read(one)
        else:
            yield Selector((), _doubt(one, "an event selector that is no object"))


def _basic(tree: Mapping[str, Json]) -> Iterator[Selector]:
    doubts: list[Hidden] = []
    kind = _text(tree.get("ReadWriteType", "All"), "ReadWriteType", doubts)
    read_only: tuple[Condition, ...] = ()
    if kind in ("ReadOnly", "WriteOnly"):
        read_only = (Condition("readOnly", "equals", ("true" if kind == "ReadOnly" else "false",)),)
    elif kind not in (None, "All"):
        doubts.append(_malformed(f"ReadWriteType {kind}"))
    doubt = doubts[0] if doubts else None
    yield from _basic_management(tree, read_only, doubt)
    resources = tree.get("DataResources", ())
    if not isinstance(resources, list | tuple):
        yield Selector(_data(read_only), _doubt(resources, "DataResources that are no list"))
        return
    for resource in resources:
        yield from _basic_data(resource, read_only, doubt)


def _basic_management(
    tree: Mapping[str, Json], read_only: tuple[Condition, ...], doubt: Hidden | None
) -> Iterator[Selector]:
    included = tree.get("IncludeManagementEvents", True)
    if included is False:
        return
    doubts = [] if included is True else [_doubt(included, "IncludeManagementEvents that is no boolean")]
    excluded = _texts(tree.get("ExcludeManagementEventSources", ()), "ExcludeManagementEventSources", doubts)
    conditions = (*MANAGEMENT.conditions, *read_only)
    if excluded:
        conditions = (*conditions, Condition("eventSource", "equals", excluded, negated=True))
    yield Selector(conditions, doubt or (doubts[0] if doubts else None))


def _basic_data(resource: Json, read_only: tuple[Condition, ...], doubt: Hidden | None) -> Iterator[Selector]:
    if not isinstance(resource, Mapping):
        yield Selector(_data(read_only), _doubt(resource, "a data resource that is no object"))
        return
    doubts: list[Hidden] = []
    type = _text(resource.get("Type"), "Type", doubts)
    typed = (*_data(read_only), *((Condition("resources.type", "equals", (type,)),) if type is not None else ()))
    values = _texts(resource.get("Values", ()), "Values", doubts)
    if doubts:
        yield Selector(typed, doubts[0])
    for value in values if type is not None else ():
        if _WHOLE.fullmatch(value):
            yield Selector(typed, doubt)
        elif type != "AWS::S3::Object":
            yield Selector((*typed, Condition("resources.ARN", "equals", (value,))), doubt)
        elif _BUCKET.fullmatch(value):
            yield Selector((*typed, Condition("resources.ARN", "starts", (value,))), doubt)
        else:
            unclear = _malformed(f"the S3 value {value}")
            yield Selector((*typed, Condition("resources.ARN", "starts", (value,))), doubt or unclear)


def _data(read_only: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return (Condition("eventCategory", "equals", ("Data",)), *read_only)


def _advanced(tree: Mapping[str, Json]) -> Iterator[Selector]:
    fields = tree.get("FieldSelectors")
    if not isinstance(fields, list | tuple):
        yield Selector((), _doubt(fields, "an advanced selector without fields"))
        return
    conditions: list[Condition] = []
    doubts: list[Hidden] = []
    for field in fields:
        if isinstance(field, Mapping):
            conditions += _field(field, doubts)
        else:
            doubts.append(_doubt(field, "a field selector that is no object"))
    if not any(one.field == "eventCategory" for one in conditions) and not doubts:
        doubts.append(_malformed("an advanced selector without eventCategory"))
    yield Selector(tuple(conditions), doubts[0] if doubts else None)


def _field(tree: Mapping[str, Json], doubts: list[Hidden]) -> Iterator[Condition]:
    name = _text(tree.get("Field"), "Field", doubts)
    if name is None:
        return
    seen = False
    for operator, listed in tree.items():
        if operator == "Field" or listed == []:
            continue
        seen = True
        test = _TESTS.get(operator.removeprefix("Not"))
        if test is None:
            doubts.append(_malformed(f"the operator {operator}"))
            continue
        count = len(doubts)
        values = _texts(listed, operator, doubts)
        # part of a list is not the condition that AWS evaluates
        if len(doubts) == count:
            yield Condition(name, test, values, operator.startswith("Not"))
    if not seen:
        doubts.append(_malformed(f"the field {name} without an operator"))


def _text(value: Json, name: str, doubts: list[Hidden]) -> str | None:
    if isinstance(value, str):
        return value
    doubts.append(_doubt(value, f"{name} that is no text"))
    return None


def _texts(value: Json, name: str, doubts: list[Hidden]) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        doubts.append(_doubt(value, f"{name} that is no list"))
        return ()
    return tuple(text for one in value if (text := _text(one, name, doubts)) is not None)


def _doubt(value: Json, otherwise: str) -> Hidden:
    return Hidden(value.reason, value.detail) if isinstance(value, HIDDEN) else _malformed(otherwise)


def _malformed(what: str) -> Hidden:
    return Hidden(Reason.UNRESOLVED, f"malformed event selectors: {what}")
