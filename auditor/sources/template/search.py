"""The search for worlds: choices of variables that differ in the conditions, or in what resources see.

It goes out from the defaults: all worlds with one variable away from its first choice come before those
with two, so that a world stands for the smallest difference, and a cap keeps the plain ones. A variable is
chosen only where it still matters; 30 conditions that are one "and" have 2 worlds, not 2^30 steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from auditor.sources.template.choices import Variable
from auditor.sources.template.formulas import Chosen, Formulas, Test
from auditor.sources.template.mentions import Dependencies
from auditor.sources.template.nodes import Stack
from auditor.sources.template.resolve import Atom, Resolver
from auditor.sources.template.survey import Constraint
from auditor.sources.template.texts import literal_text

Vector = tuple[bool | None, ...]
_Key = tuple[Vector, tuple[tuple[str, str], ...]]
_State = tuple[dict[str, int], int, tuple[int, ...], tuple[int, ...]]

_MOST_STEPS = 100_000  # states of the search, and nodes resolved in them: a second or two
_MOST_VARIABLES = 400  # a template may have 200 parameters


class Leaf(msgspec.Struct, frozen=True):
    """A deployment that is possible: its choices, and what the used conditions are.

    `atoms`: the branches of tests that no value decides. `blurred`: variables of which several values make the
    same world. `certain`: it rests on no such branch, and nothing forbids it.
    """

    chosen: Chosen
    vector: Vector
    atoms: Mapping[Atom, bool] = {}
    blurred: frozenset[str] = frozenset()
    certain: bool = True


class Space:
    """What is searched: variables, the conditions that they decide, and what forbids a deployment."""

    def __init__(
        self,
        resolver: Resolver,
        used: tuple[tuple[Stack, str], ...],
        constraints: tuple[Constraint, ...],
        variables: tuple[Variable, ...],
        dependencies: Dependencies,
        blurred: bool = False,
    ) -> None:
        """`blurred`: worlds differ in conditions only, and a variable with several values in one is hidden there."""
        self.blurred = blurred
        self.resolver, self.used, self.constraints, self.variables = resolver, used, constraints, variables
        self.by_name = {variable.name: variable for variable in variables}
        self.visible = [one for one in variables if one.visible and not (one.pseudo or one.auxiliary or blurred)]
        names = list(self.by_name)
        found = [dependencies.condition(*one) for one in used] + [one.needs for one in constraints]
        self.needs = [tuple(name for name in names if name in need) for need in found]
        self.steps = 0
        self._last: tuple[Chosen, Resolver] | None = None
        formulas = Formulas(self._evaluate, dependencies, names)
        self._truths = [formulas.condition(*one) for one in used] + [one.formula(formulas) for one in constraints]

    def truth(self, index: int, chosen: Chosen) -> bool | None:
        """A condition (or, after them, a constraint) under some choices; None where they do not decide it."""
        return self._truths[index](chosen)

    def _evaluate(self, test: Test, chosen: Chosen) -> bool | None:
        if self._last is None or self._last[0] is not chosen:
            self._last = (chosen, self.under(chosen))
        resolver, before = self._last[1], self._last[1].work
        held = test(resolver)
        self.steps += 1 + resolver.work - before
        return held

    def under(self, chosen: Chosen, atoms: Mapping[Atom, bool] | None = None) -> Resolver:
        values: dict[Atom, Any] = {
            ((), name): self.by_name[name].choices[index].value for name, index in chosen.items()
        }
        return self.resolver.under({**self.resolver.assignment.values, **values}, atoms)

    def holder(self, variable: Variable, chosen: Chosen) -> str:
        """Whose symbol an unnamed value has: that of the first variable with the same value."""
        value = variable.choices[chosen.get(variable.name, 0)].value
        for other in self.variables:
            if other.name in chosen:
                choice = other.choices[chosen[other.name]]
                if choice.kind != "named" and choice.value == value:
                    return other.name
        return variable.name

    def seen(self, chosen: Chosen) -> tuple[tuple[str, str], ...]:
        """What resources see of the variables that conditions compare."""
        shown = []
        for variable in self.visible:
            choice = variable.choices[chosen.get(variable.name, 0)]
            named = choice.kind == "named"
            shown.append(("is", str(literal_text(choice.value))) if named else ("as", self.holder(variable, chosen)))
        return tuple(shown)


class Search:
    """One search of a space. `cap`: how many worlds are wanted."""

    def __init__(self, space: Space, cap: int) -> None:
        self._space = space
        self._cap = max(cap, 1)
        self._leaves: dict[_Key, Leaf] = {}
        self._values: dict[_Key, dict[str, set[int]]] = {}
        self._cut = False

    def leaves(self) -> tuple[list[Leaf], bool]:
        """The worlds in order of their distance from the defaults (at least one), and whether these are all."""
        complete = self._explore(strict=True)
        if not self._leaves:
            complete = self._explore(strict=False)
        if not self._leaves:  # nothing can be deployed: judge what stands there, and be certain of nothing
            for leaf in self._branches({}, strict=False):
                self._leaves.setdefault((leaf.vector, ()), msgspec.structs.replace(leaf, certain=False))
                if len(self._leaves) >= self._cap:
                    break
        kept = [self._blurred(key, leaf) for key, leaf in self._leaves.items() if not self._covered(key, leaf)]
        return kept, complete and len(kept) <= self._cap

    def _explore(self, strict: bool) -> bool:
        """Whether everything was visited, within the bounds."""
        if len(self._space.variables) > _MOST_VARIABLES:
            return False
        self._space.steps = 0
        for distance in range(len(self._space.variables) + 1):
            self._cut = False
            for chosen in self._visit(distance):
                for leaf in self._branches(chosen, strict):
                    self._keep(leaf)
                    if len(self._leaves) > 4 * self._cap:
                        return False
            if self._space.steps > _MOST_STEPS:
                return False
            if not self._cut:
                return True
        return True

    def _visit(self, distance: int) -> Iterator[Chosen]:
        """The choices with exactly so many variables away from their first choice."""
        conditions = tuple(range(len(self._space.used)))
        checks = tuple(range(len(conditions), len(conditions) + len(self._space.constraints)))
        waiting: list[_State] = [({}, 0, conditions, checks)]
        while waiting and self._space.steps <= _MOST_STEPS:
            self._space.steps += 1
            chosen, far, conditions, checks = waiting.pop()
            last = next(reversed(chosen), "")
            conditions = tuple(index for index in conditions if self._open(index, chosen, last))
            results = {index: self._space.truth(index, chosen) for index in checks}
            if False in results.values():
                continue
            checks = tuple(index for index, held in results.items() if held is None)
            variable = self._next(chosen, (*conditions, *checks))
            if variable is None:
                if far == distance:
                    yield chosen
                continue
            for index in reversed(range(len(variable.choices))):
                further = far + (index > 0)
                if further <= distance:
                    waiting.append(({**chosen, variable.name: index}, further, conditions, checks))
                else:
                    self._cut = True

    def _open(self, index: int, chosen: Chosen, last: str) -> bool:
        """Whether a condition that was undecided still is; only the last choice can have changed that."""
        return (bool(last) and last not in self._space.needs[index]) or self._space.truth(index, chosen) is None

    def _next(self, chosen: Chosen, undecided: tuple[int, ...]) -> Variable | None:
        """The variable to choose: one that something undecided needs, then one that resources see."""
        for index in undecided:
            for name in self._space.needs[index]:
                if name not in chosen:
                    return self._space.by_name[name]
        return next((variable for variable in self._space.visible if variable.name not in chosen), None)

    def _branches(self, chosen: Chosen, strict: bool) -> Iterator[Leaf]:
        """The worlds of some choices: one, or both branches of each test that no value decides.

        `strict`: a test on what the template has wrong (a mapping without that key) fails the deployment.
        """
        vector = tuple(self._space.truth(index, chosen) for index in range(len(self._space.used)))
        if None not in vector:
            yield Leaf(chosen, vector)
            return
        full = {variable.name: 0 for variable in self._space.variables} | dict(chosen)
        waiting: list[dict[Atom, bool]] = [{}]
        while waiting:
            atoms = waiting.pop()
            resolver = self._space.under(full, atoms)
            vector = tuple(resolver.child(stack).condition(name) for stack, name in self._space.used)
            self._space.steps += resolver.work
            atom = next((atom for atom in resolver.met if atom not in atoms), None) if None in vector else None
            if self._space.steps > _MOST_STEPS and self._leaves:
                return
            if atom is None or self._space.steps > _MOST_STEPS:
                yield Leaf(chosen, vector, atoms, certain=not atoms and None not in vector)
            elif not (strict and resolver.met[atom]):
                waiting.extend({**atoms, atom: branch} for branch in (True, False))

    def _keep(self, leaf: Leaf) -> None:
        key = (leaf.vector, self._space.seen(leaf.chosen))
        known = self._leaves.get(key)
        if known is None or (leaf.certain and not known.certain):
            self._leaves[key] = leaf
        values = self._values.setdefault(key, {})
        for variable in self._space.variables:
            if variable.pseudo or (self._space.blurred and variable.visible):
                values.setdefault(variable.name, set()).add(leaf.chosen.get(variable.name, -1))

    def _covered(self, key: _Key, leaf: Leaf) -> bool:
        """Whether the same world exists with a default where this one has some other text."""
        vector, seen = key
        for position, variable in enumerate(self._space.visible):
            if variable.has_default and variable.choices[leaf.chosen.get(variable.name, 0)].kind == "other":
                default = ("is", str(literal_text(variable.choices[0].value)))
                if (vector, (*seen[:position], default, *seen[position + 1 :])) in self._leaves:
                    return True
        return False

    def _blurred(self, key: _Key, leaf: Leaf) -> Leaf:
        several = {name for name, found in self._values.get(key, {}).items() if len(found) > 1 or -1 in found}
        return msgspec.structs.replace(leaf, blurred=frozenset(several)) if several else leaf
