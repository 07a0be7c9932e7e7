"""Values as the provider's schema wants them: a template may write "true" and "22" where an account has true and 22.

The schemas are the CloudFormation registry's, as cfn-lint ships them; what they do not know stays as it is.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from typing import Any

from auditor.model import Hole, Text
from auditor.sources.template.schemas import schema_of
from auditor.sources.template.texts import MARKERS, scalar_text

_INTEGER = re.compile(r"\s*-?\d{1,18}\s*")
_TRUTH = {"true": True, "false": False}

# Levels of a document, as many as the decoder takes of a template.
_DEEPEST = 100

# One private-use character per hole while a document is parsed.
_FIRST_HOLE = 0xE000
_HOLE = re.compile("([\ue000-\uf8ff])")
_MOST_HOLES = 0xF8FF - _FIRST_HOLE


class Shape:
    """What a schema says of one place, its alternatives taken together. Parts are read when they are asked for."""

    __slots__ = ("_below", "_branches", "_items", "_root", "types")

    def __init__(self, schema: dict[str, Any], root: dict[str, Any]) -> None:
        self._root = root
        self._branches = _branches(schema, root)
        self._below: dict[str, Shape | None] = {}
        self._items: Shape | None = None
        self.types = frozenset(type for branch in self._branches for type in _types(branch))

    @property
    def names(self) -> tuple[str, ...]:
        """The properties that the schema names."""
        return tuple(dict.fromkeys(name for branch in self._branches for name in branch.get("properties", {})))

    @property
    def is_closed(self) -> bool:
        """Whether no other property than those may stand there."""
        return bool(self.names) and not any(
            branch.get("patternProperties") or branch.get("additionalProperties") for branch in self._branches
        )

    @property
    def values(self) -> tuple[Any, ...] | None:
        """The scalars that alone may stand here, of all alternatives; None where any may."""
        found: list[Any] = []
        for branch in self._branches:
            if "enum" in branch:
                found += branch["enum"]
            elif "const" in branch:
                found.append(branch["const"])
            elif not {"$ref", "anyOf", "oneOf", "allOf"} & branch.keys():
                return None
        return tuple(found) or None

    def below(self, key: str) -> Shape | None:
        if key not in self._below:
            found = next((child for branch in self._branches if (child := _child(branch, key)) is not None), None)
            self._below[key] = None if found is None else Shape(found, self._root)
        return self._below[key]

    def items(self) -> Shape | None:
        if self._items is None:
            found = next((branch["items"] for branch in self._branches if isinstance(branch.get("items"), dict)), None)
            self._items = None if found is None else Shape(found, self._root)
        return self._items


@functools.lru_cache(maxsize=512)
def shape_of(type: str, region: str | None = None) -> Shape:
    """The shape of a resource type; empty where the registry does not know it."""
    schema = dict(schema_of(type, region) or {})
    return Shape(schema, schema)


def coerce(properties: Mapping[str, Any], shape: Shape) -> dict[str, Any]:
    """A copy of the properties of a resource, in the schema's types. Markers, and what does not fit, stay as they are.

    A policy document that is written as a JSON string becomes the document, with its holes in place.
    """
    return {key: _coerced(value, shape.below(key)) for key, value in properties.items()}


def _coerced(value: Any, shape: Shape | None) -> Any:
    if isinstance(value, dict):
        return {key: _coerced(child, shape and shape.below(key)) for key, child in value.items()}
    if isinstance(value, list):
        items = shape and shape.items()
        return [_coerced(child, items) for child in value]
    if shape is None:
        return value
    if "object" in shape.types and "array" not in shape.types and isinstance(value, (str, Text)):
        return document(value)
    return value if isinstance(value, MARKERS) else _scalar(value, shape.types)


def _scalar(value: Any, types: frozenset[str]) -> Any:
    if isinstance(value, str):
        if "string" in types:
            return value
        if "boolean" in types and value.strip().lower() in _TRUTH:
            return _TRUTH[value.strip().lower()]
        if types & {"integer", "number"} and _INTEGER.fullmatch(value):
            return int(value)
        return _number(value) if "number" in types else value
    if isinstance(value, float) and value.is_integer() and "integer" in types and "number" not in types:
        return int(value)
    if types == {"string"} and value is not None:
        return scalar_text(value)
    return value


def _number(text: str) -> Any:
    try:
        number = float(text)
    except ValueError:
        return text
    return number if abs(number) < float("inf") else text


def document(value: str | Text) -> Any:
    """A JSON object that is written as a string; the string itself where it is none."""
    if isinstance(value, str):
        parsed = _parsed(value)
        return parsed if isinstance(parsed, dict) else value
    holes = [part for part in value.parts if isinstance(part, Hole)]
    if len(holes) > _MOST_HOLES or any(isinstance(part, str) and _HOLE.search(part) for part in value.parts):
        return value
    marks = iter(range(_FIRST_HOLE, _FIRST_HOLE + len(holes)))
    parsed = _parsed("".join(part if isinstance(part, str) else chr(next(marks)) for part in value.parts))
    return _with_holes(parsed, holes, value) if isinstance(parsed, dict) else value


def _parsed(text: str) -> Any:
    if not text.lstrip().startswith("{"):
        return None
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return tree if _is_shallow(tree) else None


def _is_shallow(tree: Any) -> bool:
    """Whether what walks the tree may recurse, as over a template of the same depth."""
    level = [tree]
    for _ in range(_DEEPEST):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return True
    return False


def _with_holes(tree: Any, holes: list[Hole], origin: Text) -> Any:
    if isinstance(tree, dict):
        return {_plain(key, holes): _with_holes(child, holes, origin) for key, child in tree.items()}
    if isinstance(tree, list):
        return [_with_holes(child, holes, origin) for child in tree]
    if not isinstance(tree, str) or not _HOLE.search(tree):
        return tree
    pieces = [piece for piece in _HOLE.split(tree) if piece]
    parts = tuple(holes[ord(piece) - _FIRST_HOLE] if _HOLE.fullmatch(piece) else piece for piece in pieces)
    return Text(parts, origin.reason, origin.detail)


def _plain(key: str, holes: list[Hole]) -> str:
    """A key cannot be hidden in part: its holes are written out."""
    return _HOLE.sub(lambda match: f"⟨{holes[ord(match[0]) - _FIRST_HOLE].symbol}⟩", key)


def _types(schema: dict[str, Any]) -> tuple[str, ...]:
    given = schema.get("type", ())
    return (given,) if isinstance(given, str) else tuple(given)


def _branches(schema: dict[str, Any], root: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The schema and its alternatives, references resolved. A cycle of references ends."""
    waiting, found, seen = [schema], list[dict[str, Any]](), set[int]()
    while waiting:
        branch = waiting.pop(0)
        if id(branch) in seen or not isinstance(branch, dict):
            continue
        seen.add(id(branch))
        found.append(branch)
        if isinstance(branch.get("$ref"), str):
            waiting.append(_target(branch["$ref"], root))
        for word in ("anyOf", "oneOf", "allOf"):
            waiting.extend(branch.get(word, ()))
    return tuple(found)


def _target(reference: str, root: dict[str, Any]) -> dict[str, Any]:
    node: Any = root
    for key in reference.removeprefix("#/").split("/"):
        node = node.get(key.replace("~1", "/"), {}) if isinstance(node, dict) else {}
    return node if isinstance(node, dict) else {}


def _child(schema: dict[str, Any], key: str) -> dict[str, Any] | None:
    found = schema.get("properties", {}).get(key)
    if isinstance(found, dict):
        return found
    for pattern, child in schema.get("patternProperties", {}).items():
        if isinstance(child, dict) and re.search(pattern, key):
            return child
    return None
