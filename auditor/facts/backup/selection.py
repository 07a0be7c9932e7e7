"""Whether a backup selection assigns a resource to its plan, in three values.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html (when the opt-in of a service counts)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from auditor.facts.iam.logic import F, T, Truth, U, every, some, truth
from auditor.facts.stars import is_like
from auditor.model import HIDDEN, Hidden, Json, Text

_TAG = "aws:ResourceTag/"


class Store(msgspec.Struct, frozen=True):
    """What can be backed up. `tags` None: not seen. `opted`: whether the region's opt-in holds for its service.

    `service` and `prefix` are of its ARN; `strict`: the opt-in counts even where a selection names the type.
    """

    arn: str
    tags: Mapping[str, Json] | None
    opted: Truth
    service: str
    prefix: str
    strict: Truth = F


def assigns(selection: Json, store: Store) -> Truth:
    """Resources or tags choose (neither: every resource), all conditions hold, and nothing excludes it."""
    if not isinstance(selection, Mapping):
        return U
    resources = _listed(selection.get("Resources"))
    tags = _listed(selection.get("ListOfTags"))
    ways = [
        every((_names(pattern, store.arn), some((_is_explicit(pattern, store), store.opted)))) for pattern in resources
    ]
    ways += [every((_has_tag(tag, store), store.opted)) for tag in tags]
    if not resources and not tags:
        ways.append(store.opted)
    excluded = some(_names(pattern, store.arn) for pattern in _listed(selection.get("NotResources")))
    return every((some(ways), ~excluded, _conditions(selection.get("Conditions"), store)))


def _listed(value: Json) -> list[Json]:
    """The elements of a list; one element that says nothing where the list was not seen or is none."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value if isinstance(value, HIDDEN) else Ellipsis]


def _names(pattern: Json, arn: str) -> Truth:
    return truth(is_like(pattern, arn)) if isinstance(pattern, str) else U


def _is_explicit(pattern: Json, store: Store) -> Truth:
    """Whether a pattern names the type (`arn:aws:ec2:*` names only the service), and that is enough."""
    if not isinstance(pattern, str):
        return every((U, ~store.strict))
    parts = pattern.split(":", 5)
    named = len(parts) == 6 and parts[2] == store.service and parts[5].startswith(store.prefix)
    return every((truth(named), ~store.strict))


def _has_tag(tag: Json, store: Store) -> Truth:
    if not isinstance(tag, Mapping):
        return U
    kind = tag.get("ConditionType")
    if not isinstance(kind, str) or kind.upper() != "STRINGEQUALS":
        return U
    return _compared(tag.get("ConditionKey"), tag.get("ConditionValue"), store, lambda value, tag: value == tag)


def _conditions(conditions: Json, store: Store) -> Truth:
    """All of all operators."""
    if conditions is None:
        return T
    if not isinstance(conditions, Mapping):
        return U
    return every(
        result
        for operator, listed in conditions.items()
        for result in (_condition(operator, one, store) for one in _listed(listed))
    )


def _condition(operator: str, condition: Json, store: Store) -> Truth:
    test = _TESTS.get(operator.replace("StringNot", "String"))
    if test is None or not isinstance(condition, Mapping):
        return U
    found = _compared(condition.get("ConditionKey"), condition.get("ConditionValue"), store, test)
    return ~found if operator.startswith("StringNot") else found


_TESTS: Mapping[str, Callable[[str, str], bool]] = {"StringEquals": str.__eq__, "StringLike": is_like}


def _compared(key: Json, value: Json, store: Store, test: Callable[[str, str], bool]) -> Truth:
    """Whether the tag is there with such a value."""
    if not isinstance(key, str) or not isinstance(value, str) or store.tags is None:
        return U
    name = key.removeprefix(_TAG)
    tag = store.tags.get(name)
    if tag is None:
        return F
    return truth(test(value, tag)) if isinstance(tag, str) else U


def causes(selection: Json) -> Iterable[Hidden | Text]:
    """What of a selection was not seen."""
    if isinstance(selection, HIDDEN):
        yield selection
    elif isinstance(selection, Mapping):
        for value in selection.values():
            yield from causes(value)
    elif isinstance(selection, list | tuple):
        for value in selection:
            yield from causes(value)
