"""The variables of a root's worlds, and what each may be: its default, what it is compared with, something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, product, zip_longest
from typing import Any, Literal

import msgspec

from auditor.sources.template.declared import allowed_values, default_of, is_list, type_of, unset_parameter
from auditor.sources.template.hints import hints, key_hints
from auditor.sources.template.mentions import Dependencies
from auditor.sources.template.nodes import Node, Stack
from auditor.sources.template.patterns import allows, others
from auditor.sources.template.resolve import Atom, Resolver
from auditor.sources.template.survey import Pair, stacks_of
from auditor.sources.template.texts import NO_VALUE, is_literal, literal_text, unseen

_MOST_HINTS = 1_000  # of one comparison
_MOST_COMBINATIONS = 64
_MOST_GUESSES = 24  # at what makes two expressions equal
_MOST_OTHERS = 12  # such guesses of a variable, and as many of those that it is compared with


class Choice(msgspec.Struct, frozen=True):
    """One value of a variable. Conditions are evaluated with `value`; resources see it only if it is `named`.

    `rest`: some allowed value that nothing names; `other`: a text of which only this is known.
    """

    value: Any
    kind: Literal["named", "rest", "other"] = "named"


class Variable(msgspec.Struct, frozen=True):
    """`choices[0]` is the default, or what stands in for it."""

    name: str
    choices: tuple[Choice, ...]
    has_default: bool
    visible: bool
    auxiliary: bool  # only rules or nested stacks constrain it together with what conditions compare

    @property
    def pseudo(self) -> bool:
        return self.name.startswith("AWS::")


@dataclass
class Compared:
    """What the comparisons of a root say about its variables."""

    texts: dict[str, dict[str, None]] = field(default_factory=dict)  # variable to the texts it is compared with
    others: dict[str, dict[str, None]] = field(default_factory=dict)  # texts that make two expressions equal
    groups: dict[str, set[str]] = field(default_factory=dict)  # variables compared with each other
    derived: set[str] = field(default_factory=set)  # variables in an expression that is compared
    fresh: dict[str, list[str]] = field(default_factory=dict)  # texts that nothing names


def symbolic(name: str, root: Stack) -> Any:
    """A variable without a value, under its own name as the symbol."""
    return unseen(f"{name} is not set", name) if name.startswith("AWS::") else unset_parameter(root, name)


def compared(pairs: Iterable[Pair], names: Sequence[str], dependencies: Dependencies, resolver: Resolver) -> Compared:
    """Collect what variables are compared with; `resolver` is the root's, with every variable hidden."""
    made, undecided = Compared(), list[tuple[Stack, tuple[Node, Node], tuple[frozenset[str], ...]]]()
    for stack, *sides in pairs:
        needs = tuple(dependencies.of(stack, side) for side in sides)
        values = [resolver.child(stack).value(side) for side in sides]
        plain = [_variable(value, need) for value, need in zip(values, needs, strict=True)]
        for side, other, name, need in zip(sides, reversed(values), plain, needs, strict=True):
            made.derived.update(() if name is not None else need)
            _note(made.texts, islice(key_hints(stack, side, resolver), _MOST_HINTS))
            if (text := literal_text(other)) is not None:
                _note(made.texts, islice(hints(stack, side, text, resolver), _MOST_HINTS))
        if None not in plain:
            group = {str(name) for one in plain for name in made.groups.get(str(one), {str(one)})}
            made.groups.update(dict.fromkeys(group, group))
        elif not any(map(is_literal, values)):
            undecided.append((stack, (sides[0], sides[1]), needs))
    made.fresh = {name: _fresh(resolver.stack, name, made) for name in names}
    guesses: list[list[tuple[str, str]]] = []
    for stack, (left, right), needs in undecided:
        _note(made.others, ((name, "") for need in needs for name in sorted(need)))  # what adds nothing to a text
        for side, other, need in ((left, right, needs[0]), (right, left, needs[1])):
            texts = _instances(stack, side, sorted(need), made, resolver)
            found = chain.from_iterable(islice(hints(stack, other, text, resolver), 6) for text in texts)
            guesses.append(list(islice(found, _MOST_GUESSES)))
    for one_of_each in zip_longest(*guesses):  # no comparison's guesses crowd out another's
        _note(made.others, (guess for guess in one_of_each if guess is not None))
    return made


def _note(texts: dict[str, dict[str, None]], found: Iterable[tuple[str, str]]) -> None:
    for name, text in found:
        texts.setdefault(name, {})[text] = None


def _variable(value: Any, needs: frozenset[str]) -> str | None:
    """The variable that a side of a comparison is, as it stands."""
    symbol = getattr(value, "symbol", None)
    return str(symbol) if symbol in needs else None


def _instances(stack: Stack, node: Node, names: Sequence[str], made: Compared, resolver: Resolver) -> Iterator[str]:
    """The texts that a node has under what its variables are compared with so far."""
    options = []
    for name in names:
        allowed = allowed_values(resolver.stack.section("Parameters").get(name))
        texts = _named(resolver.stack, name, made) | {text: text for text in allowed}
        options.append([*texts.values(), *made.fresh.get(name, [])[:1]])
    for combination in islice(product(*options), _MOST_COMBINATIONS):
        values: dict[Atom, Any] = {((), name): value for name, value in zip(names, combination, strict=True)}
        text = literal_text(resolver.under({**resolver.assignment.values, **values}).child(stack).value(node))
        if text is not None:
            yield text


def variables_of(
    root: Stack, names: Sequence[str], auxiliary: frozenset[str], seen: frozenset[str], made: Compared, exact: bool
) -> tuple[Variable, ...]:
    """The variables with their choices. `exact`: a visible one takes each of its allowed values, not "the rest"."""
    found, pools = [], dict[tuple[str, ...], list[str]]()
    for name in names:
        declared = root.section("Parameters").get(name)
        texts = _named(root, name, made)
        default = literal_text(default_of(declared))
        has_default = default is not None and next(iter(texts), None) == default
        group = tuple(other for other in names if other in made.groups.get(name, {name}))
        pools[group] = pools.get(group) or _pool(group, made, root)
        for member in (other for other in group if other != name):
            shared = [*_named(root, member, made), *allowed_values(root.section("Parameters").get(member))]
            texts |= {text: text for text in shared if text not in texts and allows(declared, text)}
        # a default that nothing names stands for everything else that nothing names
        unnamed = (
            has_default and len(group) == 1 and name not in made.derived and default not in made.texts.get(name, {})
        )
        if allowed_values(declared) and not is_list(type_of(declared)):
            each = len(group) > 1 or name in made.derived or (exact and name in seen)
            choices = _allowed(declared, texts, has_default, each, unnamed, name in seen)
        else:
            elses = [text for text in pools[group] if not unnamed and text not in texts and allows(declared, text)]
            turn = group.index(name) % len(elses) if elses else 0  # compared with each other: not the same at first
            other = [Choice(text, "other") for text in (*elses[turn:], *elses[:turn])]
            named = [Choice(value) for value in texts.values()]
            choices = [*named, *other] if has_default else [*other[:1], *named, *other[1:]]
        known = {literal_text(choice.value) for choice in choices}
        most = _MOST_OTHERS if exact else _MOST_OTHERS // 4
        of_others = (text for member in group if member != name for text in made.others.get(member, {}))
        guessed = [*islice(made.others.get(name, {}), most), *islice(of_others, most)]
        guesses = [text for text in dict.fromkeys(guessed) if text not in known and allows(declared, text)]
        choices.extend(Choice(text, "other") for text in guesses)
        unset = [Choice(symbolic(name, root), "other")]
        found.append(Variable(name, tuple(choices or unset), has_default, name in seen, name in auxiliary))
    return tuple(found)


def _allowed(
    declared: Any, texts: Mapping[str, Any], has_default: bool, each: bool, unnamed: bool, seen: bool
) -> list[Choice]:
    """The choices of a parameter with AllowedValues: each of them, or the named ones and one for the rest."""
    order = allowed_values(declared)
    rest = [text for text in order if text not in texts and allows(declared, text)]
    if each or len(rest) == 1:
        named = {**texts, **dict(zip(rest, rest, strict=True))}
    elif seen or not rest:
        named = dict(texts)
    else:
        named = dict(texts) if unnamed else {**texts, rest[0]: rest[0]}
    first = list(texts)[:1] if has_default else []
    by_order = [*first, *(text for text in order if text in named and text not in first)]
    choices = [Choice(named[text]) for text in by_order]
    hidden = [Choice(rest[0], "rest")] if seen and rest and not each and len(rest) > 1 else []
    return [*choices[: len(first)], *hidden, *choices[len(first) :]]


def _pool(group: Sequence[str], made: Compared, root: Stack) -> list[str]:
    """The texts for "something else" that a group shares, as many as it has members; else those of all members too."""
    if len(group) == 1:
        return made.fresh[group[0]]
    declarations = [root.section("Parameters").get(member) for member in group]
    named = {text for member in group for text in _named(root, member, made)}
    shared = others(declarations, named, len(group), group[0])
    if len(shared) == len(group):
        return shared
    return list(dict.fromkeys([*shared, *(text for member in group for text in made.fresh[member])]))


def _named(root: Stack, name: str, made: Compared) -> dict[str, Any]:
    """Text to value: the default first, then the allowed ones of what it is compared with."""
    declared = root.section("Parameters").get(name)
    default = default_of(declared)
    texts: dict[str, Any] = {}
    if default is not NO_VALUE and allows(declared, str(literal_text(default))):
        texts[str(literal_text(default))] = default
    order = list(allowed_values(declared))
    compared_with = sorted(
        made.texts.get(name, {}), key=lambda text: order.index(text) if text in order else len(order)
    )
    for text in compared_with:
        if allows(declared, text):
            texts.setdefault(text, text)
    return texts


def _fresh(root: Stack, name: str, made: Compared) -> list[str]:
    """As many texts that nothing names as the group of the variable has members."""
    group = made.groups.get(name, {name})
    own = {text for member in group for text in _named(root, member, made)}
    every = own | {text for texts in made.texts.values() for text in texts}
    declared = [root.section("Parameters").get(name, {}), *_passed_to(root, name)]
    for demanded, taken in ((declared, every), (declared[:1], every), (declared[:1], own)):
        if found := others(demanded, taken, len(group), name):
            return found
    return []


def _passed_to(root: Stack, name: str) -> list[Any]:
    """The declarations of parameters of nested stacks that take a parameter of the root as it is."""
    found, holders = [], {(root, name)}
    for stack in stacks_of(root):
        for own, node in stack.arguments.items() if stack.parent is not None else ():
            if isinstance(node, dict) and (stack.parent, node.get("Ref")) in holders:
                holders.add((stack, str(own)))
                found.append(stack.section("Parameters").get(own, {}))
    return found
