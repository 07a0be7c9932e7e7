"""The values that an expression saw, named as its author named them; secrets are masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from auditor.data.secret_places import PLACES
from auditor.model import Json, Path
from auditor.render.excerpt import MASK
from auditor.workbench.explain.trace import Locals, Step, Term

_NAME = re.compile(r"[A-Za-z_]\w*")
_GENERATED = ("__local", "$")
_SHORTEST = 4  # a shorter text may be in a secret by chance
_PART = 6  # so many characters of a secret are not shown within other text
_TOLD = "\0"
_RUN = re.compile("\0+")

# Why a path of the resource with this id was not seen; None where it was.
Unseen = Callable[[str, Path], str | None]


class Value(msgspec.Struct, frozen=True):
    """`absent`: there is nothing; `hidden`: it was not seen, `why` says the cause."""

    name: str
    value: Json = None
    state: Literal["seen", "absent", "hidden"] = "seen"
    why: str = ""


class Mask:
    """Takes the place of what stands where secrets can stand, whatever it was bound to on the way."""

    def __init__(self, resources: Mapping[str, list[dict[str, Json]]]) -> None:
        """`resources`: what OPA was shown, by type."""
        self._secrets = frozenset(
            _text(value)
            for place in PLACES
            for resource in resources.get(place.type, ())
            for value in _at(resource["properties"], place.path)
        )

    def of(self, value: Json) -> Json:
        if isinstance(value, Mapping):
            return {key: self.of(below) for key, below in value.items()}
        if isinstance(value, list):
            return [self.of(below) for below in value]
        if isinstance(value, bool | None):
            return value
        text = _text(value)
        return MASK if self._is_part(text) or self.text(text) != text else value

    def text(self, text: str) -> str:
        """A message may quote a secret, or a part of one."""
        if text in self._secrets:
            return MASK
        told: set[int] = set()
        for secret in self._secrets:
            window = min(_PART, len(secret))
            for start in range(len(text) - window + 1) if window >= _SHORTEST else ():
                if text[start : start + window] in secret:
                    told.update(range(start, start + window))
        return _RUN.sub(MASK, "".join(_TOLD if n in told else character for n, character in enumerate(text)))

    def _is_part(self, text: str) -> bool:
        return len(text) >= _SHORTEST and any(text in secret for secret in self._secrets)


def plain(term: Term) -> Json:
    """A term as JSON; a set as a list."""
    kind: str = term["type"]
    value: Any = term.get("value")
    if kind == "object":
        return {_key(plain(key)): plain(below) for key, below in value}
    if kind in ("array", "set"):
        return [plain(below) for below in value]
    return value


def seen_by(step: Step, bound: Locals, input: Json, mask: Mask, unseen: Unseen) -> Iterator[Value]:
    """Every reference into the input or a variable, and every variable, of an expression, in its order."""
    terms = step.terms if isinstance(step.terms, list) else [step.terms]
    for term in terms[1:] if isinstance(step.terms, list) else terms:
        for value in _Reader(step.names, bound, input, unseen).of(term):
            yield msgspec.structs.replace(value, value=mask.of(value.value))


class _Reader:
    def __init__(self, names: Mapping[str, str], bound: Locals, input: Json, unseen: Unseen) -> None:
        self._names = names
        self._bound = bound
        self._input = input
        self._unseen = unseen

    def of(self, term: Any) -> Iterator[Value]:
        if not isinstance(term, dict):
            return
        kind: Any = term.get("type")
        value: Any = term.get("value")
        if kind == "var":
            name = self._name(term)
            if name is not None and str(value) in self._bound:
                yield Value(name, _short(plain(self._bound[str(value)])))
        elif kind == "ref":
            if (found := self._reference(value)) is not None:
                yield found
            for part in value[1:]:
                yield from self.of(part)
        elif kind in ("array", "set"):
            for part in value:
                yield from self.of(part)
        elif kind == "object":
            for pair in value:
                for part in pair:
                    yield from self.of(part)
        elif kind == "call":
            for part in value[1:]:
                yield from self.of(part)

    def _name(self, var: Term) -> str | None:
        name = self._names.get(str(var["value"]), str(var["value"]))
        return None if name.startswith(_GENERATED) else name

    def _reference(self, parts: list[Any]) -> Value | None:
        head = parts[0]
        if head["type"] != "var" or len(parts) < 2:
            return None
        if head["value"] == "input":
            node, name = self._input, "input"
        elif str(head["value"]) in self._bound and (given := self._name(head)) is not None:
            node, name = plain(self._bound[str(head["value"])]), given
        else:
            return None
        walk: list[str | int] = []
        resource, start = (node, 0) if is_resource(node) else (None, 0)
        is_there = True
        for part in parts[1:]:
            shown, key = self._part(part)
            if shown is None:
                return None  # a variable of OPA's own, or without a value: it ranges over all
            name += shown
            walk.append(key)
            if is_there:
                is_there, node = _below(node, key)
                if is_there and is_resource(node):
                    resource, start = node, len(walk)
        if is_there:
            return Value(name, _short(node))
        why = self._unseen(str(resource["id"]), _path(walk[start:])) if resource is not None else None
        return Value(name, state="absent" if why is None else "hidden", why=why or "")

    def _part(self, part: Term) -> tuple[str | None, Any]:
        if part["type"] == "var":
            name = self._name(part)
            if name is None or str(part["value"]) not in self._bound:
                return None, None
            return f"[{name}]", plain(self._bound[str(part["value"])])
        if part["type"] == "string" and _NAME.fullmatch(part["value"]):
            return f".{part['value']}", part["value"]
        if part["type"] in ("string", "number"):
            return f"[{msgspec.json.encode(part['value']).decode()}]", part["value"]
        return None, None


def _path(walk: list[Any]) -> Path:
    """From the resource's own keys to a path of the model; an index of OPA's may be any of the source's."""
    keys = ["*" if isinstance(key, int) else str(key) for key in walk]
    return tuple(keys[1:] if keys[:1] == ["properties"] else keys)


def _below(node: Json, key: Any) -> tuple[bool, Json]:
    if isinstance(node, Mapping):
        return (True, node[key]) if key in node else (False, None)
    if isinstance(node, list) and isinstance(key, int) and 0 <= key < len(node):
        return True, node[key]
    return (True, key) if isinstance(node, list) and key in node else (False, None)  # a set


def _short(value: Json) -> Json:
    """A whole resource is named, not printed."""
    if is_resource(value):
        return {"type": value["type"], "id": value["id"], "name": value.get("name")}
    if isinstance(value, list) and value and all(map(is_resource, value)):
        return [_short(each) for each in value]
    return value


def is_resource(value: Json) -> bool:
    """Whether a value has the shape in which OPA is shown a resource."""
    return isinstance(value, Mapping) and {"type", "id", "properties"} <= value.keys()


def _at(node: Json, path: Path) -> Iterator[Json]:
    if not path:
        if isinstance(node, Mapping | list):
            for below in node.values() if isinstance(node, Mapping) else node:
                yield from _at(below, ())
        elif node not in (None, ""):
            yield node
    elif isinstance(node, list):
        for below in node if path[0] == "*" else ():
            yield from _at(below, path[1:])
    elif isinstance(node, Mapping):
        for key in node if path[0] == "*" else [path[0]]:
            if key in node:
                yield from _at(node[key], path[1:])


def _text(value: Json) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _key(value: Json) -> str:
    return _text(value)
