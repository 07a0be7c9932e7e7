"""What a part of a template refers to, and through it, on which variables it depends.

A *variable* is what a deployment chooses: a parameter of the root stack that the user did not give, and
`AWS::AccountId`, `AWS::Region`, `AWS::StackName` where they are unset. A parameter of a nested stack is the
expression that its parent passes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from auditor.sources.template.declared import default_of
from auditor.sources.template.intrinsics import variables
from auditor.sources.template.nodes import Node, Settings, Stack
from auditor.sources.template.texts import NO_VALUE

_PAIR = 2


class Mention(NamedTuple):
    """`value`: Ref or a variable of Fn::Sub; `attribute`: Fn::GetAtt; `condition`: Fn::If or Condition."""

    kind: Literal["value", "attribute", "condition"]
    name: str
    attribute: str = ""


_Spot = tuple[Stack, Mention]
_NOTHING: frozenset[str] = frozenset()


def mentions(node: Node) -> Iterator[Mention]:
    """Every reference in a tree, in the order of the source; a node that stands in many places is read once."""
    waiting: list[Any] = [node]
    seen: set[int] = set()
    while waiting:
        item = waiting.pop()
        if not isinstance(item, dict | list) or id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, list):
            waiting.extend(reversed(item))
            continue
        if len(item) == 1:
            ((name, argument),) = item.items()
            yield from _of(name, argument)
        waiting.extend(reversed(list(item.values())))


def _of(function: Any, argument: Any) -> Iterator[Mention]:
    first = argument[0] if isinstance(argument, list) and argument else argument
    if function == "Ref" and isinstance(argument, str):
        yield Mention("value", str(argument))
    elif function == "Condition" and isinstance(argument, str):
        yield Mention("condition", str(argument))
    elif function == "Fn::If" and isinstance(first, str):
        yield Mention("condition", str(first))
    elif function == "Fn::GetAtt":
        names = [str(part) for part in argument] if isinstance(argument, list) else str(argument).split(".")
        yield Mention("attribute", names[0] if names else "", ".".join(names[1:]))
    elif function == "Fn::Sub" and isinstance(first, str):
        own = argument[1] if isinstance(argument, list) and len(argument) == _PAIR else {}
        for _, name in variables(first):
            if name is not None and not (isinstance(own, dict) and name in own):
                logical, _, attribute = name.partition(".")
                yield Mention("attribute", logical, attribute) if attribute else Mention("value", name)


class Dependencies:
    """The variables that nodes and conditions of one root depend on, remembered."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[_Spot, frozenset[str]] = {}

    def of(self, stack: Stack, node: Node) -> frozenset[str]:
        """The variables of a tree, those of the conditions of its Fn::If included."""
        return frozenset().union(*(self._of((stack, mention)) for mention in mentions(node)))

    def condition(self, stack: Stack, name: str) -> frozenset[str]:
        return self._of((stack, Mention("condition", name)))

    def _of(self, first: _Spot) -> frozenset[str]:
        """Without recursion, for chains of conditions as long as a template; a circle adds nothing."""
        waiting, opened = [first], dict[_Spot, tuple[frozenset[str], list[_Spot]]]()
        while waiting:
            spot = waiting[-1]
            if spot in self._known:
                waiting.pop()
            elif spot not in opened:
                opened[spot] = self._look(*spot)
                waiting.extend(need for need in opened[spot][1] if need not in opened)
            else:
                own, needs = opened[spot]
                self._known[spot] = own.union(*(self._known.get(need, _NOTHING) for need in needs))
                waiting.pop()
        return self._known[first]

    def _look(self, stack: Stack, mention: Mention) -> tuple[frozenset[str], list[_Spot]]:
        """The variable that a reference is, and what it leads to."""
        if mention.kind == "condition":
            return _NOTHING, _spots(stack, stack.section("Conditions").get(mention.name))
        if mention.kind == "attribute":
            child, (_, _, output) = stack.children.get(mention.name), mention.attribute.partition(".")
            if child is None:
                return _NOTHING, []
            body = child.section("Outputs").get(output)
            return _NOTHING, _spots(child, body.get("Value")) if isinstance(body, dict) else []
        if mention.name.startswith("AWS::"):
            return frozenset({mention.name} if is_free(stack, mention.name, self._settings) else ()), []
        if mention.name not in stack.section("Parameters"):
            return _NOTHING, []
        if stack.parent is not None:
            return _NOTHING, _spots(stack.parent, stack.arguments.get(mention.name))
        return frozenset({mention.name} if is_open(stack, mention.name, self._settings) else ()), []


def _spots(stack: Stack, node: Node) -> list[_Spot]:
    return [(stack, mention) for mention in mentions(node)]


def is_free(stack: Stack, pseudo: str, settings: Settings) -> bool:
    """Whether a pseudo parameter is a deployment's choice. The name of a nested stack is AWS's."""
    if pseudo == "AWS::StackName":
        return stack.parent is None
    return (pseudo == "AWS::AccountId" and settings.account is None) or (
        pseudo == "AWS::Region" and settings.region is None
    )


def is_open(root: Stack, name: str, settings: Settings) -> bool:
    """Whether a parameter of the root stack is a deployment's choice."""
    fixed = settings.worlds == "default" and default_of(root.section("Parameters").get(name)) is not NO_VALUE
    return name not in settings.parameters and not fixed
