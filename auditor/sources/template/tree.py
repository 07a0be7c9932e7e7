"""The nodes of a template's tree: plain mappings, lists and strings that remember where they stand.

They answer to the same names as cfn-lint's nodes (`start_mark`, `end_mark`, each with a 0-based `line` and
`column`), so that what reads the one reads the other. Integers, floats, booleans and null are plain; their
place is that of their key. Keys are always `TextNode`, also where YAML would read a number or a boolean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol


class Mark(Protocol):
    """A place in a file; line and column count from 0."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


class Place(NamedTuple):
    line: int
    column: int


START: Mark = Place(0, 0)


class MapNode(dict[str, Any]):
    __slots__ = ("end_mark", "start_mark")

    def __init__(self, items: Mapping[Any, Any], start: Mark, end: Mark) -> None:
        super().__init__(items)
        self.start_mark = start
        self.end_mark = end


class ListNode(list[Any]):
    __slots__ = ("end_mark", "start_mark")

    def __init__(self, items: Iterable[Any], start: Mark, end: Mark) -> None:
        super().__init__(items)
        self.start_mark = start
        self.end_mark = end


class TextNode(str):
    __slots__ = ("end_mark", "start_mark")

    start_mark: Mark
    end_mark: Mark

    def __new__(cls, text: str, start: Mark, end: Mark) -> TextNode:
        node = super().__new__(cls, text)
        node.start_mark = start
        node.end_mark = end
        return node


def start_of(node: Any) -> Mark | None:
    """Where a node begins; None for a plain scalar."""
    return getattr(node, "start_mark", None)


def end_of(node: Any) -> Mark | None:
    return getattr(node, "end_mark", None)


def key_of(mapping: Mapping[str, Any], key: str) -> str:
    """The key as it stands in the mapping, with its marks; `key` itself where it is not there."""
    return next((own for own in mapping if own == key), key)


def like(node: Any, text: str) -> TextNode:
    """A text that stands where `node` stands."""
    return TextNode(text, start_of(node) or START, end_of(node) or START)


def map_like(node: Any, items: Mapping[Any, Any]) -> MapNode:
    """A mapping that stands where `node` stands."""
    return MapNode(items, start_of(node) or START, end_of(node) or START)


def list_like(node: Any, items: Iterable[Any]) -> ListNode:
    return ListNode(items, start_of(node) or START, end_of(node) or START)


def function_of(node: Any) -> tuple[str, Any] | None:
    """The name and argument of an intrinsic function: a mapping with the one key `Ref`, `Condition` or `Fn::...`."""
    if isinstance(node, dict) and len(node) == 1:
        ((name, argument),) = node.items()
        if isinstance(name, str) and (name in ("Ref", "Condition") or name.startswith("Fn::")):
            return name, argument
    return None
