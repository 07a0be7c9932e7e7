"""What a rule asks of the policy's parameters before anything else can make it hold.

A statement that compares a parameter with a constant is true or false before anything is seen. Where it is false the
rule never denies, and what the rest of it reads cannot matter.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.catalogue.reads import syntax
from auditor.catalogue.reads.merge import Given
from auditor.catalogue.reads.syntax import Expr, Term


def given(body: Sequence[Expr], key: str) -> Given:
    """Name and value of each parameter of policy `key` that the body holds against a constant text or boolean."""
    found = set()
    for expr in body:
        terms = expr["terms"]
        if expr.get("negated") or expr.get("with") or not isinstance(terms, list) or len(terms) != 3:
            continue
        if syntax.operator(terms) not in ("equal", "eq"):
            continue
        for left, right in ((terms[1], terms[2]), (terms[2], terms[1])):
            name = _parameter(left, key)
            if name is not None and right["type"] in ("string", "boolean"):
                found.add((name, right["value"]))
    return frozenset(found)


def _parameter(term: Term, key: str) -> str | None:
    if term["type"] != "ref" or len(term["value"]) != 4:
        return None
    root, parameters, policy, name = term["value"]
    is_own = root["value"] == "input" and parameters["value"] == "parameters" and policy["value"] == key
    return str(name["value"]) if is_own and name["type"] == "string" else None
