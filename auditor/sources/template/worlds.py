"""The worlds of a root: assignments of parameters that differ in what conditions make of the template.

Only what a deployment can produce is a world: "something else" is a text that was found to satisfy the
declaration, and conditions are evaluated with that text, while resources see it as hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

import msgspec

from auditor.model import World
from auditor.sources.template.choices import compared, symbolic, variables_of
from auditor.sources.template.declared import unset, unset_parameter
from auditor.sources.template.labels import label, values_of
from auditor.sources.template.mentions import Dependencies
from auditor.sources.template.nodes import Assignment, Identity, Settings, Stack
from auditor.sources.template.resolve import Atom, Resolver
from auditor.sources.template.search import Leaf, Search, Space
from auditor.sources.template.survey import Constraint, Uses, compared_nodes, constraints_of, stacks_of, uses_of
from auditor.sources.template.texts import unseen


class Assignments(msgspec.Struct, frozen=True):
    """The worlds, the default one first. `capped`: there are more."""

    worlds: tuple[Assignment, ...]
    capped: bool


def assignments(root: Stack, settings: Settings) -> Assignments:
    """Every world of a root and its nested stacks, at most `settings.max_worlds` of them; at least one."""
    base: dict[Atom, Any] = {
        (stack.instance, str(name)): unset(stack, str(name), settings)
        for stack in stacks_of(root)
        for name in stack.section("Parameters")
        if stack.parent is None or name not in stack.arguments
    }
    uses = uses_of(root)
    if not uses.conditions:
        return Assignments((Assignment(World(), base),), False)
    space, leaves, complete = explore(root, settings, uses, base)
    found = leaves[: settings.max_worlds]
    return Assignments(
        tuple(_assignment(leaf, space, base, len(found) > 1) for leaf in found),
        not complete or len(leaves) > len(found),
    )


def explore(root: Stack, settings: Settings, uses: Uses, base: Mapping[Atom, Any]) -> tuple[Space, list[Leaf], bool]:
    """The deployments that differ, in what space they were found, and whether these are all.

    Where these are too many, allowed values that nothing names are one ("something else"), and if that is not
    enough, worlds differ in conditions only.
    """
    used, dependencies = uses.conditions, Dependencies(settings)
    relevant = frozenset().union(*(dependencies.condition(*one) for one in used))
    constraints, every = _connected(constraints_of(root, dependencies), relevant)
    pairs = [*compared_nodes(used), *(pair for one in constraints for pair in one.pairs)]
    order = chain.from_iterable(sorted(dependencies.of(stack, side)) for stack, *sides in pairs for side in sides)
    names = [name for name in dict.fromkeys([*order, *sorted(every)]) if name in every]
    hidden: dict[Atom, Any] = {((), name): symbolic(name, root) for name in names}
    resolver = Resolver(root, Assignment(World(), {**base, **hidden}), settings, _declared)
    made = compared(pairs, names, dependencies, resolver)
    exact, coarse = (variables_of(root, names, every - relevant, uses.visible, made, fine) for fine in (True, False))
    tries: list[tuple[Space, list[Leaf], bool]] = []
    for variables, blurred in ((exact, False), (coarse, False), (coarse, True)):
        space = Space(resolver, used, tuple(constraints), variables, dependencies, blurred)
        tries.append((space, *Search(space, settings.max_worlds).leaves()))
        if tries[-1][2]:
            return tries[-1]
        if not any(variable.visible for variable in variables):
            break
    return tries[0]


def _connected(found: list[Constraint], relevant: frozenset[str]) -> tuple[list[Constraint], frozenset[str]]:
    """The constraints that bind relevant variables, and all the variables that they bind with them."""
    every, kept = relevant, list[Constraint]()
    while more := [one for one in found if one not in kept and one.variables & every]:
        kept.extend(more)
        every = every.union(*(one.variables for one in more))
    return kept, every


def _declared(stack: Stack, logical: str, attribute: str | None) -> Identity:
    """The identity of a resource before any is known: some text, and not an empty one."""
    resource = stack.section("Resources").get(logical)
    kind = resource.get("Type") if isinstance(resource, dict) else None
    symbol = stack.symbol_of(logical) + (f".{attribute}" if attribute else "")
    return Identity(symbol, str(kind), unseen(f"{symbol} is not known", symbol))


def _assignment(leaf: Leaf, space: Space, base: Mapping[Atom, Any], several: bool) -> Assignment:
    values = dict(base)
    for variable in space.variables:
        if variable.name not in leaf.chosen and variable.name not in leaf.blurred:
            continue
        choice = variable.choices[leaf.chosen.get(variable.name, 0)]
        if choice.kind == "named" and variable.name not in leaf.blurred:
            values[(), variable.name] = choice.value
        elif variable.pseudo:
            values[(), variable.name] = symbolic(variable.name, space.resolver.stack)
        else:
            holder = space.holder(variable, leaf.chosen)
            note = " in this world" if variable.has_default else ""
            hidden = unset_parameter(space.resolver.stack, variable.name, note)
            values[(), variable.name] = unseen(hidden.detail, holder)
    atoms = {
        (stack.instance, f"condition {name} holds"): held
        for (stack, name), held in zip(space.used, leaf.vector, strict=True)
        if held is not None
    }
    default = not any(leaf.chosen.get(variable.name) for variable in space.variables if not variable.auxiliary)
    text = label(space, leaf, default) if several else ""
    return Assignment(World(values_of(space, leaf), default, text), values, atoms, leaf.certain)
