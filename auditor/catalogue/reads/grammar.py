"""What the parts of the following call of each other: terms hold comprehensions, bodies hold terms.

`terms.Terms` follows values, `calls.Calls` rules and functions, `bodies.Bodies` statements; each builds on the
one before and is used by it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from auditor.catalogue.reads.scope import Program, Scope, Trace
from auditor.catalogue.reads.stepping import Stepping
from auditor.catalogue.reads.syntax import Expr, Module, Place, Rule, Term
from auditor.catalogue.reads.values import Values


class Grammar(ABC):
    """Follows one rule of a policy; what it reads is in `trace`."""

    def __init__(self, program: Program, trace: Trace) -> None:
        self.program = program
        self.trace = trace
        self.stepping = Stepping(program, trace)

    @abstractmethod
    def value(self, term: Term, scope: Scope) -> Values:
        """The alternatives for the value of a term; none if it can never be defined."""

    @abstractmethod
    def truth(self, term: Term, scope: Scope) -> Values:
        """The same for a term of which only matters whether it holds."""

    @abstractmethod
    def rule(self, module: Module, rule: Rule, scope: Scope, place: Place, is_truth: bool) -> Values:
        """What a reference to a rule gives."""

    @abstractmethod
    def call(self, terms: Sequence[Term], scope: Scope, place: Place, is_truth: bool) -> Values:
        """What a call gives: operator first, then operands."""

    @abstractmethod
    def is_denial(self, term: Term, scope: Scope) -> bool:
        """Whether a call's operator is one of `data.lib.deny`."""

    @abstractmethod
    def solve(self, body: Sequence[Expr], scope: Scope, told_for: Term | None = None) -> None:
        """Follow a body; what only serves the head `told_for` is not judged."""

    @abstractmethod
    def match(self, pattern: Term, values: Values, scope: Scope) -> None:
        """Bind the variables of a pattern; compare what is none."""

    @abstractmethod
    def compare(self, name: str, lefts: Values, rights: Values, scope: Scope, place: Place, is_join: bool) -> None:
        """Follow a comparison. `is_join`: it must hold for the conjunction to hold."""

    @abstractmethod
    def membership(self, args: Sequence[Values], scope: Scope, place: Place, is_truth: bool) -> None:
        """Follow `element in collection` or `key, element in collection`."""

    @abstractmethod
    def lint_identity(self, values: Values, others: Values, scope: Scope, place: Place) -> None:
        """Refuse an identity that is held against a constant."""
