"""Whether a stranger gets in: is there a request of an outsider that a resource policy lets pass, every Deny weighed?

Outsiders are an unsigned caller, where the service takes unsigned requests, and a signed caller of a stranger's
account: in no organisation or in a stranger's, with any name, tags and session name, over the internet or from a VPC
of its own. The policy can tell only finitely many of their requests apart (`carried`, `words`), so one request per kind
is tried on the evaluator (`match`). A set of addresses counts only if it is more than a /8 (IPv6: a /32) together.
Service principals are not outsiders here, and resource control policies are not weighed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from auditor.data.condition_keys import find
from auditor.facts.iam.address import MOST, Interval, intervals
from auditor.facts.iam.cases import About, Case, by_key, cases, may_allow, strangers, variable_keys
from auditor.facts.iam.document import Condition, Document, Element, Statement, statement_doubt
from auditor.facts.iam.guarded import Thing
from auditor.facts.iam.logic import F, T, Truth, U, every, some
from auditor.facts.iam.match import is_everyone, reaches
from auditor.facts.iam.operators import Context, holds
from auditor.facts.iam.text import shaped
from auditor.facts.iam.words import TooMany
from auditor.model import Hidden, Json, Text

_REQUESTS = 20_000  # per document; beyond: U
_ADDRESS = "aws:sourceip"


class Entry(msgspec.Struct, frozen=True):
    """Whether strangers get in. T: `statements` let `witness` pass. U: for `cause`, or `why`."""

    open: Truth
    statements: tuple[Statement, ...] = ()
    witness: Json = None
    cause: Hidden | None = None
    why: str = ""


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
    document = _with_insiders(document)
    if not any(one.effect != "Deny" and _admits(one) for one in document.statements):
        return result if document.doubt is None else Entry(U, cause=document.doubt)
    try:
        for stranger in strangers(document, unsigned):
            for case in cases(document, stranger, things, target):
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


def _with_insiders(document: Document) -> Document:
    """The document with every unseen name of an account, principal or network as a name that no stranger has."""
    statements = tuple(
        msgspec.structs.replace(
            one,
            principals=one.principals
            and msgspec.structs.replace(one.principals, elements=tuple(map(_insider, one.principals.elements))),
            conditions=tuple(map(_compared_with_insiders, one.conditions)),
        )
        for one in document.statements
    )
    return msgspec.structs.replace(document, statements=statements)


def _insider(element: Element) -> Element:
    """An element that is not everyone names somebody in particular, whoever it is."""
    if isinstance(element.value, Text) and is_everyone(element) is F:
        return msgspec.structs.replace(element, value=str(element.value))
    return element


def _compared_with_insiders(condition: Condition) -> Condition:
    row = find(condition.key)
    if row is None or not row.pins or row.kind not in ("identity", "source", "network"):
        return condition
    values = tuple(
        str(one) if isinstance(one, Text) and "\0" not in shaped(one, "\0") else one for one in condition.values
    )
    return msgspec.structs.replace(condition, values=values)


def _admits(statement: Statement) -> bool:
    """Whether strangers may be among the principals at all."""
    principals = statement.principals
    return principals is not None and (
        principals.negated or any(is_everyone(one) is not F for one in principals.elements)
    )


def _tried(case: Case, budget: Budget) -> Entry:
    """Try the requests of one case, per interval of source addresses."""
    about = [(one, sure) for one, sure in case.about if _may_reach(one, case)]
    if not may_allow(about):
        return Entry(F)
    statements = [one for one, _ in about]
    conditions = by_key(statements)
    keys = sorted(
        conditions.keys() | variable_keys(statements, case.has_variables), key=lambda key: len(case.carried[key])
    )
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
    if statement.resources is None or variable_keys([statement], case.has_variables):
        return True
    return reaches(statement.resources, case.arn, {}, case.has_variables) is not F


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
                    reaches(one.resources, case.arn, context, case.has_variables),
                    *(holds(condition, context, case.has_variables) for condition in one.conditions),
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
