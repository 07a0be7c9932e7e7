"""The source text of Rego statements by place: OPA's trace has only lines and columns."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

_MOST = 160


class Statement(msgspec.Struct, frozen=True):
    """One expression of a body; `end` is the place behind its last character."""

    line: int
    column: int
    end: tuple[int, int]
    text: str

    def holds(self, line: int, column: int) -> bool:
        return (self.line, self.column) <= (line, column) < self.end


class Source:
    """One Rego file, from its syntax tree with locations."""

    def __init__(self, tree: Mapping[str, Any]) -> None:
        self._statements: list[Statement] = []
        self._heads: dict[int, str] = {}
        self._calls: dict[tuple[int, int], str] = {}
        for rule in tree.get("rules") or ():
            self._rule(rule)

    def statement(self, line: int, column: int) -> Statement | None:
        """The innermost statement around a place; None in the head of a rule."""
        around = [each for each in self._statements if each.holds(line, column)]
        return max(around, key=lambda each: (each.line, each.column), default=None)

    def head(self, line: int) -> str:
        """The head of the rule that begins on a line."""
        return self._heads.get(line, "")

    def call(self, line: int, column: int) -> str | None:
        """The text of the call that stands at a place."""
        return self._calls.get((line, column))

    def _rule(self, rule: Mapping[str, Any]) -> None:
        branch: Mapping[str, Any] | None = rule
        while branch is not None:
            place = branch["location"]
            text = _text(place)
            body = [expr for expr in branch.get("body") or () if not expr.get("generated")]
            self._heads.setdefault(int(place["row"]), _head(text, bool(body)))
            for expr in _expressions(branch):
                self._statements.append(_statement(expr))
            for call in _calls(branch):
                where = call["location"]
                self._calls.setdefault((int(where["row"]), int(where["col"])), clipped(_text(where)))
            branch = branch.get("else")


def clipped(text: str) -> str:
    """On one line, and no longer than a reader wants."""
    line = " ".join(text.split())
    return line if len(line) <= _MOST else line[: _MOST - 1] + "…"


def _head(text: str, has_body: bool) -> str:
    """The first line, without the body that may begin on it."""
    first, *more = text.splitlines() or [""]
    if has_body:
        return clipped(first.split(" if ", 1)[0])
    return clipped(f"{first} …" if more else first)


def _statement(expr: Mapping[str, Any]) -> Statement:
    place, text = expr["location"], _text(expr["location"])
    lines = text.split("\n")
    row, column = int(place["row"]), int(place["col"])
    end = (row + len(lines) - 1, column + len(text) if len(lines) == 1 else len(lines[-1]) + 1)
    return Statement(row, column, end, clipped(text))


def _text(place: Mapping[str, Any]) -> str:
    return base64.b64decode(place.get("text", "")).decode("utf-8", "replace")


def _expressions(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every written statement of every body below a node, those of comprehensions too."""
    for each in _mappings(node):
        body = each.get("body")
        if isinstance(body, list):
            yield from (expr for expr in body if not expr.get("generated") and expr.get("location", {}).get("text"))


def _calls(node: Any) -> Iterator[Mapping[str, Any]]:
    return (each for each in _mappings(node) if each.get("type") == "call" and each.get("location", {}).get("text"))


def _mappings(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, dict):
        yield node
        for key, below in node.items():
            if key != "location":
                yield from _mappings(below)
    elif isinstance(node, list):
        for below in node:
            yield from _mappings(below)
