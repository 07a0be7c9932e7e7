"""A filter pattern run on an event that is JSON, in three values: what AWS does not document is U."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from auditor.facts.detection.filter_parse import Group, Pattern, Selector, Term, Test, compiled
from auditor.facts.iam.logic import F, T, Truth, U, every, some, truth
from auditor.facts.stars import is_like
from auditor.model import Json

_ABSENT = object()


def matches(pattern: Pattern, event: Mapping[str, Json]) -> Truth:
    """Whether the pattern takes the event. The text form sees the event as one line without spaces between members."""
    if pattern.form == "all":
        return T
    if pattern.form == "delimited":
        return T if pattern.free else U
    if pattern.tree is not None:
        return _tree(pattern.tree, event)
    return _terms(pattern.terms, json.dumps(event, separators=(",", ":"), ensure_ascii=False))


def _tree(node: Test | Group, event: Json) -> Truth:
    if isinstance(node, Test):
        return _test(node, event)
    parts = (_tree(part, event) for part in node.parts)
    return every(parts) if node.operator == "&&" else some(parts)


def _test(test: Test, event: Json) -> Truth:
    values = list(_selected(event, test.selector))
    if test.operator == "NOT EXISTS":
        return truth(not values)
    if not values:
        return U if test.operator == "!=" else F
    return some(_compared(test, value) for value in values)


def _selected(node: Json, selector: Selector) -> Iterator[Json]:
    if not selector:
        yield node
        return
    step, rest = selector[0], selector[1:]
    if isinstance(step, int) or step == "*":
        elements = node if isinstance(node, list) else []
        for element in elements if step == "*" else elements[int(step) : int(step) + 1]:
            yield from _selected(element, rest)
    elif isinstance(node, Mapping) and step in node:
        yield from _selected(node[step], rest)


def _compared(test: Test, value: Json) -> Truth:
    if test.operator in ("NULL", "TRUE", "FALSE"):
        wanted = {"NULL": None, "TRUE": True, "FALSE": False}[test.operator]
        return truth(value is wanted)
    if isinstance(value, Mapping | list):
        return F
    if test.operator in ("=", "!="):
        equal = _equal(test, value)
        return equal if test.operator == "=" else ~equal
    return _ordered(test, value)


def _equal(test: Test, value: Json) -> Truth:
    """Values of another kind than the operand's are U where their texts agree."""
    if value is None:
        return F if test.operator == "=" else U
    if test.kind == "regex":
        return truth(bool(compiled(test.operand).search(value))) if isinstance(value, str) else U
    if isinstance(value, bool):
        return U if test.operand.lower() == str(value).lower() or "*" in test.operand else F
    if test.kind == "text" and isinstance(value, str):
        return truth(is_like(test.operand, value))
    if test.kind == "number" and not isinstance(value, str):
        if "*" in test.operand:
            return truth(is_like(test.operand, str(value)))
        return truth(Decimal(test.operand) == Decimal(str(value)))
    return U if is_like(test.operand, str(value)) else F


def _ordered(test: Test, value: Json) -> Truth:
    if "*" in test.operand:
        return U
    if isinstance(value, str):
        return U if re.fullmatch(r"[+-]?[\d.]+", value) else F
    if value is None or isinstance(value, bool):
        return F
    left, right = Decimal(str(value)), Decimal(test.operand)
    return truth({"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[test.operator])


def _terms(terms: tuple[Term, ...], line: str) -> Truth:
    occurs = {term: _occurs(term, line) for term in terms}
    needed = all(occurs[term] for term in terms if not term.mark)
    refused = any(occurs[term] for term in terms if term.mark == "-")
    optional = [occurs[term] for term in terms if term.mark == "?"]
    strict = needed and not refused
    if not optional or any(not term.mark for term in terms):
        return truth(strict)  # `?` beside a plain term is ignored
    found = strict and any(optional)
    if all(term.mark == "?" for term in terms):
        return truth(found)
    return truth(found) if found == strict else U  # `?` beside `-` alone is not documented


def _occurs(term: Term, line: str) -> bool:
    return compiled(term.text).search(line) is not None if term.is_regex else term.text in line
