"""What has to be read for a set of policies: policy → fact → types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.errors import PackError
from auditor.facts.base import Fact
from auditor.model import Path, Plan, Policy


def plan(policies: Sequence[Policy], facts: Mapping[str, Fact]) -> Plan:
    """The union of all reads, those of the facts included. PackError for a fact that does not exist."""
    reads: dict[str, set[Path]] = {}
    wanted: dict[str, None] = {}
    for policy in policies:
        for subject in policy.subjects:
            reads.setdefault(subject, set()).add(())
        for access in policy.accesses:
            reads.setdefault(access.type, set()).add(access.path)
            if access.path[:1] == ("facts",):
                name = str(access.path[1]) if len(access.path) > 1 else ""
                if name not in facts:
                    raise PackError(f"{policy.file}: there is no fact {name!r}")
                wanted[name] = None
    for name in wanted:
        for type, paths in facts[name].reads.items():
            reads.setdefault(type, set()).update(paths or ((),))
    return Plan({type: tuple(sorted(paths, key=str)) for type, paths in reads.items()}, tuple(policies), tuple(wanted))
