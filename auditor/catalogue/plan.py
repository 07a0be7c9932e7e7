"""What has to be read for a set of policies: policy → fact → types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.config import nearest
from auditor.errors import PackError
from auditor.facts.base import Fact
from auditor.model import Path, Plan, Policy


def plan(policies: Sequence[Policy], facts: Mapping[str, Fact]) -> Plan:
    """The union of all reads, those of the facts included; `()` stands for the existence of a type.

    A fact that several types carry is planned for those on which it is read, with all that it joins.
    PackError for a fact that does not exist or that the type does not carry.
    """
    reads: dict[str, set[Path]] = {}
    wanted: dict[str, set[str]] = {}
    for policy in policies:
        for type in policy.types:
            reads.setdefault(type, set()).add(())
        for access in policy.accesses:
            reads[access.type].add(access.path)
            if access.path[:1] == ("facts",):
                wanted.setdefault(_fact(policy, access.type, access.path, facts).name, set()).add(access.type)
    for name, types in wanted.items():
        fact = facts[name]
        for type, paths in fact.reads.items():
            if type in types or type not in fact.on or type in fact.joins:
                reads.setdefault(type, {()}).update(paths)
        for type in fact.joins:
            reads.setdefault(type, {()})
    ordered = {type: tuple(sorted(reads[type], key=lambda path: [str(key) for key in path])) for type in sorted(reads)}
    return Plan(ordered, tuple(policies), tuple(sorted(wanted)))


def _fact(policy: Policy, type: str, path: Path, facts: Mapping[str, Fact]) -> Fact:
    name = str(path[1]) if len(path) > 1 else ""
    fact = facts.get(name)
    if fact is None:
        raise PackError(
            f'{policy.file}: {policy.id} reads the fact "{name}", which does not exist{nearest(name, facts)}'
        )
    if type not in fact.on:
        raise PackError(f'{policy.file}: {policy.id} reads "{name}" of {type}; only {", ".join(fact.on)} carry it')
    return fact
