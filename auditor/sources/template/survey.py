"""Which conditions matter in a root and its nested stacks, what they compare, and what forbids a deployment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from auditor.sources.template.conditions import comparisons, negated, some
from auditor.sources.template.declared import allowed_values
from auditor.sources.template.formulas import Formula, Formulas, Test
from auditor.sources.template.mentions import Dependencies, mentions
from auditor.sources.template.nodes import Node, Stack
from auditor.sources.template.patterns import BOUNDS, allows
from auditor.sources.template.resolve import Resolver
from auditor.sources.template.texts import literal_text

Pair = tuple[Stack, Node, Node]


@dataclass(frozen=True, eq=False)
class Constraint:
    """What must hold for a deployment to be possible: a rule, or what a nested stack allows of an argument.

    It also holds where its stack does not exist: `exists` are the conditions of it and of those around it.
    `variables` are those that it binds, `needs` all that it depends on; `pairs` are the nodes that it compares.
    """

    held: Callable[[Formulas], Formula]
    exists: tuple[tuple[Stack, str], ...]
    variables: frozenset[str]
    needs: frozenset[str]
    pairs: tuple[Pair, ...]

    def formula(self, formulas: Formulas) -> Formula:
        held = self.held(formulas)
        conditions = [formulas.condition(*one) for one in self.exists]
        return lambda chosen: some([held(chosen), *(negated(one(chosen)) for one in conditions)])


def stacks_of(root: Stack) -> Iterator[Stack]:
    """The root and every nested stack, parents first."""
    waiting = [root]
    while waiting:
        stack = waiting.pop()
        yield stack
        waiting.extend(reversed(stack.children.values()))


def bodies(stack: Stack) -> Iterator[tuple[str, str, Node]]:
    """(logical id, section of the resource, its node) of what may reach a verdict; outputs of a nested stack too."""
    for logical, resource in stack.section("Resources").items():
        if isinstance(resource, dict):
            yield from ((str(logical), str(name), body) for name, body in resource.items() if name != "Metadata")
    if stack.parent is not None:
        for name, output in stack.section("Outputs").items():
            if isinstance(output, dict):
                yield str(name), "Value", output.get("Value")


@dataclass(frozen=True)
class Uses:
    """`conditions`: those of resources and of Fn::If, in the order of the source. `visible`: the root's parameters
    (and pseudo parameters) whose values resources hold, not only conditions."""

    conditions: tuple[tuple[Stack, str], ...]
    visible: frozenset[str]


def uses_of(root: Stack) -> Uses:
    """What the resources of a root and of its nested stacks use."""
    conditions: dict[Stack, dict[str, None]] = {}
    names: dict[Stack, set[str]] = {}
    stacks = list(stacks_of(root))
    for stack in reversed(stacks):  # children first: what they use decides what their parents pass to some purpose
        declared, used, own = stack.section("Conditions"), dict[str, None](), set[str]()
        for logical, section, body in bodies(stack):
            if section == "Condition" and isinstance(body, str):
                used[str(body)] = None
                continue
            found = list(mentions(body)) if declared or stack.parent is not None or stack.children else []
            used.update({one.name: None for one in found if one.kind == "condition" and one.name in declared})
            child = stack.children.get(logical)
            if child is not None and section == "Properties":
                passed = [node for name, node in child.arguments.items() if name in names[child]]
                found = [mention for node in passed for mention in mentions(node)]
            own.update(mention.name for mention in found if mention.kind == "value")
        conditions[stack], names[stack] = used, own
    return Uses(tuple((stack, name) for stack in stacks for name in conditions[stack]), frozenset(names[root]))


def compared_nodes(used: tuple[tuple[Stack, str], ...]) -> list[Pair]:
    """The pairs that conditions compare, those of the conditions that they refer to included."""
    pairs: list[Pair] = []
    waiting, seen = list(reversed(used)), set[tuple[Stack, str]]()
    while waiting:
        stack, name = waiting.pop()
        if (stack, name) in seen:
            continue
        seen.add((stack, name))
        node = stack.section("Conditions").get(name)
        pairs.extend((stack, left, right) for left, right in comparisons(node))
        waiting.extend((stack, mention.name) for mention in mentions(node) if mention.kind == "condition")
    return pairs


def constraints_of(root: Stack, dependencies: Dependencies) -> list[Constraint]:
    """Everything in the root that can exclude a world, besides the constraints of its own parameters."""
    found: list[Constraint] = []
    for stack in stacks_of(root):
        exists = tuple(_existence(stack))
        needs = frozenset().union(*(dependencies.condition(*one) for one in exists))
        for rule in stack.section("Rules").values():
            if isinstance(rule, dict):
                node = _rule(rule)
                binds, pairs = dependencies.of(stack, node), tuple((stack, *pair) for pair in comparisons(node))
                found.append(Constraint(partial(_rule_held, stack, node), exists, binds, binds | needs, pairs))
        for name, passed in stack.arguments.items() if stack.parent is not None else ():
            declared = stack.section("Parameters").get(name)
            if stack.parent is not None and isinstance(declared, dict) and declared.keys() & BOUNDS:
                binds = dependencies.of(stack.parent, passed)
                pairs = tuple((stack.parent, passed, text) for text in allowed_values(declared))
                fits = partial(_argument_fits, stack, str(name), declared)
                held = partial(_argument_held, fits, binds)
                found.append(Constraint(held, exists, binds, binds | needs, pairs))
    return found


def _rule(rule: Mapping[str, Any]) -> Node:
    """A rule as one expression: its condition does not hold, or all its assertions do."""
    assertions = rule.get("Assertions")
    bodies = assertions if isinstance(assertions, list) else []
    asserted = [body["Assert"] for body in bodies if isinstance(body, dict) and "Assert" in body]
    held = {"Fn::And": [{"Fn::Equals": ["", ""]}, *asserted]}
    return {"Fn::Or": [{"Fn::Not": [rule["RuleCondition"]]}, held]} if "RuleCondition" in rule else held


def _existence(stack: Stack) -> Iterator[tuple[Stack, str]]:
    """The conditions on which a nested stack, and each one around it, exists."""
    while stack.parent is not None:
        body = stack.parent.section("Resources").get(stack.instance[-1])
        if isinstance(body, dict) and isinstance(body.get("Condition"), str):
            yield stack.parent, str(body["Condition"])
        stack = stack.parent


def _rule_held(stack: Stack, node: Node, formulas: Formulas) -> Formula:
    return formulas.of(stack, node)


def _argument_held(fits: Test, needs: frozenset[str], formulas: Formulas) -> Formula:
    return formulas.test(fits, needs)


def _argument_fits(stack: Stack, name: str, declared: Mapping[str, Any], root: Resolver) -> bool | None:
    text = literal_text(root.child(stack).parameter(name))
    return None if text is None else allows(declared, text)
