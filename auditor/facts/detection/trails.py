"""Whether a trail records the uses of root at all: everywhere, now, reads and writes.

A small reading of event selectors of its own; where the account's coverage is computed as a fact, that one decides.
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from auditor.facts.detection.outcome import HOLDS, Outcome, all_of, broken, unsure
from auditor.facts.detection.probes import SOURCES
from auditor.facts.iam.logic import F, T, Truth, U, every, some, truth
from auditor.facts.values import at, flag
from auditor.model import HIDDEN, Json, Resource

TRAIL = "AWS::CloudTrail::Trail"
READS = (("IsMultiRegionTrail",), ("IsLogging",), ("EventSelectors",), ("AdvancedEventSelectors",))


def records(trail: Resource) -> Outcome:
    """The link of the trail itself."""
    properties = trail.properties
    return all_of(
        (
            _link(trail, "IsLogging", flag(properties.get("IsLogging"), False), "is not logging"),
            _link(trail, "IsMultiRegionTrail", flag(properties.get("IsMultiRegionTrail"), False), "is of one region"),
            _link(trail, _selectors(trail), _management(trail), "does not record all reads and writes of management"),
        )
    )


def _selectors(trail: Resource) -> str:
    return "AdvancedEventSelectors" if trail.properties.get("AdvancedEventSelectors") else "EventSelectors"


def _link(trail: Resource, property: str, holds: Truth, why: str) -> Outcome:
    if holds is T:
        return HOLDS
    if holds is F:
        return broken("trail", f"the trail {trail.name} {why}", trail.id, f"/{property}")
    value = trail.properties.get(property)
    return unsure("trail", value, f"whether the trail {trail.name} {why} is not known", trail.id, f"/{property}")


def _management(trail: Resource) -> Truth:
    """Without selectors of either kind a trail records all management events."""
    basic, advanced = trail.properties.get("EventSelectors"), trail.properties.get("AdvancedEventSelectors")
    if isinstance(basic, HIDDEN) or isinstance(advanced, HIDDEN):
        return U
    if not basic and not advanced:
        return T
    return some((_both(basic, _basic), _both(advanced, _advanced)))


def _both(selectors: Json, takes: Callable[[Json, bool], Truth]) -> Truth:
    """Whether the union of selectors takes reads and writes."""
    if not selectors:
        return F
    if not isinstance(selectors, list | tuple):
        return U
    return every(some(takes(each, reads) for each in selectors) for reads in (True, False))


def _basic(selector: Json, reads: bool) -> Truth:
    """The sources that can be excluded (KMS, RDS Data API) are none of the probes'."""
    included = at(selector, "IncludeManagementEvents")
    kind = at(selector, "ReadWriteType")
    if isinstance(selector, HIDDEN):
        return U
    half = "All" if kind is None else kind
    wanted = truth(half in ("All", "ReadOnly" if reads else "WriteOnly")) if isinstance(half, str) else U
    return every((flag(included, True), wanted))


def _advanced(selector: Json, reads: bool) -> Truth:
    fields = at(selector, "FieldSelectors")
    if not isinstance(fields, list | tuple):
        return U
    management = some(_is(field, "eventCategory") for field in fields)
    return every((management, *(_field(field, reads) for field in fields)))


def _is(field: Json, name: str) -> Truth:
    value = at(field, "Field")
    return U if isinstance(value, HIDDEN) else truth(value == name)


def _field(field: Json, reads: bool) -> Truth:
    """Whether a condition leaves the probes in; any other than these makes the record partial."""
    name = at(field, "Field")
    if isinstance(name, HIDDEN):
        return U
    if name == "eventCategory":
        return _holds(field, "Equals", lambda values: "Management" in values)
    if name == "readOnly":
        return _holds(field, "Equals", lambda values: str(reads).lower() in [str(each).lower() for each in values])
    if name == "eventSource":
        return _holds(field, "NotEquals", lambda values: not set(values) & set(SOURCES))
    return F


def _holds(field: Json, operator: str, test: Callable[[Sequence[str]], bool]) -> Truth:
    """The condition uses this operator alone, and meets the test."""
    if not set(field) <= {"Field", operator}:
        return F
    values = field.get(operator)
    if isinstance(values, list | tuple) and all(isinstance(each, str) for each in values):
        return truth(test(values))
    return U
