"""Who belongs to whom: values of referring properties joined with the resources of the root, by any spelling.

A value that names no declared resource names one outside; one that is not seen may name either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from auditor.data.identities import KINDS
from auditor.model import Path, Text
from auditor.sources.template.identity import Declared, Identities, could_equal
from auditor.sources.template.texts import MARKERS, is_wrong, shown

# What may name a resource: text, or what stands for text.
NAMING = (str, *MARKERS)


class Index:
    """The resources of one world by type and spelling. Types are indexed when they are first asked for."""

    def __init__(self, resources: Iterable[Declared], identities: Identities) -> None:
        self._identities = identities
        self._by_type: dict[str, list[Declared]] = {}
        for resource in resources:
            self._by_type.setdefault(resource.type, []).append(resource)
        self._spelled: dict[str, Mapping[str, Declared]] = {}
        self._nameable: dict[str, tuple[list[tuple[Any, Declared]], list[tuple[Any, Declared]]]] = {}
        self._found: dict[tuple[str, str], tuple[Declared, ...]] = {}

    def of(self, type: str) -> Sequence[Declared]:
        return self._by_type.get(type, ())

    def find(self, value: Any, type: str) -> Declared | None:
        """The declared resource of the type that the value certainly names."""
        if is_wrong(value) or not isinstance(value, NAMING):
            return None
        if type not in self._spelled:
            self._read(type)
        spelled = self._spelled[type]
        text = shown(value)
        found = spelled.get(text)
        if found is None and type in KINDS and KINDS[type].qualified:
            found = spelled.get(text.rpartition(":")[0])
        return found

    def candidates(self, value: Any, type: str) -> Sequence[Declared]:
        """The declared resources that the value may name, where it names none for certain.

        What AWS makes up is named by no literal and no parameter.
        """
        if is_wrong(value) or not isinstance(value, NAMING):
            return ()
        key = (type, shown(value))
        if key not in self._found:
            if type not in self._spelled:
                self._read(type)
            literal, seen_in_part = self._nameable[type]
            spellings = seen_in_part if isinstance(value, str) else [*literal, *seen_in_part]
            possible = () if self._identities.is_made_up(value) else spellings
            self._found[key] = tuple(dict.fromkeys(one for spelling, one in possible if could_equal(value, spelling)))
        return self._found[key]

    def _read(self, type: str) -> None:
        spelled: dict[str, Declared] = {}
        literal: list[tuple[Any, Declared]] = []
        seen_in_part: list[tuple[Any, Declared]] = []
        for resource in self.of(type):
            for spelling in self._identities.spellings(resource):
                spelled.setdefault(shown(spelling), resource)
                if isinstance(spelling, str):
                    literal.append((spelling, resource))
                elif not self._identities.is_made_up(spelling) and not is_wrong(spelling):
                    seen_in_part.append((_content(spelling), resource))
        self._spelled[type] = spelled
        self._nameable[type] = (literal, seen_in_part)


def _content(spelling: Any) -> Any:
    """What is known of an identity's text: its unseen name, or the text around it."""
    return spelling if isinstance(spelling, Text) else spelling.content


def expand(tree: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """The places of a path with `*` in a tree, and what stands there. A marker on the way ends it there."""
    waiting: list[tuple[Path, Any, Path]] = [((), tree, path)]
    while waiting:
        place, node, rest = waiting.pop(0)
        if not rest or isinstance(node, MARKERS):
            yield place, node
            continue
        key, *below = rest
        if isinstance(node, Mapping) and key in node:
            waiting.append(((*place, key), node[key], tuple(below)))
        elif isinstance(node, list) and key == "*":
            waiting[:0] = [((*place, index), child, tuple(below)) for index, child in enumerate(node)]
        elif key == "*" and not isinstance(node, Mapping | list) and node is not None:
            waiting.append((place, node, tuple(below)))  # one value where CloudFormation takes a list


def put(tree: Any, path: Path, value: Any) -> None:
    """Set what stands at an existing place of a tree that is not shared."""
    *way, last = path
    for key in way:
        tree = tree[key]
    tree[last] = value
