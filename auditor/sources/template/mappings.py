"""Fn::FindInMap: the entries that keys may name, where the keys themselves may be unseen.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-findinmap.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from auditor.model import Hidden, Text
from auditor.sources.template.conditions import same
from auditor.sources.template.intrinsics import hidden_by
from auditor.sources.template.nodes import Node
from auditor.sources.template.texts import could_equal, is_literal, is_wrong, scalar_text, shown, unseen, wrong

_MOST = 200  # entries that are told apart

Allowed = Mapping[str, frozenset[str]]  # symbol of a parameter to its AllowedValues


def look_up(argument: Node, section: Any, value: Callable[[Node], Any], allowed: Allowed, where: str) -> Node:
    """The entry that Fn::FindInMap names, as a node of the mapping, or a marker.

    Hidden keys give the entry only where all entries that they may name agree, the DefaultValue included; else it is
    one of them: a key that the mapping lacks is refused.
    """
    if not isinstance(argument, list) or len(argument) not in (3, 4):
        return wrong("Fn::FindInMap takes a mapping and two keys")
    name, top, second = keys = [value(part) for part in argument[:3]]
    options = argument[3] if len(argument) == 4 and isinstance(argument[3], dict) else {}
    mapping = entries_of(section, shown(name)) or {}
    if any("Fn::Transform" in body for body in (mapping, *mapping.values()) if isinstance(body, dict)):
        return unseen(f"mapping {shown(name)} is made by a macro", f"{where}Fn::FindInMap {shown(keys)}")
    entries = list(found(mapping, top, second, allowed))
    if "DefaultValue" in options and not (entries and is_literal(keys)):
        entries.append(options["DefaultValue"])
    if not entries and is_literal(keys):
        return wrong(f"mapping {shown(name)} has no {shown(top)}, {shown(second)}")
    values = [value(entry) for entry in entries]
    if values and all(same(other, values[0]) for other in values):
        return entries[0]
    hidden = hidden_by("Fn::FindInMap", values if is_literal(keys) else keys, where)
    texts = [text for one in values if (text := scalar_text(one)) is not None]
    if is_wrong(hidden) or len(texts) != len(values) or len(texts) > _MOST:
        return hidden
    return msgspec.structs.replace(hidden, among=tuple(dict.fromkeys(texts)))


def entries_of(mapping: Any, name: str) -> dict[str, Any] | None:
    """A mapping's body by the text of its keys (YAML reads the key 111122223333 as a number); None: no such body."""
    if not isinstance(mapping, dict):
        return None
    body = mapping.get(name)
    if body is None:
        body = next((item for key, item in mapping.items() if scalar_text(key) == name), None)
    return {str(scalar_text(key)): item for key, item in body.items()} if isinstance(body, dict) else None


def found(mapping: Mapping[str, Any], top: Any, second: Any, allowed: Allowed) -> Iterator[Node]:
    """The entries that two resolved keys may name, in the order of the source."""
    for name in candidates(top, mapping, allowed):
        entries = entries_of(mapping, name) or {}
        for key in candidates(second, entries, allowed):
            yield entries[key]


def candidates(key: Any, entries: Mapping[str, Any], allowed: Mapping[str, frozenset[str]]) -> list[str]:
    """The keys of a mapping that a key of Fn::FindInMap may be; `allowed` holds a parameter's AllowedValues."""
    literal = scalar_text(key)
    if literal is not None:
        return [literal] if literal in entries else []
    if isinstance(key, Text):
        return [entry for entry in entries if could_equal(key, entry)]
    if isinstance(key, Hidden) and key.symbol is not None and key.symbol in allowed:
        return [entry for entry in entries if entry in allowed[key.symbol]]
    return list(entries)
