"""One scope, cut into shards for OPA, and what OPA says of a shard made into verdicts.

Resources travel with their home (first owner or themselves), so that a bucket and its policy meet; types that
nobody owns are small and go with every shard; a policy that joins unowned types of the account gets one shard
of its own per scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from auditor import projection
from auditor.data.relations import BY_TYPE
from auditor.facts.attach import ScopeView, attach
from auditor.facts.base import Fact
from auditor.findings import finding
from auditor.judge import Blindness, is_global, judge, left_out, populations
from auditor.model import (
    Access,
    Denial,
    Evaluation,
    Gap,
    Plan,
    Policy,
    Population,
    Reason,
    Resource,
    Scope,
    Sign,
    Status,
    Verdict,
    home,
    overlaps,
    reference,
)

_SHOWN_EVERYWHERE = frozenset(("AWS::CloudTrail::Trail", "Auditor::CloudTrail::TrailStatus"))

# The types that hang on another resource.
ATTACHED = frozenset(type for type, rows in BY_TYPE.items() if any(row.kind == "attachment" for row in rows))


class ScopeAudit:
    """Everything about a scope that its shards share."""

    def __init__(
        self, scope: Scope, plan: Plan, facts: Sequence[Fact], tries: Mapping[str, projection.Trie], shard_size: int
    ) -> None:
        """`tries`: what OPA is shown of each type, `projection.compiled(plan)`."""
        self.scope = scope
        self.plan = plan
        self._facts = facts
        self._size = shard_size
        self._tries = tries
        self._types = frozenset(plan.reads)
        self._view = self._wide_view = ScopeView({}, {})
        self._broadcast: list[Resource] = []
        self._guests: dict[str, list[Resource]] = {}
        self.owners: dict[str, tuple[str, ...]] = {}
        self.types: dict[str, str] = {}
        self._prepare()
        self._blindness: dict[tuple[str, str], Blindness] = {}
        self._on: dict[str, Sequence[Fact]] = {}

    def blindness(self, policy: Policy, type: str) -> Blindness:
        """Made when it is first asked for: most policies have no subject in most templates."""
        key = policy.id, type
        if key not in self._blindness:
            scope = self.scope
            self._blindness[key] = Blindness(policy, type, scope.gaps, scope.coverage, self.owners, self.types)
        return self._blindness[key]

    def _prepare(self) -> None:
        """One pass for what has to be known before the first shard: joins, unowned types, parents of gaps."""
        joins: dict[str, list[Fact]] = {}
        for fact in self._facts:
            for type in fact.joins:
                joins.setdefault(type, []).append(fact)
        wanted = {gap.id for gap in self.scope.gaps} | {gap.parent for gap in self.scope.gaps}
        joined: dict[str, list[Resource]] = {}
        for resource in self.scope.resources(self._types | joins.keys()):
            if resource.id in wanted:
                self.types[resource.id] = resource.type
                self.owners[resource.id] = resource.owners
            if any(fact.joins_with(resource) for fact in joins.get(resource.type, ())):
                joined.setdefault(resource.type, []).append(resource)
            if _is_broadcast(resource.type):
                self._broadcast.append(resource)
            for owner in resource.owners[1:]:
                self._guests.setdefault(owner, []).append(resource)
        gaps: dict[str, list[Gap]] = {}
        for gap in self.scope.gaps:
            gaps.setdefault(gap.type, []).append(gap)
        is_closed = self.scope.coverage.related is None
        self._view = self._wide_view = ScopeView(joined, gaps, is_closed=is_closed)
        if unasked := list(_left_out(self.scope, self._facts)):
            more = dict(gaps)
            for gap in unasked:
                more[gap.type] = [*more.get(gap.type, ()), gap]
            self._wide_view = ScopeView(joined, more, is_closed=is_closed)

    def reads_of_stand_in(self, policy: Policy, stand_in: Resource) -> bool:
        """Whether the policy, or a fact for it, reads what the stand-in declares."""
        declared = self.scope.declares.get(stand_in.id, ())
        reads = [(access.type, access.path) for access in policy.accesses]
        named = {access.path[1] for access in policy.accesses if access.path[:1] == ("facts",)}
        for fact in self._facts:
            if fact.name in named:
                reads += [(type, path) for type, paths in fact.reads.items() for path in paths]
        return any(type == of and overlaps(path, place) for type, path in reads for of, place in declared)

    def _is_wide(self, region: str | None) -> bool:
        """Whether a resource has to do with regions that were left out: a global one, or a bucket that stands there."""
        return region is None or region in self.scope.coverage.left_out

    def _facts_on(self, type: str) -> Sequence[Fact]:
        """The facts that a policy reads on resources of the type; others need them on other types."""
        if type not in self._on:
            shown = self._tries[type].get("facts")
            is_all = shown == {}  # a trie that ends: whatever is below
            self._on[type] = [fact for fact in self._facts if shown is not None and (is_all or fact.name in shown)]
        return self._on[type]

    def shards(self) -> Iterator[Shard]:
        """All shards of the scope; the first also carries the verdicts on what was not seen at all."""
        local: list[Policy] = []
        wide: list[Policy] = []
        for policy in self.plan.policies:
            (local if _is_local(policy) else wide).append(policy)
        batches = self._batches(self._types, self._size)
        first = next(batches, [])
        second = next(batches, None)
        if second is None:
            yield self._shard(first, self.plan.policies, first=True)
            return
        yield self._shard(first, local, first=True)
        yield self._shard(second, local)
        for batch in batches:
            yield self._shard(batch, local)
        for policy in wide:
            yield from self._wide(policy)

    def _wide(self, policy: Policy) -> Iterator[Shard]:
        """The types that the policy joins go with each batch of the others.

        A batch is as large as what goes with it: no resource is sent more than about twice on average.
        """
        types = {access.type for access in policy.accesses if not _travels(access)}
        joined = list(self.scope.resources(frozenset(types)))
        batches = self._batches(policy.types - types, max(self._size, len(joined)))
        yield self._shard(next(batches, []), [policy], joined, judged=True)
        for batch in batches:
            yield self._shard(batch, [policy], joined)

    def _batches(self, types: frozenset[str], size: int) -> Iterator[list[Resource]]:
        """About `size` resources each, cut only between homes."""
        batch: list[Resource] = []
        last = None
        for resource in self.scope.resources(types):
            if _is_broadcast(resource.type):
                continue
            if len(batch) >= size and home(resource) != last:
                yield batch
                batch = []
            batch.append(resource)
            last = home(resource)
        if batch or self._broadcast:
            yield batch

    def _shard(
        self,
        batch: Sequence[Resource],
        policies: Sequence[Policy],
        joined: Sequence[Resource] = (),
        judged: bool = False,
        first: bool = False,
    ) -> Shard:
        """`judged`: what goes with every shard is judged in this one. The first shard also judges what was not seen."""
        judged = judged or first
        everywhere = [*self._broadcast, *joined]
        present = {resource.id for resource in (*batch, *everywhere)}
        guests = {g.id: g for r in batch for g in self._guests.get(r.id, ()) if g.id not in present}
        travelling = [*batch, *everywhere, *guests.values()]
        shown: dict[str, list[Mapping[str, object]]] = {}
        subjects: dict[str, Resource] = {}
        gaps: list[Gap] = []
        for resource in travelling:
            view = self._wide_view if self._is_wide(resource.region) else self._view
            resource, unknown = attach(resource, self._facts_on(resource.type), view)
            gaps += unknown
            subjects[resource.id] = resource
            shown.setdefault(resource.type, []).append(projection.show(resource, self._tries[resource.type]))
        asked = [policy for policy in policies if any(type in shown for type in policy.subjects)]
        return Shard(
            audit=self,
            policies=tuple(asked),
            unseen_of=tuple(self.plan.policies) if first else (),
            subjects=subjects,
            guests=frozenset(guests) | (frozenset() if judged else {each.id for each in everywhere}),
            gaps=tuple(gaps),
            body=projection.encode(shown) if asked else b"",
        )


class Shard:
    """One question to OPA, and its answer."""

    def __init__(
        self,
        audit: ScopeAudit,
        policies: tuple[Policy, ...],
        unseen_of: tuple[Policy, ...],
        subjects: Mapping[str, Resource],
        guests: frozenset[str],
        gaps: tuple[Gap, ...],
        body: bytes,
    ) -> None:
        self.scope = audit.scope
        self.root = audit.scope.root
        self.policies = policies
        self.keys = tuple(policy.key for policy in policies)
        self.body = body
        self._audit = audit
        self._unseen_of = unseen_of
        self._subjects = subjects
        self._guests = guests
        self._gaps = gaps
        self._evaluation = Evaluation({}, {})

    def subject(self, policy: Policy, id: str) -> Resource | None:
        """The resource with its facts, where this shard judges it by the policy."""
        found = self._subjects.get(id)
        is_judged = found is not None and policy in self.policies and id not in self._guests
        return found if is_judged else None

    @property
    def held(self) -> Mapping[str, Resource]:
        """Every resource that goes with this shard, by id, with its facts."""
        return self._subjects

    def touching(self, policy: Policy, subject: Resource) -> list[tuple[Gap, frozenset[Sign]]]:
        """Every gap that may matter for the subject, with the signs of the reads that it hides."""
        return [pair for layer in self._layers(policy, subject.type) for pair in layer.touching(subject)]

    def evaluated(self, evaluation: Evaluation) -> Shard:
        self._evaluation = evaluation
        return self

    def failures(self) -> Iterator[tuple[str, str]]:
        """Policy id and OPA's own text, for each policy that gave no answer."""
        for policy in self.policies:
            if (failure := self._failure(policy)) is not None:
                yield policy.id, failure

    def verdicts(self) -> Iterator[Verdict]:
        for policy in self._unseen_of:
            yield from self._unseen(policy)
        for policy in self.policies:
            yield from self._of(policy)

    def _failure(self, policy: Policy) -> str | None:
        if policy.key in self._evaluation.failures:
            return self._evaluation.failures[policy.key]
        for denial in self._evaluation.denials[policy.key]:
            if denial.type not in policy.subjects:
                return f"{policy.file}: a denial speaks of {denial.type}, which is no subject of {policy.id}"
            if denial.id not in self._subjects:
                return f"{policy.file}: a denial speaks of {denial.id!r}, which is not in the input"
        return None

    def _of(self, policy: Policy) -> Iterator[Verdict]:
        failure = self._failure(policy)
        denials: dict[str, list[Denial]] = {}
        if failure is None:
            for denial in self._evaluation.denials[policy.key]:
                denials.setdefault(denial.id, []).append(denial)
        layers: dict[str, list[Blindness]] = {}
        for subject in self._subjects.values():
            if subject.type not in policy.subjects or subject.id in self._guests:
                continue
            if subject.stand_in and not self._audit.reads_of_stand_in(policy, subject):
                continue
            if failure is not None:
                yield self._verdict(policy, subject, Status.UNKNOWN, error=failure)
                continue
            if subject.type not in layers:
                layers[subject.type] = self._layers(policy, subject.type)
            judged = judge(subject, [_located(d, subject) for d in denials.get(subject.id, ())], layers[subject.type])
            if judged.status is None:
                continue
            yield self._verdict(
                policy,
                subject,
                judged.status,
                findings=tuple(
                    finding(policy, subject, denial, self.scope, self._subjects, certain)
                    for group, certain in ((judged.standing, True), (judged.doubtful, False))
                    for denial in group
                ),
                gaps=judged.gaps,
            )

    def _layers(self, policy: Policy, type: str) -> list[Blindness]:
        """The gaps of the scope, and those of the facts of this shard."""
        layers = [self._audit.blindness(policy, type)]
        if self._gaps:
            owners, types = _owners(self._subjects), _types(self._subjects)
            layers.append(Blindness(policy, type, self._gaps, None, owners, types))
        return layers

    def _verdict(self, policy: Policy, subject: Resource, status: Status, **more: object) -> Verdict:
        passed = status is Status.PASS
        return Verdict(
            policy=policy.id,
            severity=policy.severity,
            status=status,
            resource=reference(subject),
            location=None if passed else self.scope.locate(subject.id, ()),
            construct=None if passed else self.scope.construct(subject.id),
            assumed=self.scope.assumed(subject.id) if passed else (),
            **more,  # type: ignore[arg-type]
        )

    def _unseen(self, policy: Policy) -> Iterator[Verdict]:
        """One verdict for the unseen resources of each type ("*": of any) and region, with the gaps that hide them."""
        unseen: dict[Population, list[Gap]] = {}
        for gap in dict.fromkeys(populations(self.scope.gaps, policy.subjects)):
            unseen.setdefault(Population(gap.account, gap.region, gap.type), []).append(gap)
        for population, why in unseen.items():
            place = self.scope.locate("", ())  # a template as a whole; an account has no place
            unknown = Verdict(policy.id, policy.severity, Status.UNKNOWN, population=population, gaps=tuple(why))
            yield msgspec.structs.replace(unknown, location=place)


def _located(denial: Denial, subject: Resource) -> Denial:
    """The denial with the source's own list indexes."""
    tree = {"facts": subject.facts, "tags": subject.tags}.get(str(denial.path[0])) if denial.path else None
    if tree is not None:
        path = (denial.path[0], *projection.source_path(tree, denial.path[1:]))
    else:
        path = projection.source_path(subject.properties, denial.path)
    return msgspec.structs.replace(denial, path=path)


def _left_out(scope: Scope, facts: Sequence[Fact]) -> Iterator[Gap]:
    """What facts about global subjects (the account, a role) do not see, because the user left regions out.

    A multi-region trail shows in every region, and one of a single region answers none of their questions.
    """
    coverage = scope.coverage
    of_all = [fact for fact in facts if any(is_global(coverage, type) for type in fact.on)]
    for type in sorted({type for fact in of_all for type in fact.joins} - _SHOWN_EVERYWHERE):
        if (detail := left_out(coverage, type)) is not None:
            for region in coverage.left_out:
                yield Gap(scope.account, region, type, None, (), Reason.OUTSIDE, detail)


def _is_broadcast(type: str) -> bool:
    """Account-level and region-level state: a handful per account."""
    return type.startswith("Auditor::") and type not in ATTACHED


def _is_local(policy: Policy) -> bool:
    """Whether all that the policy reads travels with its subject."""
    return all(_travels(access) for access in policy.accesses)


def _travels(access: Access) -> bool:
    return access.subject or _is_broadcast(access.type) or (access.owned and access.type in ATTACHED)


def _owners(resources: Mapping[str, Resource]) -> dict[str, tuple[str, ...]]:
    return {id: resource.owners for id, resource in resources.items() if resource.owners}


def _types(resources: Iterable[str] | Mapping[str, Resource]) -> dict[str, str]:
    assert isinstance(resources, Mapping)
    return {id: resource.type for id, resource in resources.items()}
