"""What names stand for in one stack: pseudo parameters, parameters, resources, outputs of nested stacks.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-ref.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getatt.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from auditor.sources.template.declared import (
    allowed_values,
    is_list,
    pseudo,
    small,
    type_of,
    typed,
    unset,
)
from auditor.sources.template.mentions import is_free
from auditor.sources.template.nodes import Assignment, Node, Settings, Stack
from auditor.sources.template.texts import NO_VALUE, unseen, wrong

# (stack, logical id, attribute; None for Ref) -> a literal, a marker, or any resolved value
Identify = Callable[[Stack, str, str | None], Any]
Atom = tuple[tuple[str, ...], str]

MAX_DEPTH = 150  # of nodes in each other, references that are followed included
_HOP = 5  # what following a reference to a resource adds to the depth


class Values(Protocol):
    """The resolver of a stack, as references see it."""

    def value(self, node: Node) -> Any: ...

    def condition(self, name: str) -> bool | None: ...


_Own = TypeVar("_Own", bound=Values)


class Run(Generic[_Own]):
    """What the resolvers of one root share in one world: how deep they are, and what they are in the middle of."""

    def __init__(self, root: Stack, make: Callable[[Stack, Run[_Own]], _Own]) -> None:
        self.depth = 0
        self.work = 0  # mappings and lists resolved so far
        self.open: set[tuple[Any, ...]] = set()
        self.undecided: dict[Atom, bool] = {}
        self.allowed = {
            str(name): frozenset(values)
            for name, body in root.section("Parameters").items()
            if (values := allowed_values(body)) and not is_list(type_of(body))
        }
        self._make = make
        self.resolvers: dict[tuple[str, ...], _Own] = {}

    def resolver(self, stack: Stack) -> _Own:
        if stack.instance not in self.resolvers:
            self.resolvers[stack.instance] = self._make(stack, self)
        return self.resolvers[stack.instance]


class References:
    """The values of names in `stack`."""

    def __init__(
        self, stack: Stack, assignment: Assignment, settings: Settings, identify: Identify, run: Run[Any]
    ) -> None:
        self._stack, self._assignment, self._settings = stack, assignment, settings
        self._identify, self._run = identify, run
        self._parameters: dict[str, Any] = {}

    def named(self, name: str) -> Any:
        """What Ref gives, or (`Name.Attribute`) what Fn::GetAtt gives."""
        logical, _, attribute = name.partition(".")
        if name.startswith("AWS::"):
            return self._pseudo(name)
        if attribute:
            return self.attribute(logical, attribute)
        if name in self._stack.section("Parameters"):
            return self.parameter(name)
        return self.attribute(name, None)

    def attribute(self, logical: str, attribute: str | None) -> Any:
        """What Fn::GetAtt gives; with None, what Ref of a resource gives."""
        if logical in self._stack.section("Resources"):
            return self._resource(logical, attribute)
        if not self._stack.unexpanded:
            return wrong(f"{logical} is not declared")
        maker = self._stack.unexpanded[0].name  # a macro or a module that may declare it
        symbol = self._stack.symbol_of(logical) + (f".{attribute}" if attribute else "")
        return unseen(f"{logical} may come from {maker}, which is not expanded", symbol)

    def parameter(self, name: str) -> Any:
        """What the world, the user, the parent stack or the default gives a parameter, by its type."""
        if name not in self._parameters:
            self._parameters[name] = wrong(f"parameter {name} is passed in a circle")
            kind = type_of(self._stack.section("Parameters").get(name))
            given = self._argument(name, kind)
            if given is NO_VALUE:
                given = self._assignment.values.get((self._stack.instance, name), NO_VALUE)
            if given is NO_VALUE:
                given = unset(self._stack, name, self._settings)
            self._parameters[name] = typed(given, kind, name)
        return self._parameters[name]

    def _argument(self, name: str, kind: str) -> Any:
        """What the parent passes; a list that it joins with commas for a list parameter keeps its elements."""
        if self._stack.parent is None or name not in self._stack.arguments:
            return NO_VALUE
        parent, node = self._run.resolver(self._stack.parent), self._stack.arguments[name]
        if is_list(kind) and isinstance(node, dict) and len(node) == 1 and "Fn::Join" in node:
            arguments = parent.value(node["Fn::Join"])
            if isinstance(arguments, list) and len(arguments) == 2 and arguments[0] == ",":
                return small(arguments[1], f"parameter {name}")
        return small(parent.value(node), f"parameter {name}")

    def _pseudo(self, name: str) -> Any:
        chosen = self._assignment.values.get(((), name)) if is_free(self._stack, name, self._settings) else None
        where = "".join(f"{logical}/" for logical in self._stack.instance)
        return pseudo(name, self._settings, where) if chosen is None else chosen

    def _resource(self, logical: str, attribute: str | None) -> Any:
        key = (self._stack.instance, logical, attribute)
        if key in self._run.open or self._run.depth + _HOP > MAX_DEPTH:
            return wrong(f"{logical}{f'.{attribute}' if attribute else ''} refers to itself")
        self._run.open.add(key)
        self._run.depth += _HOP
        try:
            child = self._stack.children.get(logical)
            if child is not None and attribute is not None and attribute.startswith("Outputs."):
                return small(self._output(child, logical, attribute.removeprefix("Outputs.")), logical)
            return small(self._identify(self._stack, logical, attribute), logical)
        finally:
            self._run.depth -= _HOP
            self._run.open.discard(key)

    def _output(self, child: Stack, logical: str, name: str) -> Any:
        body, resolver = child.section("Outputs").get(name), self._run.resolver(child)
        if not isinstance(body, dict) or "Value" not in body:
            return wrong(f"nested stack {logical} has no output {name}")
        if isinstance(body.get("Condition"), str) and resolver.condition(str(body["Condition"])) is False:
            return wrong(f"output {name} of nested stack {logical} does not exist here")
        return resolver.value(body["Value"])
