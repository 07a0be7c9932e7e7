"""`Fn::ForEach`: loops written out, with the marks of what stands in the source.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
A loop over what is not known before the stack is made is not written out: among the resources it is named as
something that is not seen, inside a resource it stands alone in its mapping, as a function that hides it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.model import Problem
from auditor.sources.template.builder import MAX_NODES, malformed_at
from auditor.sources.template.constants import Constants, Undecided
from auditor.sources.template.nodes import Unexpanded
from auditor.sources.template.shape import problem_at
from auditor.sources.template.tree import function_of, like, list_like, map_like, start_of

PREFIX = "Fn::ForEach::"
SECTIONS = ("Conditions", "Resources", "Outputs")

_PLACEHOLDER = re.compile(r"([$&])\{([A-Za-z0-9]+)\}")
_NOT_ALPHANUMERIC = re.compile(r"[^0-9a-zA-Z]")

# Identifier to text and node of its value in this turn. The node can be a reference to a parameter, whose
# text is then that of its default.
Turn = Mapping[str, tuple[str, Any]]


def has_loops(template: Mapping[str, Any]) -> bool:
    """Whether a section is made by a loop (loops inside a resource need the transform to be declared)."""
    sections = (template.get(name) for name in SECTIONS)
    return any(key.startswith(PREFIX) for section in sections if isinstance(section, dict) for key in section)


class Loops:
    """The loops of one template; `expanded` fills the public fields. `written` counts the values it made."""

    def __init__(self, constants: Constants, file: str) -> None:
        self.problems: list[Problem] = []
        self.unexpanded: list[Unexpanded] = []
        self._constants = constants
        self._file = file
        self.written = 0

    def expanded(self, template: Mapping[str, Any]) -> Mapping[str, Any]:
        """The template with its loops written out. Malformed where that is more than a template can hold."""
        sections = {
            name: self._mapping(section, {}, name) if name in SECTIONS and isinstance(section, dict) else section
            for name, section in template.items()
        }
        return map_like(template, sections)

    def _mapping(self, mapping: Mapping[str, Any], turn: Turn, section: str = "") -> Mapping[str, Any]:
        entries: dict[str, Any] = {}
        try:
            for key, value in self._entries(mapping, turn, section):
                if key in entries:
                    self.problems.append(problem_at(self._file, f"Fn::ForEach makes {str(key)!r} twice", key))
                else:
                    entries[key] = value
        except _Undecided as loop:
            entries = {loop.key: loop.body}
        return map_like(mapping, entries)

    def _entries(self, mapping: Mapping[str, Any], turn: Turn, section: str) -> Iterator[tuple[str, Any]]:
        for key, value in mapping.items():
            self._count(key)
            if not key.startswith(PREFIX):
                yield self._text(key, turn), self._node(value, turn)
                continue
            match value:
                case [str(identifier), list() | dict() as collection, dict(output)]:
                    for item in self._items(key, collection, turn, section, value):
                        self._count(item[1])
                        yield from self._entries(output, {**turn, str(identifier): item}, section)
                case _:
                    message = f"{key} must be a list of an identifier, a collection and a mapping"
                    self.problems.append(problem_at(self._file, message, key))

    def _items(self, key: str, collection: Any, turn: Turn, section: str, loop: Any) -> list[tuple[str, Any]]:
        try:
            found = self._node(collection, turn)
            if isinstance(found, list):
                return [(self._constants.text(item), item) for item in found]
            return [(text, like(collection, text)) for text in self._constants.texts(found)]
        except Undecided as error:
            if not section:
                raise _Undecided(key, loop) from error
            if section == "Resources":
                self.unexpanded.append(Unexpanded(str(key), str(error), loop))
            return []

    def _node(self, node: Any, turn: Turn) -> Any:
        self._count(node)
        if isinstance(node, str):
            return self._text(node, turn)
        if isinstance(node, list):
            return list_like(node, [self._node(item, turn) for item in node])
        if not isinstance(node, dict):
            return node
        match function_of(node):
            case ("Ref", str(name)) if name in turn:
                text, value = turn[name]
                return value if isinstance(value, dict) else like(node, text)
            case ("Fn::Sub", str(text)):
                new = self._text(text, turn, in_sub=True)
                return map_like(node, {key: new for key in node}) if "${" in new or new == text else like(node, new)
            case ("Fn::Sub", [str(text), dict(variables)]):
                visible = {name: item for name, item in turn.items() if name not in variables}
                pair = [self._text(text, visible, in_sub=True), self._node(variables, turn)]
                return map_like(node, {key: list_like(value, pair) for key, value in node.items()})
        return self._mapping(node, turn)

    def _text(self, text: str, turn: Turn, in_sub: bool = False) -> str:
        if not turn or "{" not in text:
            return text

        def value(match: re.Match[str]) -> str:
            if match[2] not in turn:
                return match[0]
            literal, node = turn[match[2]]
            if match[1] == "&":
                return _NOT_ALPHANUMERIC.sub("", literal)
            reference = function_of(node)
            return f"${{{reference[1]}}}" if in_sub and reference and reference[0] == "Ref" else literal

        new = _PLACEHOLDER.sub(value, text)
        return text if new == text else like(text, new)

    def _count(self, node: Any) -> None:
        self.written += 1
        if self.written > MAX_NODES:
            raise malformed_at(f"Fn::ForEach writes more than {MAX_NODES:,} values", start_of(node))


class _Undecided(Exception):
    """A loop inside a resource that cannot be written out."""

    def __init__(self, key: str, body: Any) -> None:
        super().__init__(key)
        self.key = key
        self.body = body
