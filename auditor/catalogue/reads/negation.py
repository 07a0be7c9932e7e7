"""The `not` that does not mean what it says: OPA takes operands out of it.

`not startswith(x.y, "a")` is compiled to `v = x.y; not startswith(v, "a")`: where `x.y` is undefined the rule is
silent, although nothing starts with "a". Measured with OPA 1.22; refused are

- a call of any function or operator but `==`, of which an operand can be undefined: `not startswith(x.y, "a")`,
  `not x.y in s`, `not "a" in x.y`, `not x.y > 3`, `not x.y != 3`, `not helper(x.y)`, `not f(g(x))`, `not v in rule`
  where the rule may have no value;
- `==` of which an operand is a call that can be undefined, or an array, set or object with such a part:
  `not lower(x.y) == "a"`, `not f(x) == 2`, `not [x.y] == v`;
- a reference with such an operand in its brackets: `not s[x.y]`, `not x[y.z] == 1`.

As meant: `not x.y`, `not x.y == v`, `not x[k]`, `not helper(x)`, `not rule`. What can never be undefined does no harm
as an operand: variables, constants, comprehensions, parameters, a resource's identities, sets that rules build.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from auditor.catalogue.reads.scope import Scope, Trace
from auditor.catalogue.reads.syntax import COMPREHENSIONS, Expr, Rule, Term, operator
from auditor.catalogue.reads.values import Identity, Known, Node, Values

_CONSTANTS = frozenset({"string", "number", "boolean", "null", "var", *COMPREHENSIONS})


class Follows(Protocol):
    trace: Trace

    def value(self, term: Term, scope: Scope) -> Values: ...

    def rule_of(self, term: Term, scope: Scope) -> tuple[Rule, int] | None: ...


def lifted(expr: Expr, scope: Scope, follower: Follows) -> Term | None:
    """The operand that OPA takes out of a negated expression and that can be undefined; None if there is none."""
    terms = expr["terms"]
    if isinstance(terms, dict):
        if terms["type"] != "call":
            return _dynamic(terms, scope, follower)
        terms = terms["value"]
    operands = terms[1:]
    if operator(terms) in ("equal", "eq"):
        refused = [_dynamic(term, scope, follower) for term in operands]
    else:
        refused = [_undefined(term, scope, follower) for term in operands]
    return next((term for term in refused if term is not None), None)


def _dynamic(term: Term, scope: Scope, follower: Follows) -> Term | None:
    """Of a reference only what stands in its brackets is taken out."""
    if term["type"] == "var":
        return None
    if term["type"] != "ref":
        return _undefined(term, scope, follower)
    return _first([part for part in term["value"] if part["type"] != "var"], scope, follower)


def _undefined(term: Term, scope: Scope, follower: Follows) -> Term | None:
    kind: str = term["type"]
    content: Any = term.get("value")
    if kind in ("array", "set"):
        return _first(content, scope, follower)
    if kind == "object":
        return _first([part for pair in content for part in pair], scope, follower)
    if kind == "call":
        return term if follower.rule_of(content[0], scope) else _first(content[1:], scope, follower)
    if kind == "var" and (found := follower.rule_of(term, scope)) is not None:
        return None if found[0].is_always_defined else term
    if kind in _CONSTANTS:
        return None
    if kind != "ref":
        return term
    inner = _dynamic(term, scope, follower)
    return inner if inner is not None or _is_certain(term, scope, follower) else term


def _first(terms: Sequence[Term], scope: Scope, follower: Follows) -> Term | None:
    return next((found for term in terms if (found := _undefined(term, scope, follower)) is not None), None)


def _is_certain(term: Term, scope: Scope, follower: Follows) -> bool:
    """Whether a reference is defined whatever is hidden."""
    found = follower.rule_of(term, scope)
    if found is not None:
        rule, rest = found
        return rule.is_always_defined and rest == 0
    mark = follower.trace.mark()
    values = follower.value(term, scope)
    follower.trace.rewind(mark)
    return bool(values) and all(
        isinstance(value, Identity) or (isinstance(value, Known) and value.given) or _is_properties(value)
        for value in values
    )


def _is_properties(value: object) -> bool:
    return isinstance(value, Node) and not value.steps
