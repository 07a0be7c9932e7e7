"""The text of a template as nodes that know where they stand, JSON and YAML alike; aliases are not followed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from auditor.model import Json
from auditor.remedy.wish import Refused

LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts lines

_JSON_STRING_OR_TAB = re.compile(r'"(?:[^"\\]|\\.)*"|\t', re.DOTALL)
_SURROGATES = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


@dataclass(eq=False)
class Node:
    """`items`: of a map its keys and values in turns. `start` and `end` count characters; the end of a map or list in
    block style is not known. `tag`: as written ("!Sub"). `style`: the quotation of a scalar, or "|" or ">".
    """

    kind: Literal["map", "list", "scalar", "alias"]
    start: int
    end: int
    value: str = ""
    tag: str | None = None
    anchor: str | None = None
    style: str = ""
    flow: bool = False
    items: list[Node] = field(default_factory=list)

    def pairs(self) -> Iterator[tuple[Node, Node]]:
        return zip(self.items[::2], self.items[1::2], strict=True)

    def find(self, key: str) -> tuple[Node, Node] | None:
        """The key and its value. Refused where it stands there twice."""
        found = [pair for pair in self.pairs() if pair[0].kind == "scalar" and pair[0].value == key]
        if len(found) > 1:
            raise Refused(f"{key} stands there twice")
        return found[0] if found else None


def is_json(text: str) -> bool:
    return text.lstrip()[:1] == "{"


def parse(text: str) -> Node:
    """The top of a file without its byte order mark. Refused for what is no single document."""
    top = Node("list", 0, len(text))
    open_nodes = [top]
    try:
        for event in yaml.parse(_as_yaml(text), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(event, yaml.CollectionEndEvent):
                open_nodes.pop().end = _node_end(event)
            elif isinstance(event, yaml.NodeEvent):
                node = _node(event)
                open_nodes[-1].items.append(node)
                if node.kind in ("map", "list"):
                    open_nodes.append(node)
    except yaml.YAMLError as error:
        raise Refused("it is not read as YAML") from error
    if len(top.items) != 1:
        raise Refused("it is not one document")
    return top.items[0]


def _node(event: Any) -> Node:
    start, end = event.start_mark.index, _node_end(event)
    if isinstance(event, yaml.AliasEvent):
        return Node("alias", start, end, event.anchor or "")
    if isinstance(event, yaml.ScalarEvent):
        return Node("scalar", start, end, event.value, event.tag, event.anchor, event.style or "")
    kind: Literal["map", "list"] = "map" if isinstance(event, yaml.MappingStartEvent) else "list"
    return Node(kind, start, end, "", event.tag, event.anchor, flow=bool(event.flow_style))


def _node_end(event: Any) -> int:
    index: int = event.end_mark.index
    return index


def _as_yaml(text: str) -> str:
    """JSON is YAML but for tabs between tokens and for characters beyond U+FFFF; every place stays the same."""
    if not is_json(text):
        return text

    def same_length(match: re.Match[str]) -> str:
        return " " if match[0] == "\t" else _SURROGATES.sub(r"\\u0020\\u0020", match[0])

    return _JSON_STRING_OR_TAB.sub(same_length, text)


def meaning(
    top: Node, added: Mapping[int, Mapping[str, Json]] | None = None, replaced: Mapping[int, str] | None = None
) -> Any:
    """What a text says, whatever its layout, its quotation and the order of its keys.

    `added` and `replaced`: what it would say with these entries of maps and these scalars, by the id() of the node.
    """
    added, replaced = added or {}, replaced or {}
    made: dict[int, Any] = {}
    waiting = [(top, False)]
    while waiting:  # no recursion: a template may be nested deeply
        node, is_ready = waiting.pop()
        if node.kind in ("scalar", "alias"):
            made[id(node)] = (node.kind, node.tag, node.anchor, replaced.get(id(node), node.value))
        elif not is_ready:
            waiting.append((node, True))
            waiting += [(item, False) for item in node.items]
        elif node.kind == "list":
            made[id(node)] = ("list", node.tag, node.anchor, [made[id(item)] for item in node.items])
        else:
            pairs = [(made[id(key)], made[id(value)]) for key, value in node.pairs()]
            pairs += _pairs(added.get(id(node), {}))
            made[id(node)] = ("map", node.tag, node.anchor, sorted(pairs, key=repr))
    return made[id(top)]


def _pairs(entries: Mapping[str, Json]) -> list[tuple[Any, Any]]:
    return [(("scalar", None, None, key), _said(value)) for key, value in entries.items()]


def _said(value: Json) -> Any:
    if isinstance(value, Mapping):
        return ("map", None, None, sorted(_pairs(value), key=repr))
    return ("scalar", None, None, text_of(value))


def text_of(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
