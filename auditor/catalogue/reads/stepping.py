"""One step into a value (`value[key]`) and one element of it (`some key, element in value`).

Comprehensions and partial rules are not here: they must be followed (`terms`).
"""

from __future__ import annotations

from collections.abc import Hashable

from auditor.catalogue.reads.operators import INDEX, is_text
from auditor.catalogue.reads.scope import Program, Scope, Trace
from auditor.catalogue.reads.syntax import Place
from auditor.catalogue.reads.values import (
    ANY,
    SCALAR,
    TEXT,
    Identity,
    Key,
    Known,
    Node,
    Root,
    Star,
    Table,
    Value,
    Values,
    Whole,
    Written,
    key_token,
    unique,
)
from auditor.config import nearest

_IDENTITIES = ("id", "name", "arn", "type", "account", "region")
_TREES = ("properties", "facts", "tags")


class Stepping:
    """Steps into values, noted in a trace."""

    def __init__(self, program: Program, trace: Trace) -> None:
        self._program = program
        self._trace = trace

    def step(self, value: Value, key: Value, scope: Scope, place: Place) -> Values:
        """`value[key]`; nothing where it can never be defined."""
        literal = key.literal if isinstance(key, Known) else None
        match value:
            case Whole():
                return self._field(value, literal, scope, place)
            case Node():
                return self._below(value, key, scope, place)
            case Table():
                if isinstance(key, Key) and key.container == value:
                    return (key.element,)
                self._trace.find("a resource is chosen by its position in the list", place, scope, fatal=True)
                return (ANY,)
            case Root():
                return self._input(value, literal, scope, place)
            case Written():
                return _written(value, literal)
            case Known(kind="any"):
                return (Known(value.items, given=value.given),)
        return ()

    def elements(self, value: Value, scope: Scope, place: Place) -> tuple[Values, Values]:
        """Keys and elements of a value that is iterated; both empty where there can be none."""
        token = self._trace.fresh()
        match value:
            case Table():
                whole = self._trace.choose(value.type, scope, place)
                return (Key(token, value, whole),), (whole,)
            case Node():
                if value.steps == ("facts",):
                    self._trace.find("facts by dynamic names: write the name", place, scope, fatal=True)
                below = Node(value.binding, (*value.steps, Star(token)), value.shaky)
                self._trace.read(below, scope, place)
                return (Key(token, value, below, is_text=value.steps == ("tags",)),), (below,)
            case Written():
                return _items(value, token)
            case Known(kind="any"):
                item = Known(value.items, token=token, given=value.given)
                return (Known("scalar", token=token),), (item,)
            case Whole() | Root():
                self._trace.find("iterates over no list: name the type or the property", place, scope, fatal=True)
                return (ANY,), (ANY,)
        return (), ()

    def _field(self, whole: Whole, name: object, scope: Scope, place: Place) -> Values:
        if name in _IDENTITIES:
            return (Identity(whole.binding, str(name)),)
        if name in _TREES:
            return (Node(whole.binding, () if name == "properties" else (str(name),)),)
        known = [*_IDENTITIES, *_TREES]
        hint = nearest(str(name), known) if isinstance(name, str) else f" (known: {', '.join(known)})"
        self._trace.find(f'a resource has no field "{name}"{hint}', place, scope, fatal=True)
        return (ANY,)

    def _below(self, node: Node, key: Value, scope: Scope, place: Place) -> Values:
        if isinstance(key, Key) and key.container == node:
            return (key.element,)
        literal = key.literal if isinstance(key, Known) else None
        if isinstance(literal, str):
            return (Node(node.binding, (*node.steps, literal), node.shaky),)
        if node.steps == ("facts",):
            self._trace.find("a fact by a dynamic name: write the name", place, scope, fatal=True)
            return (ANY,)
        is_key = node.steps == ("tags",) or is_text(key, scope.guards) or scope.mode == "shown"
        if not is_key:
            what = INDEX if isinstance(key, Key) or literal is not None else f"a key that may be {INDEX}"
            self._trace.find(what, place, scope)
        token = key_token(key)
        step = Star(self._trace.fresh() if token is None else token)
        return (Node(node.binding, (*node.steps, step), node.shaky or not is_key),)

    def _input(self, root: Root, name: object, scope: Scope, place: Place) -> Values:
        match root.name, name:
            case "input", "resources" | "parameters":
                return (Root(str(name)),)
            case "input", "taken_at":
                return (TEXT,)
            case "resources", str():
                return (Table(str(name)),)
            case "resources", _:
                self._trace.find("a dynamic type name: nothing could be planned", place, scope, fatal=True)
            case "parameters", str():
                return (Root("parameter", str(name)),)
            case "parameters", _:
                return (Root("parameter", self._program.key),)
            case "parameter", _:
                return (self._parameter(root.key, name, scope, place),)
            case _:
                self._trace.find(f'{root.name} has no "{name}" that a policy may read', place, scope, fatal=True)
        return (ANY,)

    def _parameter(self, key: str, name: object, scope: Scope, place: Place) -> Known:
        if key != self._program.key:
            self._trace.find(f"reads parameters of {key}, which may not run", place, scope, fatal=True)
        elif isinstance(name, str) and name in self._program.parameters:
            return self._program.parameters[name]
        elif isinstance(name, str):
            hint = nearest(name, list(self._program.parameters))
            self._trace.find(f'the metadata has no parameter "{name}"{hint}', place, scope, fatal=True)
        return Known("any", given=True)


def _written(value: Written, literal: object) -> Values:
    if value.kind == "array":
        if isinstance(literal, int) and not isinstance(literal, bool):
            return value.items[literal][1] if 0 <= literal < len(value.items) else ()
        return unique([part for _, side in value.items for part in side])
    matching = [
        (keys, values)
        for keys, values in value.items
        if literal is None or any(not isinstance(key, Known) or key.literal in (None, literal) for key in keys)
    ]
    return unique([part for _, values in matching for part in values])


def _items(value: Written, token: Hashable) -> tuple[Values, Values]:
    keys = [key for side, _ in value.items for key in side]
    elements = [part for _, side in value.items for part in side]
    return _one(keys, token) or (SCALAR,), _one(elements, token)


def _one(values: list[Value], token: Hashable) -> Values:
    """Constants become one value with the token of the iteration: as a key they widen to "*"."""
    known = [value for value in values if isinstance(value, Known) and value.literal is not None]
    if known and len(known) == len(values):
        is_text = all(value.kind == "text" for value in known)
        return (Known("text" if is_text else "scalar", token=token, given=True),)
    return unique(values)
