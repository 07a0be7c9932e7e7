"""Whether a stranger gets in: is there a request of an outsider that a resource policy lets pass, every Deny weighed?

Outsiders are an unsigned caller, where the service takes unsigned requests, and a signed caller of a stranger's
account: in no organisation or in a stranger's, with any name, tags and session name, over the internet or from a VPC
of its own. The policy can tell only finitely many of their requests apart (`carried`, `words`), so one request per kind
is tried on the evaluator (`match`). A set of addresses counts only if it is more than a /8 (IPv6: a /32) together.
Service principals are not outsiders here, and resource control policies are not weighed.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from auditor.data.condition_keys import find
from auditor.facts.iam.address import MOST, Interval, intervals
from auditor.facts.iam.carried import Choices, Stranger, accounts, choices, organizations, patterns_of
from auditor.facts.iam.document import Condition, Document, Statement, Terms, statement_doubt
from auditor.facts.iam.guarded import Thing
from auditor.facts.iam.logic import F, T, Truth, U, every, some
from auditor.facts.iam.match import Caller, acts, is_everyone, names, reaches
from auditor.facts.iam.operators import Context, holds
from auditor.facts.iam.text import Item, blurred, expand, has_variable, parts_of, variables_of, widened
from auditor.facts.iam.words import TooMany
from auditor.model import Hidden, Json, Text

_REQUESTS = 20_000  # per document; beyond: U
_EXPANSIONS = 50  # texts that one value with variables can stand for
_BY_KIND = frozenset(("aws:principalarn", "aws:username", "aws:userid", "aws:principaltype", "aws:tokenissuetime"))
_BY_ORG = frozenset(("aws:principalorgid", "aws:principalorgpaths", "aws:vpceorgid", "aws:vpceorgpaths"))
_ADDRESS = "aws:sourceip"

About = Sequence[tuple[Statement, Truth]]  # statements that may be about a request, and how surely


class Entry(msgspec.Struct, frozen=True):
    """Whether strangers get in. T: `statements` let `witness` pass. U: for `cause`, or `why`."""

    open: Truth
    statements: tuple[Statement, ...] = ()
    witness: Json = None
    cause: Hidden | None = None
    why: str = ""


class Case(msgspec.Struct, frozen=True):
    """One action on one thing by one stranger, and what its requests can carry."""

    stranger: Stranger
    arn: str | Text | None
    action: str
    about: tuple[tuple[Statement, Truth], ...]
    carried: Mapping[str, Choices]
    variables: bool


class Budget:
    """How many requests may still be tried."""

    def __init__(self) -> None:
        self.left = _REQUESTS

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TooMany


def entry(document: Document, things: Sequence[Thing], unsigned: Truth, target: Mapping[str, str | Text]) -> Entry:
    """`unsigned`: whether the service takes unsigned requests. `target`: the resource's own condition keys."""
    result, budget = Entry(F), Budget()
    if not any(one.effect != "Deny" and _admits(one) for one in document.statements):
        return result if document.doubt is None else Entry(U, cause=document.doubt)
    try:
        for stranger in _strangers(document, unsigned):
            for case in _cases(document, stranger, things, target):
                found = _tried(case, budget)
                if found.open is T and stranger.kind == "anonymous" and unsigned is U:
                    found = Entry(U, why="AWS does not say whether the service takes unsigned requests")
                if found.open is T:
                    return found if document.doubt is None else Entry(U, cause=document.doubt)
                if found.open is U and result.open is F:
                    result = found
    except TooMany:
        return Entry(U, why="too many cases")
    return result if document.doubt is None else Entry(U, cause=document.doubt)


def _admits(statement: Statement) -> bool:
    """Whether strangers may be among the principals at all."""
    principals = statement.principals
    return principals is not None and (
        principals.negated or any(is_everyone(one) is not F for one in principals.elements)
    )


def _strangers(document: Document, unsigned: Truth) -> Iterator[Stranger]:
    """The kinds of outsiders that the document can tell apart."""
    if unsigned is not F:
        yield Stranger("anonymous")
    conditions = _by_key(document.statements)
    used = conditions.keys() | _variables(document.statements, document.variables)
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


def _by_key(statements: Iterable[Statement]) -> dict[str, list[Condition]]:
    found: dict[str, list[Condition]] = {}
    for statement in statements:
        for condition in statement.conditions:
            found.setdefault(condition.key, []).append(condition)
    return found


def _variables(statements: Iterable[Statement], variables: bool) -> set[str]:
    """The keys of the policy variables in conditions and resources."""
    if not variables:
        return set()
    values = [value for one in statements for condition in one.conditions for value in condition.values]
    values += [value for one in statements if one.resources for value in one.resources.items]
    return {key for value in values for key in variables_of(value)}


def _cases(
    document: Document, stranger: Stranger, things: Sequence[Thing], target: Mapping[str, str | Text]
) -> Iterator[Case]:
    """What some Allow may let this stranger do: one action and thing per way in which statements tell them apart."""
    caller = Caller("anonymous" if stranger.kind == "anonymous" else "user", stranger.account, canonical="")
    about = _certainty((one, names(one.principals, caller, one.effect)) for one in document.statements)
    if not _may_allow(about):
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
            if _may_allow(acted):
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


def _may_allow(about: About) -> bool:
    return any(one.effect != "Deny" for one, _ in about)


def _carried(
    statements: Sequence[Statement], stranger: Stranger, variables: bool, target: Mapping[str, str | Text]
) -> dict[str, Choices]:
    """Per key the values to try; keys that are compared with variables come last, and none of those with another."""
    conditions = _by_key(statements)
    for key in _variables(statements, variables):
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


def _tried(case: Case, budget: Budget) -> Entry:
    """Try the requests of one case, per interval of source addresses."""
    about = [(one, sure) for one, sure in case.about if _may_reach(one, case)]
    if not _may_allow(about):
        return Entry(F)
    statements = [one for one, _ in about]
    conditions = _by_key(statements)
    keys = sorted(conditions.keys() | _variables(statements, case.variables), key=lambda key: len(case.carried[key]))
    compared = [] if case.stranger.endpoint else conditions.get(_ADDRESS, [])
    sure, maybe = {4: 0, 6: 0}, {4: 0, 6: 0}
    witness, doubt = Entry(F), Entry(U, why="the addresses that get in may be more than a range")
    for interval in _intervals(compared):
        best = Entry(F)
        for values in itertools.product(*(case.carried[key] if key != _ADDRESS else [()] for key in keys)):
            budget.spend()
            context = {key: value for key, value in zip(keys, values, strict=True) if value != ()}
            if compared:
                context[_ADDRESS] = (interval.address,) if _are_ranges(compared) else None
            best = max(best, _decided(case, about, context), key=lambda one: one.open)
            if best.open is T:
                break
        maybe[interval.version] += interval.size if best.open is not F else 0
        sure[interval.version] += interval.size if best.open is T else 0
        witness, doubt = (witness, doubt) if best.open is F else (best, doubt) if best.open is T else (witness, best)
        if sure[interval.version] > MOST[interval.version]:
            return witness
    is_enough = any(maybe[version] > most for version, most in MOST.items())
    return msgspec.structs.replace(doubt, open=U) if is_enough else Entry(F)


def _may_reach(statement: Statement, case: Case) -> bool:
    if statement.resources is None or _variables([statement], case.variables):
        return True
    return reaches(statement.resources, case.arn, {}, case.variables) is not F


def _are_ranges(compared: Iterable[Condition]) -> bool:
    return all(one.operator in ("IpAddress", "NotIpAddress", "Null") for one in compared)


def _intervals(compared: Sequence[Condition]) -> list[Interval]:
    if not compared:
        return [Interval("", 4, 2**32)]
    return intervals(value for one in compared for value in one.values if isinstance(value, str))


def _decided(case: Case, about: About, context: Context) -> Entry:
    """Whether the request passes: some Allow applies and no Deny does."""
    applying = [
        (
            one,
            every(
                (
                    sure,
                    reaches(one.resources, case.arn, context, case.variables),
                    *(holds(condition, context, case.variables) for condition in one.conditions),
                )
            ),
        )
        for one, sure in about
    ]
    allowed = some(applied for one, applied in applying if one.effect != "Deny")
    denied = some(applied for one, applied in applying if one.effect != "Allow")
    passes = every((allowed, ~denied))
    if passes is F:
        return Entry(F)
    if passes is U:
        doubtful = [one for one, applied in applying if applied is U]
        cause = next(filter(None, map(statement_doubt, doubtful)), None)
        return Entry(U, cause=cause, why="AWS does not say whether a condition holds for every stranger")
    statements = tuple(one for one, applied in applying if applied is T and one.effect == "Allow")
    return Entry(T, statements, _witness(case, context))


def _witness(case: Case, context: Context) -> Json:
    found: Json = {"caller": "anonymous" if case.stranger.kind == "anonymous" else "another account"}
    found["action"] = case.action
    if case.arn is not None:
        found["resource"] = str(case.arn)
    shown = {key: [str(value) for value in values] for key, values in context.items() if values}
    return {**found, "context": {key: one[0] if len(one) == 1 else one for key, one in sorted(shown.items())}}
