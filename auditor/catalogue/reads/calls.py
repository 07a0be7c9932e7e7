"""Following rules, functions and the functions that OPA has built in."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.catalogue.reads import operators, syntax
from auditor.catalogue.reads.scope import Scope
from auditor.catalogue.reads.syntax import MEMBER, Clause, Module, Place, Rule, Term
from auditor.catalogue.reads.terms import Terms
from auditor.catalogue.reads.values import (
    ANY,
    SCALAR,
    Entries,
    Entry,
    Key,
    Known,
    Node,
    Value,
    Values,
    Whole,
    Word,
    Written,
    unique,
)
from auditor.catalogue.reads.words import denial_path

DENY = ("lib", "deny")
WORDS = ("found", "absent", "missing")


class Calls(Terms):
    """What a rule or a call gives."""

    def rule(self, module: Module, rule: Rule, scope: Scope, place: Place, is_truth: bool) -> Values:
        if rule.kind == "function":
            self.trace.find(f"the function {rule.name} is used without being called", place, scope, fatal=True)
            return (ANY,)
        if rule.kind != "complete":
            top = Scope(module, scope.sign, scope.frame)
            entries = [Entry(top, c.body, c.keys, _leaf(c), c.member is not None, c.place) for c in rule.clauses]
            return (Entries(rule.kind, tuple(entries)),)
        return self._clauses(module, rule, None, scope, place, is_truth)

    def _clauses(
        self, module: Module, rule: Rule, args: Sequence[Values] | None, scope: Scope, place: Place, is_truth: bool
    ) -> Values:
        """The values of all definitions of a complete rule or a function."""
        if rule.guessed:
            message = f"`{rule.guessed}` gives {rule.name} a value where something is not seen: write what holds"
            self.trace.find(message, place, scope)
        found: list[Value] = []
        for clause in rule.clauses:
            inner = self.enter(Scope(module, scope.sign, scope.frame), scope, len(rule.clauses) == 1)
            if rule.guessed and scope.mode != "shown":
                inner.sign = 0
            for pattern, values in zip(clause.args or (), args or (), strict=True):
                for name in syntax.variables(pattern):
                    inner.names[name] = None
                self.match(pattern, values, inner)
            leaf = _leaf(clause)
            self.solve(clause.body, inner, told_for=leaf if scope.mode == "told" else None)
            inner.mode = scope.mode
            found += self.truth(leaf, inner) if is_truth else self.value(leaf, inner)
        return unique(found)

    def call(self, terms: Sequence[Term], scope: Scope, place: Place, is_truth: bool) -> Values:
        """The value of a call; with `is_truth` only whether it holds matters."""
        name = syntax.operator(terms)
        called = self.called(terms[0], scope)
        if called is not None:
            module, rule = called
            if module.package == DENY and rule.name in (*WORDS, "with_evidence"):
                return self._denial(rule.name, terms[1:], scope, place)
            expected = len(rule.clauses[0].args or ())
            with scope.switched("judged" if scope.mode == "told" else scope.mode):
                args = [self.value(term, scope) for term in terms[1 : expected + 1]]
            values = self._clauses(module, rule, args, scope, place, is_truth)
            return self._output(values, terms[expected + 1 :], scope)
        if name in operators.COMPARISONS and len(terms) == 3:
            self.compare(name, self.value(terms[1], scope), self.value(terms[2], scope), scope, place, is_truth)
            return (SCALAR,)
        if name in MEMBER:
            self.membership([self.value(term, scope) for term in terms[1:]], scope, place, is_truth)
            return (SCALAR,)
        operands = terms[1:2] if name == "walk" else terms[1:]
        args = [self.value(term, scope) for term in operands]
        return self._output(self._builtin(name, args, scope, place, is_truth), terms[1 + len(operands) :], scope)

    def _output(self, values: Values, patterns: Sequence[Term], scope: Scope) -> Values:
        """`f(x, y)` may also be written to bind y to the value of f(x)."""
        for pattern in patterns:
            self.match(pattern, values, scope)
        return (SCALAR,) if patterns else values

    def called(self, term: Term, scope: Scope) -> tuple[Module, Rule] | None:
        """The function of the policy or a library that a call names; None for what OPA has built in."""
        parts = tuple(term["value"]) if term["type"] == "ref" else (term,)
        name = str(parts[0]["value"])
        if len(parts) == 1 and name in scope.module.rules:
            return scope.module, scope.module.rules[name]
        parts = (*scope.module.imports.get(name, parts[:1]), *parts[1:])
        found = self.program.rule(parts) if parts[0]["value"] == "data" else None
        return (found[0], found[1]) if found is not None else None

    def is_followed(self, term: Term, scope: Scope) -> bool:
        """Whether a call's operator is a rule, whose body judges its operands."""
        return self.called(term, scope) is not None and not self.is_denial(term, scope)

    def is_denial(self, term: Term, scope: Scope) -> bool:
        called = self.called(term, scope)
        return called is not None and called[0].package == DENY

    def _builtin(self, name: str, args: Sequence[Values], scope: Scope, place: Place, is_truth: bool) -> Values:
        if name == "or":
            return unique([value for values in args for value in values])
        if scope.mode != "judged":
            with scope.switched("shown"):
                for value in [value for values in args for value in values]:
                    if name in operators.PARTIAL or not isinstance(value, Node | Whole):
                        self.consume(value, scope, place)
            return (Known("any", is_indexed=any(map(_is_indexed, args))),)
        result = operators.result(name, args, scope.guards)
        if isinstance(result, str):
            self.distrust(result, place, scope, *args)
            return (ANY if name not in operators.GIVES_SCALAR else SCALAR,)
        if name in operators.PREDICATES:
            self.lint_identity(args[0], args[1], scope, place)
            self.lint_identity(args[1], args[0], scope, place)
        if is_truth and name in operators.IS_SCALAR and len(args[0]) == 1:
            value = args[0][0]
            # a number says of a key only that it is an index
            if isinstance(value, Node) or (isinstance(value, Key) and name == "is_string"):
                scope.guards[value] = operators.IS_SCALAR[name]
        return (result,)

    def _denial(self, name: str, args: Sequence[Term], scope: Scope, place: Place) -> Values:
        with scope.switched("told"):
            first = self.value(args[0], scope)
            if name == "with_evidence":
                if _is_indexed(self.value(args[1], scope)):
                    self.trace.find("evidence with a list index: it cannot be mapped back", place, scope)
                return first
            paths = self.value(args[1], scope)
            self.value(args[2], scope)
        return tuple(Word(name, first, denial_path(path), place) for path in paths)


def _leaf(clause: Clause) -> Term:
    leaf = clause.member if clause.member is not None else clause.value
    return leaf if leaf is not None else {"type": "boolean", "value": True}


def _is_indexed(values: Values) -> bool:
    """Whether a list index went into a value that tells something."""
    return any(
        (isinstance(value, Key) and not value.is_text)
        or (isinstance(value, Known) and value.is_indexed)
        or (isinstance(value, Written) and any(_is_indexed(side) for pair in value.items for side in pair))
        for value in values
    )
