"""OPA's syntax tree (`opa parse --format json --json-include locations`), read as modules, rules and clauses.

The tree is the one before compilation: `some x in xs` is a call of `internal.member_2`, `a == b` of `equal`,
`a := b` of `assign`, `_` a variable named `$0`. Terms stay the plain objects of the JSON.
https://www.openpolicyagent.org/docs/policy-language#grammar
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Term = Mapping[str, Any]
Expr = Mapping[str, Any]
Package = tuple[str, ...]

COMPREHENSIONS: Mapping[str, Literal["array", "object", "set"]] = {
    "setcomprehension": "set",
    "arraycomprehension": "array",
    "objectcomprehension": "object",
}
_ROOTS = ("input", "data")
MEMBER = ("internal.member_2", "internal.member_3")


@dataclass(frozen=True)
class Place:
    """Where a term stands; line and column count from 1, 0 where the tree has no location."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, eq=False)
class Clause:
    """One definition of a rule: `name[key1][key2] contains member if body` or `name(args) := value if body`."""

    package: Package
    args: tuple[Term, ...] | None
    keys: tuple[Term, ...]
    member: Term | None
    value: Term | None
    body: tuple[Expr, ...]
    place: Place


@dataclass(frozen=True, eq=False)
class Rule:
    """All definitions of one name. `guessed`: a `default` or an `else` gives it a value where its body gives none."""

    name: str
    kind: Literal["function", "set", "object", "complete"]
    clauses: tuple[Clause, ...]
    guessed: Literal["", "default", "else"]

    @property
    def is_always_defined(self) -> bool:
        """Whether a reference to the rule can never be undefined by itself."""
        if self.kind in ("set", "object"):
            return True
        return self.kind == "complete" and any(_is_total(clause) for clause in self.clauses)


@dataclass(frozen=True, eq=False)
class Module:
    package: Package
    file: str
    rules: Mapping[str, Rule]
    imports: Mapping[str, tuple[Term, ...]] = field(default_factory=dict)
    annotations: tuple[Mapping[str, Any], ...] = ()
    line: int = 1


def module(tree: Mapping[str, Any]) -> Module:
    """A syntax tree as a module; `tree` must carry locations."""
    package = tuple(str(part["value"]) for part in tree["package"]["path"][1:])
    gathered: dict[str, list[Mapping[str, Any]]] = {}
    for rule in tree.get("rules") or ():
        gathered.setdefault(str(rule["head"]["ref"][0]["value"]), []).append(rule)
    return Module(
        package,
        place(tree["package"]).file,
        {name: _rule(name, package, definitions) for name, definitions in gathered.items()},
        dict(_imported(item) for item in tree.get("imports") or () if item["path"]["value"][0]["value"] in _ROOTS),
        tuple(tree.get("annotations") or ()),
        place(tree["package"]).line,
    )


def place(node: Mapping[str, Any]) -> Place:
    location = node.get("location") or {}
    return Place(str(location.get("file", "")), int(location.get("row", 0)), int(location.get("col", 0)))


def operator(terms: Sequence[Term]) -> str:
    """The dotted name of what a call calls: "equal", "regex.match", "deny.missing"."""
    head = terms[0]
    parts = head["value"] if head["type"] == "ref" else (head,)
    return ".".join(str(part["value"]) for part in parts)


def is_wildcard(term: Term) -> bool:
    return term["type"] == "var" and str(term["value"]).startswith("$")


def declared(body: Sequence[Expr]) -> set[str]:
    """The variables that a body declares with `some` and `:=`, which hide rules of the same name."""
    names: set[str] = set()
    for expr in body:
        terms = expr["terms"]
        if isinstance(terms, list):
            if operator(terms) == "assign":
                names |= variables(terms[1])
        elif "symbols" in terms:
            for symbol in terms["symbols"]:
                if symbol["type"] == "var":
                    names.add(str(symbol["value"]))
                else:
                    for pattern in symbol["value"][1:-1]:
                        names |= variables(pattern)
    return names


def variables(pattern: Term) -> set[str]:
    """The variables that a pattern can bind: itself, or those of an array or of an object's values."""
    if pattern["type"] == "var":
        return {str(pattern["value"])}
    if pattern["type"] == "array":
        return {name for item in pattern["value"] for name in variables(item)}
    if pattern["type"] == "object":
        return {name for _, item in pattern["value"] for name in variables(item)}
    return set()


def _rule(name: str, package: Package, definitions: Sequence[Mapping[str, Any]]) -> Rule:
    clauses: list[Clause] = []
    guessed: Literal["", "default", "else"] = ""
    for definition in definitions:
        branch: Mapping[str, Any] | None = definition
        while branch is not None:
            clauses.append(_clause(package, branch))
            branch = branch.get("else")
            guessed = "else" if branch is not None else guessed
        if definition.get("default"):
            guessed = "default"
    kind: Literal["function", "set", "object", "complete"] = "complete"
    if any(clause.args is not None for clause in clauses):
        kind = "function"
    elif any(clause.keys for clause in clauses):
        kind = "object"
    elif any(clause.member is not None for clause in clauses):
        kind = "set"
    return Rule(name, kind, tuple(clauses), guessed)


def _clause(package: Package, definition: Mapping[str, Any]) -> Clause:
    head = definition["head"]
    return Clause(
        package,
        tuple(head["args"] or ()) if "args" in head else None,
        tuple(head.get("ref") or ())[1:],
        head.get("key") if "value" not in head else None,  # `name[key] := value` has both
        head.get("value"),
        tuple(definition.get("body") or ()),
        place(head) if "location" in head else place(definition),
    )


def _is_total(clause: Clause) -> bool:
    literal = {*COMPREHENSIONS, "string", "number", "boolean", "null"}
    return (
        all(expr.get("generated") for expr in clause.body)
        and clause.value is not None
        and (clause.value["type"] in literal or _is_constant(clause.value))
    )


def _is_constant(term: Term) -> bool:
    if term["type"] in ("array", "set"):
        return all(_is_constant(item) for item in term["value"])
    if term["type"] == "object":
        return all(_is_constant(item) for pair in term["value"] for item in pair)
    return term["type"] in ("string", "number", "boolean", "null")


def _imported(item: Mapping[str, Any]) -> tuple[str, tuple[Term, ...]]:
    parts = tuple(item["path"]["value"])
    return str(item.get("alias") or parts[-1]["value"]), parts
