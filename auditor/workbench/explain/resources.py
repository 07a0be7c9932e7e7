"""Which resource a person means: by id, by name or ARN, or by an end that only one has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.config import nearest
from auditor.errors import UsageError
from auditor.judge import populations
from auditor.model import Policy, Resource, ResourceRef, Scope, reference
from auditor.render.text import label, why_unseen

_MOST_NAMED = 10


def the_one(wanted: str, policy: Policy, scopes: Sequence[Scope]) -> ResourceRef:
    """The subject of the policy that is meant.

    UsageError where there is none (names the nearest), where it is of a type that the policy does not judge, and
    where it is one of several (names them).
    """
    by_rank: dict[int, dict[str, ResourceRef]] = {}
    others: dict[str, str] = {}
    names: dict[str, None] = {}
    for scope in scopes:
        for resource in scope.resources():
            rank = _rank(wanted, resource)
            if resource.type in policy.subjects:
                names.setdefault(_label(resource))
                if rank is not None:
                    by_rank.setdefault(rank, {})[resource.id] = reference(resource)
            elif rank is not None:
                others.setdefault(resource.id, resource.type)
    if by_rank:
        found = by_rank[min(by_rank)]
        if len(found) > 1:
            raise UsageError(f'"{wanted}" may be one of {len(found)}: {_some(found)}; give more of its end')
        return next(iter(found.values()))
    types = ", ".join(policy.subjects)
    why = dict.fromkeys(why_unseen(gap) for each in scopes for gap in populations(each.gaps, policy.subjects))
    unseen = f"; not all of them were seen: {_some(why)}" if why else ""
    if others:
        id, type = next(iter(others.items()))
        raise UsageError(f"{id} is of type {type}; {policy.id} judges {types}")
    if not names:
        raise UsageError(f'no "{wanted}": there is no {types}, which {policy.id} judges{unseen}')
    hint = nearest(wanted, names) or f"; there are {_some(names)}"
    raise UsageError(f'no {types} "{wanted}"{hint}{unseen}')


def _rank(wanted: str, resource: Resource) -> int | None:
    if resource.id == wanted:
        return 0
    if wanted in (resource.arn, resource.name, _label(resource)):
        return 1
    return 2 if wanted and resource.id.endswith(wanted) else None


def _label(resource: Resource) -> str:
    return label(reference(resource)).strip("⟨⟩")


def _some(names: Iterable[str]) -> str:
    known = list(names)
    more = len(known) - _MOST_NAMED
    return ", ".join(known[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
