"""Facts onto resources: values at `facts[name]`, what is unknown as gaps below `("facts", name)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from auditor.facts.base import Fact, Unknown, View
from auditor.model import Gap, Json, Reason, Resource


class ScopeView(View):
    """A view over what one scope holds: resources by type and gaps by type. Neither may change any more."""

    def __init__(
        self, resources: Mapping[str, Sequence[Resource]], gaps: Mapping[str, Sequence[Gap]], is_closed: bool = True
    ) -> None:
        self._resources = resources
        self._gaps = gaps
        self._is_closed = is_closed

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def related(self, type: str) -> Sequence[Resource]:
        return self._resources.get(type, ())

    def gaps(self, type: str) -> Sequence[Gap]:
        return (*self._gaps.get(type, ()), *self._gaps.get("*", ()))


def attach(resource: Resource, wanted: Sequence[Fact], view: View) -> tuple[Resource, tuple[Gap, ...]]:
    """The resource with the wanted facts that its type carries, and the gaps of these facts.

    Facts that it has already (computed at the source, stored in a snapshot) are kept.
    """
    values: dict[str, Json] = {}
    gaps: list[Gap] = []
    for fact in wanted:
        if resource.type in fact.on and fact.name not in resource.facts:
            derived = fact.compute(resource, view)
            if derived.value is not None:
                values[fact.name] = derived.value
            gaps.extend(_gap(resource, fact, unknown) for unknown in dict.fromkeys(derived.unknown))
    if not values:
        return resource, tuple(gaps)
    return msgspec.structs.replace(resource, facts={**resource.facts, **values}), tuple(gaps)


def _gap(resource: Resource, fact: Fact, unknown: Unknown) -> Gap:
    # "outside" excuses the rest of a stand-in, so it must not reach a resource that is none.
    outside = unknown.reason is Reason.OUTSIDE and not resource.stand_in
    return Gap(
        account=resource.account,
        region=resource.region,
        type=resource.type,
        id=resource.id,
        path=("facts", fact.name, *unknown.path),
        reason=Reason.UNRESOLVED if outside else unknown.reason,
        detail=unknown.detail,
    )
