"""What OPA is shown of a resource, and the way back from what it says.

Only read paths are shown, and nothing hidden: a hidden value is removed, so a list closes up and its indexes
change (`source_path` maps them back). This is the law of the judgement: hidden means removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from auditor.model import HIDDEN, Json, Path, Plan, Resource

# A compiled set of read paths: key -> subtree; an empty subtree takes everything below it.
Trie = dict[str, Any]

_ENCODER = msgspec.json.Encoder(enc_hook=str)
_REMOVED = object()


def compile_reads(paths: Iterable[Path]) -> Trie:
    """One trie for `("A", "B")` and `("facts", "x")` paths; a path that ends takes all below it."""
    root: Trie = {}
    for path in sorted((p for p in paths if p), key=len):
        node = root
        for depth, key in enumerate(path):
            last = depth == len(path) - 1
            child = node.get(str(key))
            if child == {} and not last:
                break  # a shorter path has taken everything below here
            if child is None:
                child = node[str(key)] = {}
            node = child
    return root


def compiled(plan: Plan) -> dict[str, Trie]:
    """A trie per type of what the policies read; what only their facts read is collected and not shown."""
    reads: dict[str, list[Path]] = {type: [] for type in plan.reads}
    for policy in plan.policies:
        for access in policy.accesses:
            reads[access.type].append(access.path)
    return {type: compile_reads(paths) for type, paths in reads.items()}


def show(resource: Resource, trie: Trie) -> dict[str, Json]:
    """The resource as OPA sees it."""
    shown: dict[str, Json] = {
        "type": resource.type,
        "id": resource.id,
        "name": resource.name,
        "arn": resource.arn,
        "account": resource.account,
        "region": resource.region,
        "properties": _cut_mapping(resource.properties, trie),
    }
    if "facts" in trie:
        shown["facts"] = _cut(resource.facts, trie["facts"])
    if "tags" in trie:
        shown["tags"] = _cut(resource.tags, trie["tags"])
    return shown


def encode(resources: Mapping[str, Sequence[Mapping[str, Json]]]) -> bytes:
    return _ENCODER.encode(resources)


def source_path(tree: Json, path: Path) -> Path:
    """The path in the source's own indexes; integers in `path` count only what OPA saw."""
    result: list[str | int] = []
    node = tree
    for key in path:
        if isinstance(node, list | tuple) and isinstance(key, int):
            key = _nth_seen(node, key)
        result.append(key)
        node = child(node, key)
    return tuple(result)


def child(node: Json, key: str | int) -> Json:
    """The value below `key`, None where there is none."""
    if isinstance(node, Mapping):
        return node.get(key)
    if isinstance(node, list | tuple) and isinstance(key, int) and 0 <= key < len(node):
        return node[key]
    return None


def _nth_seen(elements: Sequence[Json], index: int) -> int:
    seen = -1
    for position, element in enumerate(elements):
        seen += not isinstance(element, HIDDEN)
        if seen == index:
            return position
    return len(elements)


def _cut_mapping(value: Mapping[str, Json], trie: Trie) -> dict[str, Json]:
    every = trie.get("*")
    result = {}
    for key, below in value.items():
        branch = trie.get(key, every)
        if branch is not None and (kept := _cut(below, _both(branch, every))) is not _REMOVED:
            result[key] = kept
    return result


def _both(branch: Trie, every: Trie | None) -> Trie:
    """`/A/B` and `/*/C` are both read: what stands under A is kept for either."""
    if every is None or branch is every or not branch or not every:
        return branch if every is None or branch is every else {}
    return {**branch, **every}


def _cut(value: Json, trie: Trie) -> Json:
    if isinstance(value, HIDDEN):
        return _REMOVED
    if isinstance(value, Mapping):
        return _without_hidden(value) if not trie else _cut_mapping(value, trie)
    if isinstance(value, list | tuple):
        below = trie.get("*", {}) if not any(key.isdigit() for key in trie) else {}
        return [kept for element in value if (kept := _cut(element, below)) is not _REMOVED]
    return value


def _without_hidden(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {key: _without_hidden(below) for key, below in value.items() if not isinstance(below, HIDDEN)}
    if isinstance(value, list | tuple):
        return [_without_hidden(element) for element in value if not isinstance(element, HIDDEN)]
    return value
