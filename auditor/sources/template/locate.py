"""The place of a canonical path in the source: a key, an element, or the nearest thing around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.model import Location, Path
from auditor.sources.template.identity import Declared
from auditor.sources.template.tree import end_of, start_of


def of_resource(resource: Declared) -> Location | None:
    """The logical id."""
    return of_node(resource.stack.file, resource.logical)


def of_property(resource: Declared, trace: Mapping[Path, Any], path: Path) -> Location | None:
    """The key or element at `path` of the properties, or what it would lie in; `trace` as `Resolver.value` fills it."""
    for length in range(len(path), 0, -1):
        node = trace.get(path[:length])
        found = None if node is None else of_node(resource.stack.file, node)
        if found is not None:
            return found
    return of_resource(resource)


def of_node(file: str, node: Any) -> Location | None:
    """Lines and columns from 1, the end exclusive; of a node over several lines only what begins it."""
    start, end = start_of(node), end_of(node)
    if start is None:
        return None
    if end is None or end.line != start.line:
        first = next(iter(node), None) if isinstance(node, dict | list) and node else None
        inner = end_of(first)
        same = inner is not None and inner.line == start.line
        end_line, end_column = start.line, inner.column if inner is not None and same else start.column + 1
    else:
        end_line, end_column = end.line, max(end.column, start.column + 1)
    return Location(file, start.line + 1, start.column + 1, end_line + 1, end_column + 1)
