"""What strangers may ask of a resource policy: one kind of request per way in which the policy tells them apart."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from auditor.data.condition_keys import find
from auditor.facts.iam.carried import Choices, Stranger, accounts, choices, organizations, patterns_of
from auditor.facts.iam.document import Condition, Document, Statement, Terms
from auditor.facts.iam.guarded import Thing
from auditor.facts.iam.logic import F, Truth, U
from auditor.facts.iam.match import Caller, acts, names
from auditor.facts.iam.text import Item, blurred, expand, has_variable, parts_of, variables_of, widened
from auditor.facts.iam.words import TooMany
from auditor.model import Hidden, Text

_EXPANSIONS = 50  # texts that one value with variables can stand for
_BY_KIND = frozenset(("aws:principalarn", "aws:username", "aws:userid", "aws:principaltype", "aws:tokenissuetime"))
_BY_ORG = frozenset(("aws:principalorgid", "aws:principalorgpaths", "aws:vpceorgid", "aws:vpceorgpaths"))

About = Sequence[tuple[Statement, Truth]]  # statements that may be about a request, and how surely


class Case(msgspec.Struct, frozen=True):
    """One action on one thing by one stranger, and what its requests can carry."""

    stranger: Stranger
    arn: str | Text | None
    action: str
    about: tuple[tuple[Statement, Truth], ...]
    carried: Mapping[str, Choices]
    has_variables: bool


def strangers(document: Document, unsigned: Truth) -> Iterator[Stranger]:
    """The kinds of outsiders that the document can tell apart."""
    if unsigned is not F:
        yield Stranger("anonymous")
    conditions = by_key(document.statements)
    used = conditions.keys() | variable_keys(document.statements, document.variables)
    patterns = {key: patterns_of(conditions.get(key, ()), {}) for key in used}
    taken = _accounts_named(document)
    networks = any((row := find(key)) and row.kind == "network" for key in used)
    for account, org, kind, endpoint in itertools.product(
        (one for one in accounts(patterns, taken) if one not in taken),
        organizations(patterns) if used & _BY_ORG else ("",),
        ("user", "role") if used & _BY_KIND else ("user",),
        (False, True) if networks else (False,),
    ):
        yield Stranger(kind, account, org, endpoint)


def _accounts_named(document: Document) -> set[str]:
    """The accounts that principals name: no stranger's."""
    elements = (
        one for statement in document.statements if statement.principals for one in statement.principals.elements
    )
    return {
        text
        for element in elements
        if not isinstance(element.value, Hidden)
        for part in parts_of(element.value)
        if isinstance(part, str)
        for text in part.split(":")
        if len(text) == 12 and text.isdigit()
    }


def by_key(statements: Iterable[Statement]) -> dict[str, list[Condition]]:
    found: dict[str, list[Condition]] = {}
    for statement in statements:
        for condition in statement.conditions:
            found.setdefault(condition.key, []).append(condition)
    return found


def variable_keys(statements: Iterable[Statement], variables: bool) -> set[str]:
    """The keys of the policy variables in conditions and resources."""
    if not variables:
        return set()
    values = [value for one in statements for condition in one.conditions for value in condition.values]
    values += [value for one in statements if one.resources for value in one.resources.items]
    return {key for value in values for key in variables_of(value)}


def cases(
    document: Document, stranger: Stranger, things: Sequence[Thing], target: Mapping[str, str | Text]
) -> Iterator[Case]:
    """What some Allow may let this stranger do: one action and thing per way in which statements tell them apart."""
    caller = Caller("anonymous" if stranger.kind == "anonymous" else "user", stranger.account, canonical="")
    about = _certainty((one, names(one.principals, caller, one.effect)) for one in document.statements)
    if not may_allow(about):
        return
    carried = _carried([one for one, _ in about], stranger, document.variables, target)
    patterns = [
        text
        for one, _ in about
        if one.resources
        for value in one.resources.items
        for text in _expanded(value, carried, document.variables)
    ]
    for thing in things:
        for acting, action in _grouped(tuple(one.actions for one, _ in about), thing.actions):
            acted = [(one, min(sure, does)) for (one, sure), does in zip(about, acting, strict=True) if does is not F]
            if may_allow(acted):
                for arn in thing.arns(patterns):
                    yield Case(stranger, arn, action, tuple(acted), carried, document.variables)


@functools.lru_cache(maxsize=1024)
def _grouped(terms: tuple[Terms, ...], actions: tuple[str, ...]) -> tuple[tuple[tuple[Truth, ...], str], ...]:
    """One action, the shortest, per way in which the terms tell actions apart."""
    groups: dict[tuple[Truth, ...], str] = {}
    for action in sorted(actions, key=lambda name: (len(name), name)):
        groups.setdefault(tuple(acts(one, action) for one in terms), action)
    return tuple(groups.items())


def _certainty(about: Iterable[tuple[Statement, Truth]]) -> list[tuple[Statement, Truth]]:
    return [(one, U if one.effect is None or one.doubt else named) for one, named in about if named is not F]


def may_allow(about: About) -> bool:
    return any(one.effect != "Deny" for one, _ in about)


def _carried(
    statements: Sequence[Statement], stranger: Stranger, variables: bool, target: Mapping[str, str | Text]
) -> dict[str, Choices]:
    """Per key the values to try; keys that are compared with variables come last, and none of those with another."""
    conditions = by_key(statements)
    for key in variable_keys(statements, variables):
        conditions.setdefault(key, [])
    varying = {
        key: [value for one in compared for value in one.values if variables and has_variable(value)]
        for key, compared in conditions.items()
    }
    found: dict[str, Choices] = {}
    for key in sorted(conditions, key=lambda name: (bool(varying[name]), name)):
        if any(name in varying and varying[name] for value in varying[key] for name in variables_of(value)):
            found[key] = [None]
            continue
        texts = {str(value): [widened(one) for one in _expanded(value, found, variables)] for value in varying[key]}
        found[key] = choices(key, stranger, patterns_of(conditions[key], texts), target)
    return found


def _expanded(value: Item, carried: Mapping[str, Choices], variables: bool) -> list[str | Text]:
    """The patterns that a value can stand for, given what its variables can stand for. Raises TooMany."""
    if isinstance(value, Hidden):
        return []
    if not variables or not has_variable(value):
        return [value]
    keys = sorted(variables_of(value))
    if any(one is None or len(one) > 1 for key in keys for one in carried.get(key, [None])):
        unseen = blurred(value)
        return [] if isinstance(unseen, Hidden) else [unseen]
    texts: list[str | Text] = []
    for chosen in itertools.product(*(carried[key] for key in keys)):
        known = {key: str(one[0]) for key, one in zip(keys, chosen, strict=True) if one}
        found = expand(value, known.get)
        if isinstance(found, str | Text):
            texts.append(found)
        if len(texts) > _EXPANSIONS:
            raise TooMany
    return texts
