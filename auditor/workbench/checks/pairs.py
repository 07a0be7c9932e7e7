"""For each read path, two cases that differ only there and have different verdicts: else nobody knows that it matters.

For a fact they differ only in what the fact reads; for a key that joins two resources, and for the existence of a
type, in that key or in a resource being there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from auditor.catalogue.seen import Seen
from auditor.data.relations import BY_TYPE
from auditor.facts.base import Fact
from auditor.model import Access, Json, Key, Path, Policy, Resource, Status, pointer
from auditor.workbench.case_scope import live_scope
from auditor.workbench.cases import Case
from auditor.workbench.failure import Failure

PAIR = "pair"

_DECIDED = (Status.PASS, Status.FAIL)
Place = tuple[str, Path]


class Difference(msgspec.Struct, frozen=True):
    """Two cases with different verdicts, and all that differs: values by type and path, and types of which one case
    has a resource more."""

    values: frozenset[Place]
    presence: frozenset[str]


class Target(msgspec.Struct, frozen=True):
    """What a pair must differ in. `below`: at one of these places only; `there`: or in the presence of this type."""

    name: str
    type: str
    below: tuple[Place, ...]
    there: frozenset[str] = frozenset()


def unpaired(policy: Policy, cases: Sequence[Case], seen: Seen, facts: Mapping[str, Fact]) -> Iterator[Failure]:
    """The reads for which there is no such pair, as failures of the file of cases."""
    file = cases[0].file if cases else policy.file
    for target in missing(policy, cases, seen, facts):
        message = f"no two cases differ only in {target.name} and have different verdicts: add the one that is missing"
        yield Failure(PAIR, message, policy.id, file, 1)


def missing(policy: Policy, cases: Sequence[Case], seen: Seen, facts: Mapping[str, Fact]) -> list[Target]:
    """The reads for which there is no such pair."""
    found = list(differences(policy, cases))
    wanted = targets(policy, seen, facts)
    return [target for target in wanted if not any(is_pair(difference, target) for difference in found)]


def targets(policy: Policy, seen: Seen, facts: Mapping[str, Fact]) -> list[Target]:
    """What pairs are wanted, each once, by its name."""
    wanted: dict[str, Target] = {}
    for access in policy.accesses:
        target = _target(access, seen, facts)
        wanted.setdefault(target.name, target)
    return list(wanted.values())


def is_pair(difference: Difference, target: Target) -> bool:
    """Whether something differs, and nothing outside the target."""
    if not difference.presence <= target.there:
        return False
    return all(any(_overlap(place, each) for each in target.below) for place in difference.values)


def differences(policy: Policy, cases: Sequence[Case]) -> Iterator[Difference]:
    """Of each two cases that have different verdicts and the same parameters."""
    rows = [(case, _held(case, policy)) for case in cases if case.template is None and not _hides(case)]
    for (one, held), (other, others) in itertools.combinations(rows, 2):
        if one.expect == other.expect or not {one.expect, other.expect} & set(_DECIDED):
            continue
        if _fixed(one) == _fixed(other):
            yield _difference(held, others)


def _target(access: Access, seen: Seen, facts: Mapping[str, Fact]) -> Target:
    type, path = access.type, access.path
    if path[:1] == ("facts",) and len(path) > 1:
        fact = facts[str(path[1])]
        below = tuple((read, place) for read, places in fact.reads.items() for place in places)
        joined = frozenset({*fact.joins, *(read for read in fact.reads if read not in fact.on)})
        return Target(f"what the fact {fact.name} of {type} reads", type, below, joined)
    name = f"{type}:{pointer(path) or '[]'}"
    if not path:
        keys = {row.path for row in BY_TYPE.get(type, ())} | {key for of, key in seen.keys if of == type}
        return Target(name, type, tuple((type, key) for key in keys), frozenset({type}))
    is_key = (type, path) in seen.keys or any(row.path == path for row in BY_TYPE.get(type, ()))
    below = ((type, ("Tags",)),) if path[0] == "tags" else ((type, path),)
    return Target(name, type, below, frozenset({type}) if is_key and not access.subject else frozenset())


def _hides(case: Case) -> bool:
    return bool(case.hide) or any(each.hide or each.missing for each in case.neighbours)


def _fixed(case: Case) -> tuple[object, ...]:
    return case.subject, case.arn, case.taken_at, repr(sorted(case.parameters.items(), key=lambda item: item[0]))


def _held(case: Case, policy: Policy) -> tuple[Resource, ...]:
    return live_scope(case, policy).held


def _difference(ones: Sequence[Resource], others: Sequence[Resource]) -> Difference:
    """The subjects are held against each other; of the others first those that are the same."""
    values = set(_values(ones[0], others[0]))
    presence: set[str] = set()
    for type in {resource.type for resource in (*ones[1:], *others[1:])}:
        left = [resource for resource in ones[1:] if resource.type == type]
        right = [resource for resource in others[1:] if resource.type == type]
        for resource in list(left):
            twin = next((each for each in right if each.properties == resource.properties), None)
            if twin is not None:
                left.remove(resource)
                right.remove(twin)
        for one, other in zip(left, right, strict=False):
            values |= set(_values(one, other))
        if len(left) != len(right):
            presence.add(type)
    return Difference(frozenset(values), frozenset(presence))


def _values(one: Resource, other: Resource) -> Iterable[Place]:
    return ((one.type, path) for path in _unequal(one.properties, other.properties, ()))


def _unequal(one: Json, other: Json, path: Path) -> Iterator[Path]:
    """The places of the scalars that differ, or that only one of the two has."""
    if one == other and type(one) is type(other):
        return
    left, right = _parts(one), _parts(other)
    keys = dict.fromkeys([*left, *right])
    if not keys:
        yield path
    for key in keys:
        yield from _unequal(left.get(key), right.get(key), (*path, key))


def _parts(node: Json) -> dict[Key, Json]:
    if isinstance(node, Mapping):
        return dict(node)
    return dict(enumerate(node)) if isinstance(node, list | tuple) else {}


def _overlap(place: Place, target: Place) -> bool:
    """Whether the place is the target, above or below it; "*" in the target is any key."""
    (type, path), (wanted, pattern) = place, target
    return type == wanted and all(b in ("*", a, str(a)) for a, b in zip(path, pattern, strict=False))
