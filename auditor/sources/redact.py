"""Secrets do not enter a snapshot: each value at a listed place becomes a `Hidden` with reason `redacted`.

The scan for secrets has read them by then (`facts/secret`); names of variables stay, policies need them.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from auditor.data.secret_places import PLACES
from auditor.model import Hidden, Json, Path, Reason, Resource

_REDACTED = Hidden(Reason.REDACTED, "may hold a secret")

BY_TYPE: Mapping[str, tuple[Path, ...]] = {
    type: tuple(place.path for place in PLACES if place.type == type) for type in {place.type for place in PLACES}
}


def redacted(resource: Resource) -> Resource:
    """The resource without what may be secret. Pure; other resources are returned as they are."""
    paths = BY_TYPE.get(resource.type)
    if not paths:
        return resource
    properties: Json = resource.properties
    for path in paths:
        properties = _cut(properties, path)
    return msgspec.structs.replace(resource, properties=properties)


def _cut(node: Json, path: Path) -> Json:
    if not path:
        return _REDACTED
    key, rest = path[0], path[1:]
    if isinstance(node, list):
        return [_cut(each, rest) for each in node] if key == "*" else node
    if isinstance(node, Mapping):
        keys = list(node) if key == "*" else [key] if key in node else []
        return {name: _cut(below, rest) if name in keys else below for name, below in node.items()}
    return node
