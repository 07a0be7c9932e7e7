"""OPA's trace (`opa eval --explain full -f json`) as what was tried: queries, their attempts, their steps.

A query is one evaluation of a body. It goes forward through its expressions (`Eval`), back for another value
(`Redo`), and each way through it ends where an expression has no value (`Fail`) or behind the last one (`Exit`).
Queries that an expression starts (`Enter`) hang at it: those of rules, of comprehensions, and of what a `not` holds.
What OPA remembers it does not evaluate again; then the queries of the first time are taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

Term = Mapping[str, Any]
Locals = Mapping[str, Term]  # compiled name -> value as a term


@dataclass(frozen=True)
class Step:
    """One compiled expression that was evaluated. `names`: compiled variable to the author's."""

    index: int
    terms: Any
    negated: bool
    generated: bool
    file: str
    line: int
    column: int
    names: Mapping[str, str]
    queries: list[Query] = field(default_factory=list)
    recalled: list[Query] = field(default_factory=list)  # of the first time that the same was asked


@dataclass(frozen=True)
class Attempt:
    """One way through a body: it held, or its last step did not. `bound` holds the variables at its end."""

    held: bool
    steps: tuple[Step, ...]
    bound: Locals


@dataclass
class Query:
    """`rule`: the name of the rule whose body this is, None for another body."""

    rule: str | None
    file: str
    line: int
    column: int
    attempts: list[Attempt] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def queries(explanation: Sequence[Mapping[str, Any]]) -> list[Query]:
    """The queries that the asked expression started, in order."""
    known: dict[int, Query] = {}
    remembered: dict[bytes, list[Query]] = {}
    started: list[Query] = []
    for event in explanation:
        number, operation = event["QueryID"], event["Op"]
        if operation == "Enter" and number not in known:
            known[number] = _query(event)
            parent = known.get(event["ParentID"])
            if number and event["ParentID"] == 0:
                started.append(known[number])
            elif number and parent is not None and parent.steps:
                parent.steps[-1].queries.append(known[number])
            continue
        query = known.get(number)
        if query is None:
            continue
        bound = {row["name"]: row for row in event.get("Locals") or ()}
        if operation == "Eval" and "terms" in event["Node"]:
            step = _step(event)
            query.steps = [each for each in query.steps if each.index < step.index] + [step]
            _recall(step, bound, remembered)
        elif operation == "Fail" and query.steps:
            _end(query, [each for each in query.steps if each.index <= event["Node"].get("index", 0)], False, bound)
        elif operation == "Exit":
            _end(query, query.steps, True, bound)
    return started


def _recall(step: Step, bound: Locals, remembered: dict[bytes, list[Query]]) -> None:
    """The same question as before has the queries of the first time, which are still being filled."""
    key = _key(step.terms, bound)
    if key is None:
        return
    first = remembered.setdefault(key, step.queries)
    if first is not step.queries:
        step.recalled.extend(first)


def _end(query: Query, steps: Sequence[Step], held: bool, bound: Locals) -> None:
    kept = tuple(replace(step, queries=list(step.queries or step.recalled), recalled=[]) for step in steps)
    query.attempts.append(Attempt(held, kept, bound))


def _query(event: Mapping[str, Any]) -> Query:
    node, place = event["Node"], event["Location"]
    head = node.get("head") if isinstance(node, dict) else None
    name = None if head is None else str(head["ref"][0]["value"] if head.get("ref") else head.get("name"))
    return Query(name, place["file"], place["row"], place["col"])


def _step(event: Mapping[str, Any]) -> Step:
    node, place = event["Node"], event["Location"]
    names = {name: row["name"] for name, row in (event.get("LocalMetadata") or {}).items()}
    return Step(
        index=node.get("index", 0),
        terms=node["terms"],
        negated=bool(node.get("negated")),
        generated=bool(node.get("generated")),
        file=place["file"],
        line=place["row"],
        column=place["col"],
        names=names,
    )


def _key(terms: Any, bound: Locals) -> bytes | None:
    """What is asked of a rule, with the values of its arguments; None where no rule is asked."""
    if isinstance(terms, list):
        head = terms[0]
        if head["type"] != "ref" or head["value"][0]["value"] != "data":
            below = [key for key in (_key(term, bound) for term in terms[1:]) if key is not None]
            return b"".join(below) or None
        return msgspec.json.encode([_plugged(head, bound), [_plugged(term, bound) for term in terms[1:]]])
    if isinstance(terms, dict) and terms.get("type") == "ref" and terms["value"][0]["value"] == "data":
        constant = [part["value"] for part in terms["value"] if part["type"] == "string"]
        return msgspec.json.encode(constant)
    return None


def _plugged(term: Term, bound: Locals) -> Any:
    if term["type"] == "var":
        value = bound.get(str(term["value"]))
        return None if value is None else value["value"]
    if term["type"] in ("ref", "array", "set"):
        return [_plugged(part, bound) for part in term["value"]]
    return term["value"]
