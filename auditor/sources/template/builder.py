"""The YAML parser's flat stream of events, built into a tree, with every bound checked before anything grows.

No loader: one that composes nodes recurses in C, and a hundred thousand opening brackets end the process.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.events import AliasEvent, DocumentStartEvent, ScalarEvent
from yaml.events import CollectionEndEvent as EndEvent
from yaml.events import CollectionStartEvent as StartEvent
from yaml.events import SequenceStartEvent as ListStartEvent

from auditor.sources.template.scalars import NULLS, plain_value, value_of_tag
from auditor.sources.template.tree import ListNode, MapNode, Mark, Place, TextNode

MAX_NODES = 300_000
MAX_DEPTH = 100
TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"

_CORE = "tag:yaml.org,2002:"
_WITHOUT_PREFIX = ("Ref", "Condition")
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Malformed(Exception):
    """What is wrong with a file, and where (line and column from 1; None: with all of it)."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def malformed_at(message: str, mark: Mark | None) -> Malformed:
    return Malformed(message) if mark is None else Malformed(message, mark.line + 1, mark.column + 1)


def build(text: str) -> Any:
    """The tree of the only document in `text`; None where there is none. Malformed, or yaml.YAMLError."""
    parser = _PARSER(text)
    builder = _Builder()
    try:
        while parser.check_event():
            builder.take(parser.get_event())
    finally:
        parser.dispose()
    return builder.root


class _Merge(TextNode):
    """The key `<<`, which takes in other mappings."""


class _Open:
    """A mapping or a list whose end has not been read."""

    __slots__ = ("anchor", "items", "key", "merged", "pairs", "size", "start", "tag")

    def __init__(self, event: Any) -> None:
        self.tag: str | None = event.tag
        self.start: Mark = event.start_mark
        self.anchor: str | None = event.anchor
        self.size = 1
        self.items: list[Any] | None = [] if isinstance(event, ListStartEvent) else None
        self.pairs: dict[TextNode, Any] = {}
        self.key: TextNode | None = None
        self.merged: list[Any] = []


class _Builder:
    def __init__(self) -> None:
        self.root: Any = None
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int] | None] = {}  # None: still open
        self._values = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        mark: Any = event.start_mark
        if isinstance(event, ScalarEvent):
            node = self._key(event) if self._at_key() else _scalar(event)
            self._done(node, 1, 1, event.anchor, mark)
        elif isinstance(event, StartEvent):
            if len(self._open) >= MAX_DEPTH:
                raise malformed_at(TOO_DEEP, mark)
            self._open.append(_Open(event))
            if event.anchor:
                self._anchors[event.anchor] = None
        elif isinstance(event, EndEvent):
            frame = self._open.pop()
            end: Any = event.end_mark
            self._done(_closed(frame, end), frame.size, 1, frame.anchor, frame.start)
        elif isinstance(event, AliasEvent):
            known = self._anchors.get(str(event.anchor))
            if known is None:
                why = "stands inside itself" if event.anchor in self._anchors else "has no anchor"
                raise malformed_at(f"the alias *{event.anchor} {why}", mark)
            self._done(known[0], known[1], known[1], None, mark)
        elif isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise malformed_at("more than one YAML document", mark)

    def _done(self, node: Any, size: int, fresh: int, anchor: str | None, mark: Mark) -> None:
        """A node is complete: `size` values with its aliases followed, `fresh` of them not counted yet."""
        self._values += fresh
        if self._values > MAX_NODES:
            raise malformed_at(f"more than {MAX_NODES:,} values, its aliases followed", mark)
        if anchor:
            self._anchors[anchor] = (node, size)
        if self._open:
            self._open[-1].size += size
            _put(self._open[-1], node, mark)
        else:
            self.root = node

    def _at_key(self) -> bool:
        return bool(self._open) and self._open[-1].items is None and self._open[-1].key is None

    @staticmethod
    def _key(event: Any) -> TextNode:
        if event.tag not in (None, "!") and not event.tag.startswith(_CORE):
            raise malformed_at(f"a key cannot be a function ({event.tag})", event.start_mark)
        if event.implicit[0] and event.value in NULLS:
            raise malformed_at("a key is missing (null)", event.start_mark)
        kind = _Merge if event.implicit[0] and event.value == "<<" else TextNode
        return kind(event.value, event.start_mark, event.end_mark)


def _put(parent: _Open, node: Any, mark: Mark) -> None:
    if parent.items is not None:
        parent.items.append(node)
    elif parent.key is None:
        if not isinstance(node, TextNode):
            raise malformed_at("a key must be text", mark)
        parent.key = node
    elif isinstance(parent.key, _Merge):
        parent.merged.append(node)
        parent.key = None
    elif parent.key in parent.pairs:
        first = next(key for key in parent.pairs if key == parent.key)
        where = f"first in line {first.start_mark.line + 1}"
        raise malformed_at(f"the key {str(parent.key)!r} stands twice ({where})", parent.key.start_mark)
    else:
        parent.pairs[parent.key] = node
        parent.key = None


def _closed(frame: _Open, end: Mark) -> Any:
    node: Any
    if frame.items is not None:
        node = ListNode(frame.items, frame.start, end)
    else:
        node = MapNode(_merged(frame) if frame.merged else frame.pairs, frame.start, end)
    if frame.tag is None or frame.tag in ("!", _CORE + "map", _CORE + "seq"):
        return node
    return _short_form(frame.tag, node, frame.start, end)


def _merged(frame: _Open) -> dict[TextNode, Any]:
    """A mapping with its `<<`: own keys win, then the mapping that is named first (https://yaml.org/type/merge.html)."""
    pairs: dict[TextNode, Any] = {}
    for given in frame.merged:
        for mapping in given if isinstance(given, list) else [given]:
            if not isinstance(mapping, dict):
                raise malformed_at("<< takes a mapping or a list of mappings", frame.start)
            for key, value in mapping.items():
                pairs.setdefault(key, value)
    for key in frame.pairs:
        pairs.pop(key, None)
    return pairs | frame.pairs


def _scalar(event: Any) -> Any:
    tag = event.tag
    if tag is None:
        value = plain_value(event.value) if event.implicit[0] else event.value
    elif tag == "!":
        value = event.value
    elif tag.startswith(_CORE):
        value = value_of_tag(tag.removeprefix(_CORE), event.value)
        if value is NotImplemented:
            raise _foreign(tag, event.start_mark)
    else:
        text = TextNode(event.value, event.start_mark, event.end_mark)
        return _short_form(tag, text, event.start_mark, event.end_mark)
    return TextNode(value, event.start_mark, event.end_mark) if type(value) is str else value


def _short_form(tag: str, argument: Any, start: Mark, end: Mark) -> MapNode:
    """`!Sub x` as `Fn::Sub: x`; the text of a `!GetAtt` as a list of two."""
    if not tag.startswith("!"):
        raise _foreign(tag, start)
    name = tag[1:] if tag[1:] in _WITHOUT_PREFIX else f"Fn::{tag[1:]}"
    if name == "Fn::GetAtt" and isinstance(argument, str):
        argument = ListNode((TextNode(part, start, end) for part in argument.split(".", 1)), start, end)
    return MapNode({TextNode(name, start, Place(start.line, start.column + len(tag))): argument}, start, end)


def _foreign(tag: str, mark: Mark) -> Malformed:
    return malformed_at(f"the YAML tag {tag.removeprefix(_CORE)!r} is not for templates", mark)
