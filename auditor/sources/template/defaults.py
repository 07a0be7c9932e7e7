"""Properties that a template leaves out, filled in with what the service takes for them.

A few are what the service takes whatever the template says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from auditor.data.template_defaults import DEFAULTS, Default, Inherited, Test
from auditor.model import HIDDEN, Hidden, Path, Reason
from auditor.sources.template.nodes import Identity, Settings
from auditor.sources.template.relate import expand
from auditor.sources.template.texts import MARKERS

# (type, the value that names a resource, path) -> its value there; None where it is not declared
Inherit = Callable[[str, Any, Path], Any]

_MISSING = object()


def with_defaults(type: str, properties: dict[str, Any], settings: Settings, inherit: Inherit) -> None:
    """Fill the defaults into a tree of the resource that is not shared. Markers may still stand in it."""
    decided: set[Path] = set()
    for row in DEFAULTS:
        if row.type != type:
            continue
        for place, parent in _parents(properties, row.path):
            if place in decided or not (row.always or _left_out(parent, row)):
                continue
            bound = tuple(key for key in place if isinstance(key, int))
            held = _all_hold(row, properties, bound, settings)
            if held is False:
                continue
            decided.add(place)
            value = held if isinstance(held, Hidden) else _value(row, properties, bound, inherit)
            if value is not _MISSING:
                parent[place[-1]] = value


def _parents(properties: dict[str, Any], path: Path) -> Iterator[tuple[Path, dict[Any, Any]]]:
    for place, parent in expand(properties, path[:-1]):
        if isinstance(parent, dict):
            yield (*place, path[-1]), parent


def _left_out(parent: Mapping[str, Any], row: Default) -> bool:
    key = str(row.path[-1])
    return key not in parent or (row.empty and parent[key] == [])


def _all_hold(row: Default, properties: Mapping[str, Any], bound: tuple[int, ...], settings: Settings) -> bool | Hidden:
    """Whether all tests hold; a `Hidden` where that is not known."""
    doubt: Hidden | None = None
    for test in row.when:
        held = _holds(test, properties, bound, settings)
        if held is False:
            return False
        doubt = doubt or (held if isinstance(held, Hidden) else None)
    return doubt or True


def _holds(test: Test, properties: Mapping[str, Any], bound: tuple[int, ...], settings: Settings) -> bool | Hidden:
    if test.test == "assumed":
        return bool(settings.assume.get(test.of))
    if test.test == "region":
        return _in_region(settings, settings.assume.get(test.of))
    value = _at(properties, test.of, bound)
    there = value is not _MISSING and value is not None
    if test.test in ("present", "absent"):
        return there if test.test == "present" else not there
    if not there:
        return False
    if test.test == "named" and not isinstance(value, HIDDEN):
        return bool(value != "")
    if isinstance(value, Identity):
        if value.content is None:
            return False  # what AWS makes up equals nothing that is written here
        value = value.content
    if isinstance(value, HIDDEN):
        return Hidden(value.reason, f"the default depends on {test.of}: {value.detail}")
    return str(value).startswith(test.value) if test.test == "starts" else bool(value == test.value)


def _in_region(settings: Settings, regions: Any) -> bool | Hidden:
    listed = [regions] if isinstance(regions, str) else list(regions or ())
    if not listed or "*" in listed or settings.region is not None:
        return "*" in listed or settings.region in listed
    return Hidden(Reason.UNRESOLVED, "the default depends on the region: AWS::Region is not set")


def _value(row: Default, properties: Mapping[str, Any], bound: tuple[int, ...], inherit: Inherit) -> Any:
    if not isinstance(row.value, Inherited):
        return _copy(row.value)
    source = _at(properties, row.value.of, bound)
    if row.value.at and source is not _MISSING:
        value = inherit(row.value.type, source, tuple(row.value.at.split("/")))
        if value is not None:
            return value
    named = f" {source}" if isinstance(source, str) else ""
    return Hidden(Reason.UNRESOLVED, f"inherited from {row.value.of}{named}")


def _at(properties: Mapping[str, Any], of: str, bound: tuple[int, ...]) -> Any:
    """The value of another property, each `*` being the same index as in the row's own path."""
    node: Any = properties
    indexes = iter(bound)
    for key in of.split("/"):
        if isinstance(node, MARKERS):
            return node
        if isinstance(node, list) and key == "*":
            node = node[next(indexes)]
        elif isinstance(node, Mapping) and key in node:
            node = node[key]
        else:
            return _MISSING
    return node


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(child) for key, child in value.items()}
    return [_copy(child) for child in value] if isinstance(value, list) else value
