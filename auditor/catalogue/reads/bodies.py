"""Following statements: the bodies of rules, functions and comprehensions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.catalogue.reads import operators, syntax
from auditor.catalogue.reads.calls import Calls
from auditor.catalogue.reads.negation import lifted
from auditor.catalogue.reads.scope import Join, Scope, Sign, Unbound
from auditor.catalogue.reads.syntax import Expr, Place, Rule, Term
from auditor.catalogue.reads.telling import told_names
from auditor.catalogue.reads.values import ANY, Entries, Identity, Known, Node, Star, Value, Values, Written, unique

_FLIPPED: dict[Sign, Sign] = {1: -1, 0: 0, -1: 1}
_EQUAL = frozenset({"equal", "eq", "neq"})
_IDENTITIES = frozenset({"id", "name", "arn"})
# In a template these are placeholders, unless the user sets them.
_PLACEHOLDERS = frozenset({"account", "region"})
_TRAP = (
    "OPA takes this operand out of the `not`: where it is undefined the rule is silent;"
    " write not x.y, not x.y == v, or not helper(x)"
)


class Bodies(Calls):
    """Follows the rules of one policy; what it reads is in `trace`."""

    def solve(self, body: Sequence[Expr], scope: Scope, told_for: Term | None = None) -> None:
        for name in syntax.declared(body):
            scope.names.setdefault(name, None)
        told = frozenset[str]()
        if told_for is not None:
            told = told_names(body, told_for, lambda term: self.is_followed(term, scope))
        pending = list(body)
        while pending:
            postponed = []
            for expr in pending:
                mark, names = self.trace.mark(), dict(scope.names)
                try:
                    self._statement(expr, scope, told)
                except Unbound:
                    self.trace.rewind(mark)
                    scope.names = names
                    postponed.append(expr)
            if len(postponed) == len(pending):
                self.trace.find("cannot be followed: a variable has no value", _place(pending[0]), scope, fatal=True)
                return
            pending = postponed

    def truth(self, term: Term, scope: Scope) -> Values:
        match term["type"]:
            case "call":
                return self.call(term["value"], scope, syntax.place(term), is_truth=True)
            case "var":
                return self.name(term, scope, is_truth=True)
            case "ref":
                return self.reference(term, scope, is_truth=True)
        return self.value(term, scope)

    def rule_of(self, term: Term, scope: Scope) -> tuple[Rule, int] | None:
        """The rule that a term names, and how many steps follow its name; None for anything else."""
        parts = tuple(term["value"]) if term["type"] == "ref" else (term,)
        if parts[0]["type"] != "var" or scope.is_local(name := str(parts[0]["value"])):
            return None
        if name in scope.module.rules:
            return scope.module.rules[name], len(parts) - 1
        parts = (*scope.module.imports.get(name, parts[:1]), *parts[1:])
        found = self.program.rule(parts) if parts[0]["value"] == "data" else None
        return (found[1], len(found[2])) if found is not None else None

    # --- statements -------------------------------------------------------------------------------------------

    def _statement(self, expr: Expr, scope: Scope, told: frozenset[str] = frozenset()) -> None:
        self.trace.tick()
        if expr.get("with"):
            self._replaced(expr, scope)
        elif expr.get("negated"):
            self._negated(expr, scope)
        else:
            self._positive(expr, scope, told)

    def _positive(self, expr: Expr, scope: Scope, told: frozenset[str] = frozenset()) -> None:
        terms = expr["terms"]
        if isinstance(terms, list):
            name = syntax.operator(terms)
            if name in ("assign", "eq") and self.rule_of(terms[0], scope) is None:
                self._unify(terms[1], terms[2], scope, _place(expr), told)
            else:
                self.call(terms, scope, _place(expr), is_truth=True)
        elif "symbols" in terms:
            for symbol in terms["symbols"]:
                if symbol["type"] == "call":
                    self._some(symbol["value"], scope)
        elif "domain" in terms:
            self._every(terms, scope, _place(expr))
        else:
            self.truth(terms, scope)

    def _negated(self, expr: Expr, scope: Scope) -> None:
        is_shown = scope.mode == "shown"
        inner = scope.within(scope.sign if is_shown else _FLIPPED[scope.sign], self.trace.fresh())
        operand = None if is_shown else lifted(expr, scope, self)
        if operand is not None:
            self.trace.find(_TRAP, syntax.place(operand), scope)
            inner.sign = 0
        self._positive(expr, inner)

    def _replaced(self, expr: Expr, scope: Scope) -> None:
        self.trace.find("`with` changes what is read", _place(expr), scope)
        before, sign, frame = dict(scope.names), scope.sign, scope.frame
        scope.sign, scope.frame = 0, self.trace.fresh()
        try:
            self._statement({**expr, "with": None}, scope)
            for name, values in scope.names.items():
                if values is not None and before.get(name) is None:
                    for value in values:
                        self.consume(value, scope, _place(expr))
                    scope.names[name] = (ANY,)
        finally:
            scope.sign, scope.frame = sign, frame

    def _some(self, terms: Sequence[Term], scope: Scope) -> None:
        *patterns, collection = terms[1:]
        place = syntax.place(collection)
        for pattern in patterns:
            for name in syntax.variables(pattern):
                scope.names.setdefault(name, None)
        pairs = [self.elements(value, scope, place) for value in self.collection(collection, scope)]
        self.match(patterns[-1], _united(elements for _, elements in pairs), scope)
        if len(patterns) == 2:
            self.match(patterns[0], _united(keys for keys, _ in pairs), scope)

    def _every(self, terms: Term, scope: Scope, place: Place) -> None:
        self.trace.find("`every`: an element that is not seen is not asked; ask a fact", place, scope)
        inner = scope.within(scope.sign if scope.mode == "shown" else 0, self.trace.fresh())
        for value in self.value(terms["domain"], inner):
            keys, elements = self.elements(value, inner, place)
            for pattern, values in ((terms.get("key"), keys), (terms["value"], elements)):
                if pattern is not None and not syntax.is_wildcard(pattern):
                    inner.names[str(pattern["value"])] = values
            self.solve(terms["body"], inner)

    # --- equality ---------------------------------------------------------------------------------------------

    def _unify(self, left: Term, right: Term, scope: Scope, place: Place, told: frozenset[str]) -> None:
        if self.has_free(left, scope):
            is_told = left["type"] == "var" and left["value"] in told
            with scope.switched("told" if is_told else scope.mode):
                values = self.value(right, scope)
            self.match(left, values, scope)
        elif self.has_free(right, scope):
            self.match(right, self.value(left, scope), scope)
        else:
            self.compare("equal", self.value(left, scope), self.value(right, scope), scope, place, is_join=True)

    def match(self, pattern: Term, values: Values, scope: Scope) -> None:
        place = syntax.place(pattern)
        if syntax.is_wildcard(pattern):
            return
        if pattern["type"] == "var" and self.has_free(pattern, scope):
            scope.bind(str(pattern["value"]), values)
        elif pattern["type"] == "array" and self.has_free(pattern, scope):
            for position, item in enumerate(pattern["value"]):
                size = len(pattern["value"])
                parts = _united(self._part(value, position, size, scope, place) for value in values)
                self.match(item, parts, scope)
        elif pattern["type"] == "object" and self.has_free(pattern, scope):
            for key, item in pattern["value"]:
                names = self.value(key, scope)
                parts = _united(self._field_of(value, name, scope, place) for value in values for name in names)
                self.match(item, parts, scope)
        else:
            self.compare("equal", self.value(pattern, scope), values, scope, place, is_join=True)

    def _part(self, value: Value, position: int, size: int, scope: Scope, place: Place) -> Values:
        """What stands at a position of a list of exactly this size."""
        if isinstance(value, Written):
            return value.items[position][1] if value.kind == "array" and len(value.items) == size else ()
        return self._piece(value, Star(self.trace.fresh()), scope, place)

    def _field_of(self, value: Value, name: Value, scope: Scope, place: Place) -> Values:
        """What stands at a key of an object that has only the keys of a pattern."""
        if isinstance(value, Written):
            return self.step(value, name, scope, place)
        literal = name.literal if isinstance(name, Known) else None
        return self._piece(value, literal if isinstance(literal, str) else Star(self.trace.fresh()), scope, place)

    def _piece(self, value: Value, step: str | Star, scope: Scope, place: Place) -> Values:
        if isinstance(value, Known):
            return (Known(value.items, given=value.given),) if value.kind == "any" else ()
        self.distrust("a pattern for a whole list or object, which grows: name the element", place, scope, (value,))
        if isinstance(value, Node):
            return (Node(value.binding, (*value.steps, step), shaky=True),)
        return (ANY,)

    def compare(self, name: str, lefts: Values, rights: Values, scope: Scope, place: Place, is_join: bool) -> None:
        if scope.mode != "judged":
            return
        for left in lefts:
            for right in rights:
                if (fault := operators.incomparable(name, left, right, scope.guards)) is not None:
                    self.distrust(fault, place, scope, (left,), (right,))
        self.lint_identity(lefts, rights, scope, place)
        self.lint_identity(rights, lefts, scope, place)
        if name in _EQUAL:
            self.trace.compared(lefts, rights, place)
            self.trace.compared(rights, lefts, place)
        if is_join and name in ("equal", "eq"):
            self._join(lefts, rights, scope)
            self._join(rights, lefts, scope)

    def _join(self, values: Values, others: Values, scope: Scope) -> None:
        identities = tuple(value for value in values if isinstance(value, Identity))
        if identities and len(identities) == len(values) and len(others) == 1 and isinstance(others[0], Node):
            self.trace.joins.append(Join(identities, others[0], scope.frame))

    def membership(self, args: Sequence[Values], scope: Scope, place: Place, is_truth: bool) -> None:
        if scope.mode != "judged":
            return
        *wanted, collections = args
        if not is_truth:
            parts = [value for values in args for value in values]
            if not all(operators.is_stable(value, scope.guards) for value in parts):
                self.distrust("whether something is a member is kept as a value: ask it directly", place, scope, *args)
            return
        for collection in collections:
            if isinstance(collection, Written):
                self.trace.compared(wanted[-1], tuple(part for _, side in collection.items for part in side), place)
            if isinstance(collection, Entries):
                found = self.opened(collection, scope)
            else:
                found = [(*self.elements(collection, scope, place), scope)]
            for keys, elements, inner in found:
                self.compare("equal", wanted[-1], elements, inner, place, is_join=len(collections) == 1)
                if len(wanted) == 2:
                    self.compare("equal", wanted[0], keys, inner, place, is_join=len(collections) == 1)

    def lint_identity(self, values: Values, others: Values, scope: Scope, place: Place) -> None:
        only_joined = _IDENTITIES if self.program.is_live_only else _IDENTITIES | _PLACEHOLDERS
        fields = [value.field for value in values if isinstance(value, Identity) and value.field in only_joined]
        if fields and any(isinstance(other, Known) and other.given for other in others):
            message = f"{fields[0]} may be a symbol: compare it with identities only, or read the property instead"
            self.trace.find(message, place, scope)


def _united(parts: Iterable[Values]) -> Values:
    return unique([value for values in parts for value in values])


def _place(expr: Expr) -> Place:
    """Where an expression stands: an expression inside a comprehension may have no location, its terms do."""
    if "location" in expr:
        return syntax.place(expr)
    terms = expr["terms"]
    return syntax.place(terms[0] if isinstance(terms, list) else terms)
