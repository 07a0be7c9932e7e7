"""Conditions and rules as functions of choices: each comparison is evaluated once for what it depends on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from auditor.sources.template.conditions import decide, every, negated, some, test_of
from auditor.sources.template.mentions import Dependencies
from auditor.sources.template.nodes import Node, Stack
from auditor.sources.template.resolve import Resolver

Chosen = Mapping[str, int]  # variable to the index of its choice; what does not matter is not in it
Test = Callable[[Resolver], bool | None]  # takes the root's resolver
Formula = Callable[[Chosen], bool | None]

_MAX_DEPTH = 50  # of conditions and of And, Or and Not in each other; what is deeper is one comparison


class Formulas:
    """`evaluate` runs a test under choices; `names` are all variables, in order."""

    def __init__(
        self, evaluate: Callable[[Test, Chosen], bool | None], dependencies: Dependencies, names: Sequence[str]
    ) -> None:
        self._evaluate, self._dependencies, self._names = evaluate, dependencies, names
        self._conditions: dict[tuple[Stack, str], Formula] = {}
        self._open: set[tuple[Stack, str]] = set()

    def condition(self, stack: Stack, name: str, depth: int = 0) -> Formula:
        key, node = (stack, name), stack.section("Conditions").get(name)
        if key not in self._conditions:
            if node is None or key in self._open or depth > _MAX_DEPTH:
                return self._leaf(stack, {"Condition": name})
            self._open.add(key)
            needs = self._dependencies.condition(stack, name)
            self._conditions[key] = self._remembered(self.of(stack, node, depth + 1), needs)
            self._open.discard(key)
        return self._conditions[key]

    def of(self, stack: Stack, node: Node, depth: int = 0) -> Formula:
        name, argument = test_of(node)
        operands = argument if isinstance(argument, list) else [argument]
        if name == "Condition":
            return self.condition(stack, argument, depth)
        if depth > _MAX_DEPTH or not operands:
            return self._leaf(stack, node)
        if name == "Fn::Not" and len(operands) == 1:
            part = self.of(stack, operands[0], depth + 1)
            return lambda chosen: negated(part(chosen))
        if name in ("Fn::And", "Fn::Or"):
            parts = [self.of(stack, operand, depth + 1) for operand in operands]
            kleene = every if name == "Fn::And" else some
            return lambda chosen: kleene(part(chosen) for part in parts)
        return self._leaf(stack, node)

    def test(self, test: Test, needs: frozenset[str]) -> Formula:
        """A test that depends on no other variables than these."""
        return self._remembered(lambda chosen: self._evaluate(test, chosen), needs)

    def _leaf(self, stack: Stack, node: Node) -> Formula:
        return self.test(partial(_decided, stack, node), self._dependencies.of(stack, node))

    def _remembered(self, formula: Formula, needs: frozenset[str]) -> Formula:
        names = tuple(name for name in self._names if name in needs)
        known: dict[tuple[int, ...], bool | None] = {}

        def remembered(chosen: Chosen) -> bool | None:
            key = tuple(chosen.get(name, -1) for name in names)
            if key not in known:
                known[key] = formula(chosen)
            return known[key]

        return remembered


def _decided(stack: Stack, node: Node, root: Resolver) -> bool | None:
    return decide(node, root.child(stack))
