"""Properties that are read, by a fact perhaps, and that a snapshot was not made for: not seen, not absent."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from auditor.model import Coverage, Hidden, Plan, Reason, Resource, overlaps


def unasked(coverage: Coverage, plan: Plan) -> dict[str, tuple[str, ...]]:
    """Per type, by their names."""
    found: dict[str, tuple[str, ...]] = {}
    for type, paths in plan.reads.items():
        asked = coverage.paths.get(type)
        if asked is not None:
            tops = {str(path[0]) for path in paths if path and path[0] not in ("facts", "tags", "*")}
            if missing := sorted(top for top in tops if not any(overlaps((top,), path) for path in asked)):
                found[type] = tuple(missing)
    return found


def without(resource: Resource, names: Sequence[str]) -> Resource:
    hidden = {name: Hidden(Reason.UNSUPPORTED, f"{resource.type} {name} was not collected") for name in names}
    return msgspec.structs.replace(resource, properties={**hidden, **resource.properties})
