"""Which variables of a body only serve to tell (message, path, evidence): whether they hold decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from auditor.catalogue.reads.syntax import COMPREHENSIONS, Expr, Term, operator


def told_names(body: Sequence[Expr], leaf: Term, is_followed: Callable[[Term], bool]) -> frozenset[str]:
    """The variables that `leaf` tells. `is_followed`: whether an operator is a rule, which judges its operands."""
    assigned: dict[str, Expr] = {}
    for expr in body:
        terms = expr["terms"]
        is_plain = isinstance(terms, list) and not expr.get("negated") and not expr.get("with")
        if is_plain and operator(terms) == "assign" and terms[1]["type"] == "var":
            assigned[str(terms[1]["value"])] = expr
    told = frozenset(assigned)
    while True:
        judged = set(_judged(leaf, is_followed))
        for expr in body:
            terms = expr["terms"]
            is_told = any(expr is assigned[name] for name in told)
            judged |= set(_judged(terms[2], is_followed) if is_told else _all(expr))
        if not told & judged:
            return told
        told -= judged


def _judged(term: Term, is_followed: Callable[[Term], bool]) -> Iterator[str]:
    """The variables of a told term whose values decide something nevertheless."""
    kind: str = term["type"]
    content: Any = term.get("value")
    if kind == "call":
        for part in content[1:]:
            yield from _all(part) if is_followed(content[0]) else _judged(part, is_followed)
    elif kind in ("array", "set"):
        for part in content:
            yield from _judged(part, is_followed)
    elif kind == "object":
        for pair in content:
            for part in pair:
                yield from _judged(part, is_followed)
    elif kind == "ref" or kind in COMPREHENSIONS or kind == "templatestring":
        yield from _all(term)


def _all(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") == "var":
            yield str(node["value"])
        for below in node.values():
            yield from _all(below)
    elif isinstance(node, list):
        for below in node:
            yield from _all(below)
