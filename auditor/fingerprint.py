"""Two names for a finding that survive what does not matter.

`fingerprint` is for SARIF: policy, account, region, type, id and the path, with a stable key in place of each
list index. `content_fingerprint` is for the baseline: without the file's name, with the content of what is
denied and of its neighbours. Neither holds a line number or a message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from auditor.model import Json, Path, Resource
from auditor.projection import child

_ENCODER = msgspec.json.Encoder(order="deterministic", enc_hook=str)

# What names an element of a list, where CloudFormation has such a key.
_ELEMENT_KEYS = ("Key", "Sid", "PolicyName", "DeviceName", "Id", "Name")


def fingerprint(policy: str, resource: Resource, path: Path) -> str:
    return _digest(
        policy, resource.account, resource.region or "", resource.type, resource.id, *stable(resource.properties, path)
    )


def content_fingerprint(policy: str, resource: Resource, path: Path) -> str:
    parent: Json = resource.properties
    for key in path[:-1]:
        below = child(parent, key)
        if not isinstance(below, Mapping | list | tuple):
            break
        parent = below
    content = _canonical(parent) if path else ""
    return _digest(policy, resource.type, logical_id(resource.id), *stable(resource.properties, path), content)


def logical_id(resource_id: str) -> str:
    """The id without the names of files: `a.yaml#Stack/b.yaml#Bucket` is `Stack/Bucket`; an ARN is itself."""
    hops = resource_id.split("#")[1:]  # "Stack/c/d.yaml", "Bucket": logical ids hold no slash
    return "/".join([hop.split("/", 1)[0] for hop in hops[:-1]] + hops[-1:]) or resource_id


def stable(properties: Json, path: Path) -> tuple[str, ...]:
    """The path with the element's own key, or a hash of its content and its ordinal among twins, per index."""
    result = []
    node = properties
    for key in path:
        if isinstance(node, list | tuple) and isinstance(key, int) and 0 <= key < len(node):
            result.append(_element_name(node, key))
        else:
            result.append(str(key))
        node = child(node, key)
    return tuple(result)


def _element_name(elements: list[Json] | tuple[Json, ...], index: int) -> str:
    element = elements[index]
    if isinstance(element, Mapping):
        for key in _ELEMENT_KEYS:
            name = element.get(key)
            if isinstance(name, str) and sum(_named(other, key, name) for other in elements) == 1:
                return f"{key}={name}"
    content = _canonical(element)
    ordinal = sum(_canonical(other) == content for other in elements[:index])
    return f"#{hashlib.sha256(content.encode()).hexdigest()[:16]}.{ordinal}"


def _named(element: Json, key: str, name: str) -> bool:
    return isinstance(element, Mapping) and element.get(key) == name


def _canonical(value: Json) -> str:
    return _ENCODER.encode(value).decode()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
