"""Two names for a finding that survive what does not matter.

`fingerprint` is for SARIF: policy, account, region, type, id and the path, with a stable key in place of each
list index. `content_fingerprint` is for the baseline: without the file's name, with the content of what is
denied and of what stands beside it (not at the top of a resource: a new tag makes no finding new), whatever the
order of lists. Neither holds a line number or a message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import msgspec

from auditor.model import Hidden, Json, Path, Reason, Resource
from auditor.projection import child

_ENCODER = msgspec.json.Encoder(order="deterministic", enc_hook=str)

_CONTAINERS = (Mapping, list, tuple)

# What names an element of a list, where CloudFormation has such a key.
_ELEMENT_KEYS = ("Key", "Sid", "PolicyName", "DeviceName", "Id", "Name")


def fingerprint(policy: str, resource: Resource, path: Path) -> str:
    return _digest(
        policy, resource.account, resource.region or "", resource.type, resource.id, *stable(resource.properties, path)
    )


def content_fingerprint(policy: str, resource: Resource, path: Path) -> str:
    properties = resource.properties
    place = stable(properties, path, _unordered)
    return _digest(policy, resource.type, logical_id(resource.id), *place, _content(properties, path))


def _content(properties: Json, path: Path) -> str:
    """The mapping or the element in which the denied value stands; at the top of a resource the value alone."""
    held: Json = properties
    for depth, key in enumerate(path):
        below = child(held, key)
        is_last = depth == len(path) - 1 or not isinstance(below, _CONTAINERS)
        if is_last and (held is properties or isinstance(held, list | tuple)):
            return "" if below is None else _unordered(below)
        if is_last:
            return _unordered(held)
        held = below
    return ""


def logical_id(resource_id: str) -> str:
    """The id without the names of files: `a.yaml#Stack/b.yaml#Bucket` is `Stack/Bucket`; an ARN is itself."""
    hops = resource_id.split("#")[1:]  # "Stack/c/d.yaml", "Bucket": logical ids hold no slash
    return "/".join([hop.split("/", 1)[0] for hop in hops[:-1]] + hops[-1:]) or resource_id


def stable(properties: Json, path: Path, text: Callable[[Json], str] | None = None) -> tuple[str, ...]:
    """The path with the element's own key, or a hash of its content and its ordinal among twins, per index.

    `text`: what an element's content is, as text; without it, with its lists in their order.
    """
    text = text or _canonical
    result = []
    node = properties
    for key in path:
        if isinstance(node, list | tuple) and isinstance(key, int) and 0 <= key < len(node):
            result.append(_element_name(node, key, text))
        else:
            result.append(str(key))
        node = child(node, key)
    return tuple(result)


def _element_name(elements: list[Json] | tuple[Json, ...], index: int, text: Callable[[Json], str]) -> str:
    element = elements[index]
    if isinstance(element, Mapping):
        for key in _ELEMENT_KEYS:
            name = element.get(key)
            if isinstance(name, str) and sum(_named(other, key, name) for other in elements) == 1:
                return f"{key}={name}"
    content = text(element)
    ordinal = sum(text(other) == content for other in elements[:index])
    return f"#{hashlib.sha256(content.encode()).hexdigest()[:16]}.{ordinal}"


def _named(element: Json, key: str, name: str) -> bool:
    return isinstance(element, Mapping) and element.get(key) == name


class _Unseen(msgspec.Struct):
    """Of a hidden value what says which one it is; what else is known of it may grow with the tool."""

    reason: Reason
    detail: str
    symbol: str | None


def _canonical(value: Json) -> str:
    return _ENCODER.encode(_told(value)).decode()


def _told(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {key: _told(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [_told(below) for below in value]
    return _Unseen(value.reason, value.detail, value.symbol) if isinstance(value, Hidden) else value


def _unordered(value: Json) -> str:
    return _canonical(_sorted(value))


def _sorted(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {key: _sorted(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return sorted(map(_sorted, value), key=_canonical)
    return value


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
