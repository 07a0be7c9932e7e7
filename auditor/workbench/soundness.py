"""The soundness test: hide one thing of a case, judge, and hold the verdict against everything it may have been.

For each thing hidden there are completions: the case with the hole filled by what any case of the policy holds
there, by generic values, and by nothing. The truth is the set of what the policy says over the completions. The
verdict must be UNKNOWN, or the truth must be exactly that verdict. The author of a policy writes nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import msgspec

from auditor.facts.base import Fact
from auditor.model import Gap, Hidden, Json, Key, Path, Policy, Reason, Resource, Status, home
from auditor.projection import child
from auditor.snapshot import plant
from auditor.workbench.case_scope import CaseScope, live_scope
from auditor.workbench.cases import Case, forms

# inside a document that is taken apart the key is there: only its value is not seen
INSIDE: tuple[Json, ...] = ("*", "x", {}, [])
GENERIC: tuple[Json, ...] = (True, False, "", "x", "*", "0.0.0.0/0", 0, 22, [], {})
_NOTHING = object()
_INSIDE = "**"  # in a pattern: every place below, for documents that a fact takes apart
_MOST_INSIDE = 25
_DETAIL = "hidden by the soundness test"

Judge = Callable[[CaseScope, Case], Status | None]


class Trial(msgspec.Struct, frozen=True):
    """A case with one thing hidden, and what it may have been."""

    case: Case
    what: str
    hidden: CaseScope
    completions: tuple[CaseScope, ...]


class Unsound(msgspec.Struct, frozen=True):
    """A verdict that a completion refutes."""

    policy: str
    case: str
    what: str
    verdict: Status
    truth: frozenset[Status]
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        truth = ", ".join(sorted(self.truth))
        return f'{self.policy}, case "{self.case}": with {self.what} hidden {self.verdict}, but it may be {truth}'


def unsound(policy: Policy, cases: Sequence[Case], facts: Sequence[Fact], judge: Judge) -> list[Unsound]:
    """Every trial whose verdict does not hold. `judge` gives the status of a case's subject in a scope."""
    result = []
    for trial in trials(policy, cases, facts):
        verdict = judge(trial.hidden, trial.case)
        if verdict in (Status.UNKNOWN, None):
            continue
        assert verdict is not None
        # a value that leaves a fact undecided (a port "x") is no configuration that AWS would hold
        said = {judge(scope, trial.case) for scope in trial.completions}
        truth = frozenset(status for status in said if status in (Status.PASS, Status.FAIL))
        if truth != {verdict}:
            result.append(
                Unsound(policy.id, trial.case.name, trial.what, verdict, truth, trial.case.file, trial.case.line)
            )
    return result


def trials(policy: Policy, cases: Sequence[Case], facts: Sequence[Fact]) -> Iterator[Trial]:
    whole = [case for case in cases if "live" in forms(case, policy) and not _hides(case)]
    scopes = [live_scope(case, policy) for case in whole]
    patterns = _patterns(policy, facts)
    seen = _seen(scopes, patterns)
    for case, scope in zip(whole, scopes, strict=True):
        scope = _with_a_twin(scope, scopes)
        yield from _values_hidden(case, scope, patterns, seen)
        yield from _resources_hidden(case, policy, scope, scopes)


def _hides(case: Case) -> bool:
    return bool(case.hide) or any(each.hide or each.missing for each in case.neighbours)


def _patterns(policy: Policy, facts: Sequence[Fact]) -> dict[str, list[Path]]:
    """Every path that the policy reads, or that a fact reads for it."""
    patterns: dict[str, set[Path]] = {}
    for access in policy.accesses:
        if access.path and access.path[0] not in ("facts", "tags"):
            patterns.setdefault(access.type, set()).add(access.path)
    for fact in facts:
        for type, paths in fact.reads.items():
            patterns.setdefault(type, set()).update(path for path in paths if path)
            patterns[type].update((*path, _INSIDE) for path in paths if path)
    return {type: sorted(paths, key=str) for type, paths in patterns.items()}


def _seen(scopes: Iterable[CaseScope], patterns: Mapping[str, list[Path]]) -> dict[tuple[str, Path], list[Json]]:
    """What the cases hold at each pattern."""
    seen: dict[tuple[str, Path], list[Json]] = {}
    for scope in scopes:
        for resource in scope.held:
            for pattern in patterns.get(resource.type, ()):
                if _INSIDE in pattern:
                    continue
                values = seen.setdefault((resource.type, pattern), [])
                for path in _places(resource.properties, pattern):
                    value = _at(resource.properties, path)
                    if value is not None and value not in values:
                        values.append(value)
    return seen


def _with_a_twin(scope: CaseScope, scopes: Sequence[CaseScope]) -> CaseScope:
    """A second resource of the subject's type beside it: a rule that forgets to join is found so."""
    subject = scope.held[0]
    for other in scopes:
        twin = other.held[0]
        if twin.type == subject.type and twin.properties != subject.properties:
            apart = msgspec.structs.replace(
                twin, id=f"{twin.id}-twin", name=f"{twin.name}-twin", arn=f"{twin.arn}-twin"
            )
            return msgspec.structs.replace(scope, held=(*scope.held, apart))
    return scope


def _values_hidden(
    case: Case, scope: CaseScope, patterns: Mapping[str, list[Path]], seen: Mapping[tuple[str, Path], list[Json]]
) -> Iterator[Trial]:
    for resource in scope.held:
        for pattern in patterns.get(resource.type, ()):
            for path in _places(resource.properties, pattern):
                hole = Gap(scope.account, resource.region, resource.type, resource.id, path, Reason.DENIED, _DETAIL)
                hidden = _replaced(scope, plant(resource, [hole]), [hole])
                generic = INSIDE if _INSIDE in pattern else (*GENERIC, _NOTHING)
                fillers = [*seen.get((resource.type, pattern), ()), *generic]
                completions = [_replaced(scope, _filled(resource, path, filler), []) for filler in fillers]
                yield Trial(case, f"{resource.type}:/{'/'.join(map(str, path))}", hidden, (scope, *completions))


def _resources_hidden(case: Case, policy: Policy, scope: CaseScope, scopes: Sequence[CaseScope]) -> Iterator[Trial]:
    """Each read type as a whole, and each single neighbour."""
    subject = scope.held[0]
    for type in sorted({access.type for access in policy.accesses if not access.subject}):
        without = tuple(r for r in scope.held if r.type != type or r.id == subject.id)
        gap = Gap(scope.account, None, type, None, (), Reason.DENIED, _DETAIL)
        hidden = msgspec.structs.replace(scope, held=without, gaps=(*scope.gaps, gap))
        extras = [tuple(r for r in other.held[1:] if r.type == type) for other in scopes]
        completions = [
            msgspec.structs.replace(scope, held=(*without, *(_moved(r, other, scope) for r in extra)))
            for other, extra in zip(scopes, extras, strict=True)
        ]
        yield Trial(case, f"the list of {type}", hidden, (scope, *completions))
    for neighbour in scope.held[1:]:
        rest = tuple(r for r in scope.held if r.id != neighbour.id)
        parent = subject.id if home(neighbour) == subject.id else None
        gap = Gap(scope.account, None, neighbour.type, None, (), Reason.DENIED, _DETAIL, parent)
        hidden = msgspec.structs.replace(scope, held=rest, gaps=(*scope.gaps, gap))
        yield Trial(case, neighbour.id, hidden, (scope, msgspec.structs.replace(scope, held=rest)))


def _moved(resource: Resource, source: CaseScope, target: CaseScope) -> Resource:
    """A neighbour from another case, attached to this case's subject where it was attached to that one's."""
    before, after = source.held[0], target.held[0]
    if before.id not in resource.owners:
        return resource
    properties = {
        key: {before.name: after.name, before.arn: after.arn}.get(value, value) if isinstance(value, str) else value
        for key, value in resource.properties.items()
    }
    return msgspec.structs.replace(resource, properties=properties, owners=(after.id,))


def _replaced(scope: CaseScope, resource: Resource, gaps: Sequence[Gap]) -> CaseScope:
    held = tuple(resource if each.id == resource.id else each for each in scope.held)
    return msgspec.structs.replace(scope, held=held, gaps=(*scope.gaps, *gaps))


def _places(node: Json, pattern: Path, path: Path = ()) -> Iterator[Path]:
    """The concrete paths of a pattern: every index and key for "*"; a key that is not there, as it would stand."""
    if not pattern:
        yield path
        return
    key, rest = pattern[0], pattern[1:]
    if key == _INSIDE:
        yield from islice(_below(node, path), _MOST_INSIDE)
        return
    if key != "*":
        yield from _places(child(node, key), rest, (*path, key))
        return
    keys: list[Key] = []
    if isinstance(node, Mapping):
        keys = list(node)
    elif isinstance(node, list):
        keys = list(range(len(node)))
    for each in keys:
        yield from _places(child(node, each), rest, (*path, each))


def _below(node: Json, path: Path) -> Iterator[Path]:
    if isinstance(node, Mapping):
        children: Iterable[tuple[Key, Json]] = node.items()
    elif isinstance(node, list):
        children = enumerate(node)
    else:
        return
    for key, value in children:
        yield (*path, key)
        yield from _below(value, (*path, key))


def _at(node: Json, path: Path) -> Json:
    for key in path:
        node = child(node, key)
    return None if isinstance(node, Hidden) else node


def _filled(resource: Resource, path: Path, value: Json) -> Resource:
    properties: dict[str, Json] = _set(dict(resource.properties), path, value)
    return msgspec.structs.replace(resource, properties=properties)


def _set(node: Json, path: Path, value: Json) -> Json:
    key, rest = path[0], path[1:]
    if isinstance(node, list) and isinstance(key, int):
        if not rest:
            return node[:key] + ([] if value is _NOTHING else [value]) + node[key + 1 :]
        return [_set(each, rest, value) if n == key else each for n, each in enumerate(node)]
    below = dict(node) if isinstance(node, Mapping) else {}
    if rest:
        if value is not _NOTHING or str(key) in below:
            below[str(key)] = _set(below.get(str(key)), rest, value)
    elif value is _NOTHING:
        below.pop(str(key), None)
    else:
        below[str(key)] = value
    return below
