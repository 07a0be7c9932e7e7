"""Who a resource is: the name and ARN by which others refer to it, also where no deployment has happened yet.

A name that AWS makes up is a symbol (`⟨Bucket⟩`), unique in the root; an ARN is built from it as the service
builds it (`arn:aws:s3:::⟨Bucket⟩`). A name given by an unseen expression carries that expression's symbol, so
that two places with the same expression are the same resource.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from auditor.data.identities import ABSENT, BESIDE, KINDS, Kind
from auditor.model import Hidden, Hole, Reason, Text
from auditor.sources.template.nodes import Assignment, Identity, Node, Settings, Stack
from auditor.sources.template.resolve import Resolver
from auditor.sources.template.texts import MARKERS, NO_VALUE, concat, is_wrong, shown, unseen, wrong
from auditor.sources.template.texts import could_equal as may_be

_STACK = "AWS::CloudFormation::Stack"
_FIELD = re.compile(r"\{(\w+)\}")
_PSEUDO = {
    "partition": "AWS::Partition",
    "region": "AWS::Region",
    "account": "AWS::AccountId",
    "suffix": "AWS::URLSuffix",
}
_PSEUDO_NODES = {field: {"Ref": name} for field, name in _PSEUDO.items()}


@dataclass(frozen=True, eq=False)
class Declared:
    """A resource as it stands in a template. `logical` keeps its marks where it is the key of the template."""

    stack: Stack
    logical: str
    type: str
    node: Node

    @functools.cached_property
    def id(self) -> str:
        return self.stack.id_of(self.logical)

    @functools.cached_property
    def symbol(self) -> str:
        return self.stack.symbol_of(self.logical)

    @property
    def properties(self) -> Node:
        return self.node.get("Properties")


def declared(stack: Stack, logical: str) -> Declared | None:
    """The resource of that logical id; None where there is none, or nothing that CloudFormation would take for one."""
    node = stack.section("Resources").get(logical)
    type = node.get("Type") if isinstance(node, dict) else None
    return Declared(stack, logical, str(type), node) if isinstance(type, str) else None


class Identities:
    """The identities of one root in one world; each is worked out once, when it is asked for."""

    def __init__(self, root: Stack, assignment: Assignment, settings: Settings) -> None:
        self._assignment = assignment
        self._settings = settings
        self._root = Resolver(root, assignment, settings, self.identify)
        self._resolvers: dict[tuple[str, ...], Resolver] = {root.instance: self._root}
        self._known: dict[tuple[tuple[str, ...], str, str | None], Any] = {}
        self._open: set[tuple[tuple[str, ...], str, str | None]] = set()
        self._formats: dict[tuple[str, str], Any] = {}
        self._made_up: set[str] = set()
        self._texts: set[str] = set()

    def resolver(self, stack: Stack) -> Resolver:
        if stack.instance not in self._resolvers:
            assert stack.parent is not None
            self._resolvers[stack.instance] = self.resolver(stack.parent).child(stack)
        return self._resolvers[stack.instance]

    def identify(self, stack: Stack, logical: str, attribute: str | None) -> Any:
        """`Ref` (attribute None) or `GetAtt` of a resource: a literal, a marker, or the JSON of a property."""
        key = (stack.instance, logical, attribute)
        if key in self._known:
            return self._known[key]
        if key in self._open:
            return wrong(f"{stack.symbol_of(logical)} refers to itself")
        self._open.add(key)
        try:
            value = self._identify(stack, logical, attribute)
        finally:
            self._open.discard(key)
        self._known[key] = value
        return value

    def _identify(self, stack: Stack, logical: str, attribute: str | None) -> Any:
        resource = declared(stack, logical)
        if resource is None:
            return wrong(f"{logical} is not declared")
        condition = resource.node.get("Condition")
        if isinstance(condition, str) and self.resolver(stack).condition(condition) is False:
            return wrong(f"{logical} is not made where {condition} is false")
        kind = KINDS.get(resource.type)
        if attribute is None:
            return self._filled(resource, kind.ref) if kind else self._own(resource)
        if kind is not None and (format := _format(kind, attribute)) is not None:
            return self._filled(resource, format)
        symbol = f"{resource.symbol}.{attribute}"
        if resource.type == _STACK:  # the outputs of one that was read are the resolver's business
            return unseen(f"{symbol} is an output of a template that was not read", symbol)
        if (resource.type, attribute) in BESIDE:
            beside, _ = BESIDE[resource.type, attribute]
            self._made_up.add(symbol)
            return Identity(symbol, beside)
        value = self._property(resource, attribute)
        if value is not NO_VALUE:
            return value
        if attribute == "Arn" and resource.type.startswith("AWS::"):
            self._made_up.add(symbol)
            return Identity(symbol, resource.type)
        return unseen(f"{symbol} is known to AWS only", symbol)

    def _property(self, resource: Declared, attribute: str) -> Any:
        """The value of a property that is an attribute too, NO_VALUE where it is left out."""
        properties = resource.properties
        first, *rest = attribute.split(".")
        if not isinstance(properties, dict) or first not in properties:
            return NO_VALUE
        value = self.resolver(resource.stack).value(properties[first])
        for key in rest:
            if isinstance(value, MARKERS):
                return value
            value = value.get(key, NO_VALUE) if isinstance(value, dict) else NO_VALUE
        return value

    def _own(self, resource: Declared) -> Identity:
        self._made_up.add(resource.symbol)
        return Identity(resource.symbol, resource.type)

    def _name(self, resource: Declared, kind: Kind) -> Any:
        """What `{name}` is: the given name, or an `Identity`."""
        value = self._property(resource, kind.name) if kind.name else NO_VALUE
        if value is NO_VALUE or value == "":
            return self._own(resource)
        if isinstance(value, Hidden):
            return Identity(value.symbol or resource.symbol, resource.type, value)
        if isinstance(value, Text | Identity):
            return value
        text = concat([value])
        return Identity(resource.symbol, resource.type, text) if isinstance(text, Hidden) else text

    def _filled(self, resource: Declared, format: str) -> Any:
        """A format with its fields; an `Identity` where a property in it is left out."""
        key = (resource.symbol, format)
        if key not in self._formats:
            self._formats[key] = self._fill(resource, KINDS[resource.type], format)
        return self._formats[key]

    def _fill(self, resource: Declared, kind: Kind, format: str) -> Any:
        pieces: list[Any] = []
        for index, piece in enumerate(_FIELD.split(format)):
            if index % 2 == 0:
                pieces.append(piece)
                continue
            value = self._field(resource, kind, piece)
            if value is NO_VALUE:
                return self._own(resource)
            pieces.append(value)
        if format in ("{id}", "{name}"):
            return pieces[1]
        value = concat(_inside(piece) for piece in pieces)
        if isinstance(value, Text) and self._is_all_made_up(value):
            self._texts.add(str(value))
        return value

    def _is_all_made_up(self, value: Text) -> bool:
        """Also where the account or the region is not set: it is this one."""
        symbols = (part.symbol for part in value.parts if isinstance(part, Hole))
        return all(symbol in self._made_up or symbol in _PSEUDO.values() for symbol in symbols)

    def _field(self, resource: Declared, kind: Kind, field: str) -> Any:
        if field in _PSEUDO:
            return self._root.value(_PSEUDO_NODES[field])
        if field == "id":
            return self._own(resource)
        if field == "name":
            return self._name(resource, kind)
        value = self._property(resource, field)
        return ABSENT.get(field, NO_VALUE) if value is NO_VALUE else value

    def name(self, resource: Declared) -> str:
        """What `Ref` returns, as text with symbols in brackets."""
        return shown(self.identify(resource.stack, resource.logical, None))

    def arn(self, resource: Declared) -> str:
        kind = KINDS.get(resource.type)
        if kind is None or kind.arn is None:
            return f"⟨{resource.symbol}.Arn⟩"
        return shown(self._filled(resource, kind.arn))

    def arn_outside(self, type: str, identity: Any) -> str:
        """The ARN of a resource that is declared nowhere, by the value that names it."""
        kind, text = KINDS.get(type), shown(identity)
        if text.startswith("arn:") or (kind is not None and kind.arn == kind.ref):
            return text
        if kind is None or kind.arn is None:
            return f"⟨{text.strip('⟨⟩')}.Arn⟩"
        fields: dict[str, Any] = {"name": identity, "id": identity, **ABSENT}
        fields |= {field: self._root.value(node) for field, node in _PSEUDO_NODES.items()}
        pieces = _FIELD.split(kind.arn)
        return shown(concat(fields.get(piece) if index % 2 else piece for index, piece in enumerate(pieces)))

    def spellings(self, resource: Declared) -> Iterator[Any]:
        """Everything by which another resource may name this one: literals and markers."""
        yield self.identify(resource.stack, resource.logical, None)
        kind = KINDS.get(resource.type)
        if kind is None:
            return
        formats = [*((kind.arn,) if kind.arn else ()), *(("{name}",) if kind.names else ()), *kind.also]
        for format in formats:
            value = self._filled(resource, format)
            if not (isinstance(value, Identity) and format not in ("{id}", "{name}")):
                yield value

    def is_identity(self, value: Text) -> bool:
        """Whether a text is, from end to end, the identity of a declared resource that AWS makes up."""
        return str(value) in self._texts

    def is_made_up(self, value: Any) -> bool:
        """Whether AWS makes up (a part of) this identity, so that it equals nothing that a template can write."""
        if isinstance(value, Identity):
            return value.content is None
        return isinstance(value, Text) and any(
            isinstance(part, Hole) and part.symbol in self._made_up for part in value.parts
        )


def _format(kind: Kind, attribute: str) -> str | None:
    if attribute in kind.arns:
        return kind.arn
    if attribute in kind.ids:
        return kind.ref
    return "{name}" if attribute in kind.names else None


def _inside(value: Any) -> Any:
    """A made-up or unseen name inside a longer string: a hole without `*`, `?` and `:`."""
    if not isinstance(value, Identity):
        return value
    detail = value.content.detail if value.content else f"{value} is made by AWS"
    return Text((Hole(value.symbol, "name"),), value.content.reason if value.content else Reason.UNRESOLVED, detail)


def could_equal(left: Any, right: Any) -> bool:
    """Whether two unseen or literal strings may be one: nothing literal at their ends or between tells them apart."""
    if is_wrong(left) or is_wrong(right):
        return False
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, str) or isinstance(right, str):
        literal, other = (left, right) if isinstance(left, str) else (right, left)
        return not isinstance(other, Text) or may_be(other, literal)
    if not isinstance(left, Text) and not isinstance(right, Text):
        return True
    if _holes(left) == _holes(right) and _size(left) != _size(right):
        return False  # the same unseen parts with more, or less, around them
    first, second = _ends(left), _ends(right)
    heads = first[0].startswith(second[0]) or second[0].startswith(first[0])
    tails = first[1].endswith(second[1]) or second[1].endswith(first[1])
    return heads and tails


def _ends(value: Any) -> tuple[str, str]:
    parts = value.parts if isinstance(value, Text) else ("",)
    head, tail = parts[0], parts[-1]
    return (head if isinstance(head, str) else ""), (tail if isinstance(tail, str) else "")


def _holes(value: Any) -> list[str]:
    parts = value.parts if isinstance(value, Text) else (value,)
    return sorted(str(part.symbol) for part in parts if not isinstance(part, str))


def _size(value: Any) -> int:
    parts = value.parts if isinstance(value, Text) else ()
    return sum(len(part) for part in parts if isinstance(part, str))
