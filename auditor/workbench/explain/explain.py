"""One policy and one resource: judged as an audit judges it, then traced by OPA."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from auditor import projection
from auditor.errors import UsageError
from auditor.facts.base import Fact
from auditor.findings import path_of
from auditor.model import (
    Engine,
    Finding,
    Gap,
    Json,
    Path,
    Plan,
    Policy,
    Problem,
    Resource,
    Scope,
    Sign,
    Source,
    Status,
    Verdict,
    overlaps,
    pointer,
    reference,
)
from auditor.render.excerpt import secrets_of
from auditor.render.text import why_unseen
from auditor.scope_audit import ATTACHED, ScopeAudit, Shard
from auditor.workbench.explain import trace
from auditor.workbench.explain.explanation import Denied, Explanation, InWorld, Known, NotSeen, Proof
from auditor.workbench.explain.resources import the_one
from auditor.workbench.explain.rules import Reader, Rule
from auditor.workbench.explain.statements import Source as RegoSource
from auditor.workbench.explain.values import Mask
from auditor.worlds import merge

_SHARD = 750

Input = dict[str, list[dict[str, Json]]]


class Tools(Protocol):
    """What is asked of the opa program (`engine.tools.OpaTools`)."""

    def parse(self, file: str) -> Mapping[str, Json]: ...

    def eval(self, query: str, files: Sequence[str], data: bytes, explain: str = "off") -> Mapping[str, Json]: ...


class Setup(msgspec.Struct, frozen=True):
    """What one policy is judged with. `modules`: its file and the libraries; `parameters`: by policy key."""

    policy: Policy
    plan: Plan
    facts: tuple[Fact, ...]
    modules: tuple[str, ...]
    parameters: Mapping[str, Mapping[str, Json]]


class Judged(msgspec.Struct, frozen=True):
    """The resource in one world, and the shard in which it was judged."""

    scope: Scope
    shard: Shard
    subject: Resource
    verdict: Verdict


def explain(source: Source, setup: Setup, wanted: str, engine: Engine, tools: Tools) -> Explanation:
    """Why the policy says what it says of the resource that is `wanted` (`resources.the_one`).

    UsageError where there is no such resource, or no verdict on it.
    """
    found = list(source.scopes(setup.plan))
    scopes = [each for each in found if not isinstance(each, Problem)]
    problems = [each for each in found if isinstance(each, Problem)]
    if problems and not scopes:
        raise UsageError("; ".join(f"{each.subject}: {each.message}" for each in problems))
    subject = the_one(wanted, setup.policy, scopes)
    worlds = [
        judged for scope in scopes for judged in _judged(scope, subject.id, setup, engine, source.header.taken_at)
    ]
    if not worlds:
        raise UsageError(
            f"{setup.policy.id} gives {subject.id} no verdict: it is declared elsewhere, and what is said of it here "
            "is nothing that the policy reads"
        )
    merged = next(each for each in merge((each.scope, each.verdict) for each in worlds) if isinstance(each, Verdict))
    shown = _deciding(worlds, merged)
    several = len(worlds) > 1
    return msgspec.structs.replace(
        _Explainer(shown, merged, setup, tools, source.header.taken_at).explained(),
        status=merged.status,
        world=shown.scope.world.label if several and shown.scope.world else "",
        worlds=tuple(
            InWorld(each.scope.world.label if each.scope.world else "", each.verdict.status)
            for each in (worlds if several else ())
        ),
        notes=tuple(f"{each.subject}: {each.message}" for each in problems),
    )


def _judged(scope: Scope, id: str, setup: Setup, engine: Engine, taken_at: str) -> Iterator[Judged]:
    tries = projection.compiled(setup.plan)
    for shard in ScopeAudit(scope, setup.plan, setup.facts, tries, _SHARD).shards():
        subject = shard.subject(setup.policy, id)
        if subject is None:
            continue
        encoded = msgspec.json.encode(setup.parameters)
        shard.evaluated(engine.evaluate(shard.keys, shard.body, encoded, taken_at))
        for verdict in shard.verdicts():
            if verdict.resource is not None and verdict.resource.id == id:
                yield Judged(scope, shard, subject, verdict)
        return


def _deciding(worlds: Sequence[Judged], merged: Verdict) -> Judged:
    """The world whose verdict is the merged one; of several the default."""
    same = [each for each in worlds if each.verdict.status is merged.status] or list(worlds)
    return next((each for each in same if each.scope.world is None or each.scope.world.default), same[0])


class _Explainer:
    def __init__(self, judged: Judged, merged: Verdict, setup: Setup, tools: Tools, taken_at: str) -> None:
        self._judged = judged
        self._merged = merged
        self._setup = setup
        self._policy = setup.policy
        self._tools = tools
        self._taken_at = taken_at
        self._touching = judged.shard.touching(setup.policy, judged.subject)
        self._everything: Input = msgspec.json.decode(judged.shard.body)
        self._mask = Mask(self._everything)

    def explained(self) -> Explanation:
        verdict, policy = self._judged.verdict, self._policy
        said, rules = ((), ()) if verdict.error is not None else self._traced()
        return Explanation(
            policy=policy.id,
            title=policy.title,
            severity=policy.severity,
            resource=reference(self._judged.subject),
            status=verdict.status,
            location=self._judged.scope.locate(self._judged.subject.id, ()),
            denials=tuple(self._denied(finding, said) for finding in verdict.findings),
            not_seen=tuple(self._not_seen()),
            facts=tuple(self._facts()),
            rules=rules,
            parameters=self._setup.parameters.get(policy.key, {}),
            assumed=verdict.assumed,
            error=verdict.error,
        )

    def _traced(self) -> tuple[Sequence[Mapping[str, Any]], tuple[Rule, ...]]:
        """What `deny` gave for the subject, and the way there.

        What can have no say is left out first, so that the trace is short; if that changed what is denied, all of it
        is traced.
        """
        whole = self._denials_of(self._eval(self._everything)["result"])
        cut = self._cut()
        answer = self._eval(cut, "full")
        if self._denials_of(answer["result"]) != whole:
            cut, answer = self._everything, self._eval(self._everything, "full")
        reader = Reader(functools.cache(self._source), self._input(cut), self._mask, self._why)
        rules = reader.rules(trace.queries(answer["explanation"]), reference(self._judged.subject))
        return whole, rules

    def _eval(self, resources: Input, explain: str = "off") -> Mapping[str, Json]:
        query = f"data.policy.{self._policy.key}.deny"
        data = msgspec.json.encode(self._input(resources))
        return self._tools.eval(query, self._setup.modules, data, explain)

    def _input(self, resources: Input) -> dict[str, Json]:
        named = {"policies": [self._policy.key], "parameters": self._setup.parameters, "taken_at": self._taken_at}
        return {**named, "resources": resources}

    def _denials_of(self, result: Any) -> list[Mapping[str, Any]]:
        denials = result[0]["expressions"][0]["value"] if result else []
        own = [denial for denial in denials if denial["id"] == self._judged.subject.id]
        return sorted(own, key=lambda denial: str(msgspec.json.encode(denial)))

    def _cut(self) -> Input:
        subject = self._judged.subject
        held = self._judged.shard.held
        elsewhere = [access for access in self._policy.accesses if not access.subject]
        owned = {access.type for access in elsewhere if access.owned and access.type in ATTACHED}
        joined = {access.type for access in elsewhere if not (access.owned and access.type in ATTACHED)}
        kept: Input = {}
        for type, resources in self._everything.items():
            if type in joined:
                kept[type] = resources
            elif type in owned:
                kept[type] = [each for each in resources if subject.id in held[each["id"]].owners]
            if type == subject.type and type not in joined:
                others = kept.get(type, [])
                kept[type] = [each for each in resources if each["id"] == subject.id or each in others]
        return kept

    def _source(self, file: str) -> RegoSource:
        return RegoSource(self._tools.parse(file))

    def _why(self, id: str, path: Path) -> str | None:
        """Why a path of a resource was not seen."""
        gaps = [gap for gap, _ in self._touching] + list(self._judged.scope.gaps)
        return next(
            (why_unseen(gap) for gap in gaps if gap.id == id and gap.path and overlaps(gap.path, path)),
            None,
        )

    def _denied(self, finding: Finding, said: Sequence[Mapping[str, Any]]) -> Denied:
        word = next((str(each["kind"]) for each in said if each["message"] == finding.message), "")
        return Denied(
            word=word,
            message=self._mask.text(finding.message),
            pointer=pointer(finding.path),
            certain=finding.certain,
            location=finding.location,
            place=finding.evidence,
            masked_from=self._masked_from(finding),
        )

    def _masked_from(self, finding: Finding) -> int | None:
        place = finding.location
        return None if place is None else secrets_of([self._judged.verdict]).get((place.file, place.line))

    def _not_seen(self) -> Iterator[NotSeen]:
        gathered: dict[Gap, frozenset[Sign]] = {}
        for gap, signs in self._touching:
            gathered[gap] = gathered.get(gap, frozenset()) | signs
        is_open = self._merged.status is Status.UNKNOWN
        causes = set(self._merged.gaps if is_open else ())
        for gap in causes:
            gathered.setdefault(gap, frozenset())  # a world that is not decided
        if is_open:  # a verdict names only the first of many causes
            sign = Sign.NEEDS if self._judged.verdict.findings else Sign.SEEKS
            causes |= {gap for gap, signs in gathered.items() if sign in signs}
        for gap, signs in sorted(gathered.items(), key=lambda item: item[0] not in causes):
            yield NotSeen(
                why=why_unseen(gap),
                type=gap.type,
                id=gap.id,
                pointer=pointer(gap.path),
                reason=gap.reason.value,
                signs=tuple(sorted(sign.value for sign in signs)),
                decides=gap in causes,
            )

    def _facts(self) -> Iterator[Known]:
        read = {(access.type, str(access.path[1])) for access in self._policy.accesses if access.path[:1] == ("facts",)}
        shown = {each["id"] for resources in self._cut().values() for each in resources}
        for resource in self._judged.shard.held.values():
            for type, name in sorted(read):
                if type != resource.type or resource.id not in shown:
                    continue
                gaps = [gap for gap, _ in self._touching if gap.id == resource.id and gap.path[:2] == ("facts", name)]
                unknown = tuple(f"{pointer(gap.path[2:])}: {why_unseen(gap)}".removeprefix(": ") for gap in gaps)
                if name in resource.facts or unknown:
                    value = resource.facts.get(name)
                    evidence = tuple(dict.fromkeys(self._proofs(value)))
                    yield Known(name, reference(resource), self._mask.of(value), evidence, unknown)

    def _proofs(self, value: Json) -> Iterator[Proof]:
        """The entries of a fact name the places that they rest on: {"id", "pointer"}."""
        if isinstance(value, Mapping):
            if value.keys() == {"id", "pointer"}:
                place = self._judged.shard.held.get(value["id"])
                path = path_of(place.properties, value["pointer"]) if place is not None else ()
                location = self._judged.scope.locate(value["id"], path) if place is not None else None
                yield Proof(value["id"], value["pointer"], location)
            for below in value.values():
                yield from self._proofs(below)
        elif isinstance(value, list | tuple):
            for below in value:
                yield from self._proofs(below)
