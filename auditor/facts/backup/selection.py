"""Whether a backup selection assigns a resource to its plan, in three values.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html (when the opt-in of a service counts)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from auditor.facts.iam.logic import F, T, Truth, U, every, some, truth
from auditor.facts.stars import is_like
from auditor.model import HIDDEN, Hidden, Json, Text

_TAG = "aws:ResourceTag/"


def has_hole(arn: str) -> bool:
    """Whether a part of an ARN is only a symbol, as in a template: any text may stand there."""
    return "⟨" in arn


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


class Patterns(msgspec.Struct, frozen=True):
    """ARNs, whole ones apart from those with a star. `unseen`: an element is hidden, or is no text."""

    whole: frozenset[str] = frozenset()
    likes: tuple[str, ...] = ()
    unseen: bool = False

    def __bool__(self) -> bool:
        return bool(self.whole or self.likes or self.unseen)

    def name(self, arn: str) -> Truth:
        if arn in self.whole or any(is_like(pattern, arn) for pattern in self.likes):
            return T
        return U if self.unseen or (self and has_hole(arn)) else F


class Selection(msgspec.Struct, frozen=True):
    """`tags`: the key and value of each tag that chooses; None among them for one that is not known.

    `is_read` False: nothing of it is known.
    """

    resources: Patterns = Patterns()
    excluded: Patterns = Patterns()
    tags: tuple[tuple[str, str] | None, ...] = ()
    conditions: Json = None
    is_read: bool = True

    @property
    def takes_all(self) -> bool:
        """Whether it names neither resources nor tags."""
        return self.is_read and not self.resources and not self.tags

    @property
    def by_tag_only(self) -> bool:
        return self.is_read and not self.resources and bool(self.tags)


def read(body: Json) -> Selection:
    if not isinstance(body, Mapping):
        return Selection(is_read=False)
    return Selection(
        _patterns(body.get("Resources")),
        _patterns(body.get("NotResources")),
        tuple(_tag(one) for one in _listed(body.get("ListOfTags"))),
        body.get("Conditions"),
    )


def assigns(selection: Selection, store: Store) -> Truth:
    """Resources or tags choose (neither: every resource), all conditions hold, and nothing excludes it."""
    if not selection.is_read:
        return U
    chosen = store.opted if selection.takes_all else some(_ways(selection, store))
    if chosen is F:
        return F
    return every((chosen, ~selection.excluded.name(store.arn), _conditions(selection.conditions, store)))


def _ways(selection: Selection, store: Store) -> Iterator[Truth]:
    resources = selection.resources
    if store.arn in resources.whole:  # it names the type too
        yield some((~store.strict, store.opted))
    for pattern in resources.likes:
        if is_like(pattern, store.arn):
            yield some((_is_explicit(pattern, store), store.opted))
    if resources.unseen or (resources and has_hole(store.arn)):
        yield every((U, some((~store.strict, store.opted))))
    for tag in selection.tags:
        yield every((_has_tag(tag, store), store.opted))


def _patterns(value: Json) -> Patterns:
    texts = [one for one in _listed(value) if isinstance(one, str)]
    return Patterns(
        frozenset(one for one in texts if "*" not in one),
        tuple(one for one in texts if "*" in one),
        len(texts) < len(_listed(value)),
    )


def _listed(value: Json) -> list[Json]:
    """The elements of a list; one element that says nothing where the list was not seen or is none."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value if isinstance(value, HIDDEN) else Ellipsis]


def _is_explicit(pattern: str, store: Store) -> Truth:
    """Whether a pattern names the type (`arn:aws:ec2:*` names only the service), and that is enough."""
    parts = pattern.split(":", 5)
    named = len(parts) == 6 and parts[2] == store.service and parts[5].startswith(store.prefix)
    return every((truth(named), ~store.strict))


def _tag(tag: Json) -> tuple[str, str] | None:
    if not isinstance(tag, Mapping):
        return None
    kind, key, value = (tag.get(name) for name in ("ConditionType", "ConditionKey", "ConditionValue"))
    if not isinstance(kind, str) or kind.upper() != "STRINGEQUALS":
        return None
    return (key.removeprefix(_TAG), value) if isinstance(key, str) and isinstance(value, str) else None


def _has_tag(tag: tuple[str, str] | None, store: Store) -> Truth:
    return U if tag is None else _compared(*tag, store, str.__eq__)


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
    tag = store.tags.get(key.removeprefix(_TAG))
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
