"""Following a rule through its syntax tree: which places of the input it reads, and with which sign.

Every rule, function and comprehension is followed where it is used, with the sign of that use, as if it were
written there: Rego has no recursion, so this ends. `not` turns the sign. Where what a statement does with a
value that grows could be undone by seeing more, the reads are signed both and a finding says why.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from auditor.catalogue.reads import operators, syntax
from auditor.catalogue.reads.access import Access
from auditor.catalogue.reads.scope import Mode, Program, Scope, TooLong, Trace, Unbound
from auditor.catalogue.reads.syntax import COMPREHENSIONS, MEMBER, Clause, Expr, Module, Place, Rule, Term
from auditor.catalogue.reads.values import (
    ANY,
    SCALAR,
    TEXT,
    Entries,
    Entry,
    Key,
    Known,
    Node,
    Root,
    Table,
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

_MAX_DEPTH = 40


class Terms(ABC):
    """Values of terms. What stands in bodies is followed by the subclass (`bodies.Bodies`): each calls the other."""

    def __init__(self, program: Program, trace: Trace) -> None:
        self.program = program
        self.trace = trace
        self.access = Access(program, trace)
        live = frozenset[str]() if program.is_live_only else frozenset({"account", "region"})
        self.only_joined = frozenset({"id", "name", "arn"}) | live

    @abstractmethod
    def solve(self, body: Sequence[Expr], scope: Scope, told_for: Term | None = None) -> None:
        """Follow a body; what only serves `told_for` is not judged."""

    @abstractmethod
    def rule_of(self, term: Term, scope: Scope) -> tuple[Rule, int] | None:
        """The rule that a term names, and how many steps follow its name; None for anything else."""

    @abstractmethod
    def _compare(self, name: str, lefts: Values, rights: Values, scope: Scope, place: Place, is_join: bool) -> None: ...

    @abstractmethod
    def _membership(self, args: Sequence[Values], scope: Scope, place: Place, is_truth: bool) -> None: ...

    @abstractmethod
    def _lint_identity(self, values: Values, others: Values, scope: Scope, place: Place) -> None: ...

    @abstractmethod
    def match(self, pattern: Term, values: Values, scope: Scope) -> None:
        """Bind the variables of a pattern, compare what is none."""

    @abstractmethod
    def truth(self, term: Term, scope: Scope) -> Values:
        """Follow a term of which only matters whether it holds."""

    # --- terms ------------------------------------------------------------------------------------------------

    def value(self, term: Term, scope: Scope) -> Values:
        """The alternatives for the value of a term; none if it can never be defined."""
        self.trace.tick()
        kind, content = term["type"], term.get("value")
        match kind:
            case "string":
                return (Known("text", literal=str(content), given=True),)
            case "number":
                return (Known("scalar", literal=content, given=True),)
            case "boolean" | "null":
                return (Known("scalar", given=True),)
            case "var":
                return self._name(term, scope)
            case "ref":
                return self._reference(term, scope)
            case "call":
                return self._call(term["value"], scope, syntax.place(term), is_truth=False)
            case "array" | "set":
                return _written(kind, [((), self.value(item, scope)) for item in term["value"]])
            case "object":
                return _written(kind, [(self.value(k, scope), self.value(v, scope)) for k, v in term["value"]])
        if kind in COMPREHENSIONS:
            body = term["value"]
            keys = (body["key"],) if kind == "objectcomprehension" else ()
            leaf = body["value" if keys else "term"]
            entry = Entry(scope, tuple(body["body"]), keys, leaf, not keys, syntax.place(term))
            return (Entries(COMPREHENSIONS[kind], (entry,)),)
        return self._template(term, scope)

    def _template(self, term: Term, scope: Scope) -> Values:
        for part in (term.get("value") or {}).get("parts", ()):
            if "terms" in part:
                values = self.value(part["terms"], scope) if isinstance(part["terms"], dict) else ()
                if any(not operators.is_stable(value, scope.guards) for value in values):
                    self.distrust("a template string of what may be hidden", syntax.place(term), scope, values)
        return (TEXT,)

    def _name(self, term: Term, scope: Scope, is_truth: bool = False) -> Values:
        name = str(term["value"])
        values = scope.bound(name)
        if values is not None:
            if scope.mode == "evidence" and any(isinstance(value, Key) for value in values):
                self.trace.find("evidence with a list index: it cannot be mapped back", syntax.place(term), scope)
            return values
        if scope.is_local(name) or syntax.is_wildcard(term):
            raise Unbound(name)
        values, rest = self._head((term,), scope, is_truth)
        return self._steps(values, rest, scope)

    def _reference(self, term: Term, scope: Scope, is_truth: bool = False) -> Values:
        values, rest = self._head(tuple(term["value"]), scope, is_truth)
        values = self._steps(values, rest, scope)
        for value in values:
            if isinstance(value, Node):
                self.trace.read(value, scope, syntax.place(term))
        return values

    def _head(self, parts: Sequence[Term], scope: Scope, is_truth: bool) -> tuple[Values, Sequence[Term]]:
        """What a reference starts from, and the steps that follow."""
        head = parts[0]
        name = str(head["value"]) if head["type"] == "var" else ""
        if not name or scope.is_local(name) or syntax.is_wildcard(head):
            return self.value(head, scope), parts[1:]
        if (rule := scope.module.rules.get(name)) is not None:
            return self._rule(scope.module, rule, scope, syntax.place(head), is_truth and len(parts) == 1), parts[1:]
        parts = (*scope.module.imports.get(name, (head,)), *parts[1:])
        if parts[0]["value"] == "input":
            return (Root("input"),), parts[1:]
        if parts[0]["value"] != "data":
            raise Unbound(name)
        found = self.program.rule(tuple(parts))
        if found is None:
            named = ".".join(str(part["value"]) for part in parts)
            self.trace.find(f"{named} is no rule of a library", syntax.place(head), scope, fatal=True)
            return (ANY,), ()
        module, rule, rest = found
        return self._rule(module, rule, scope, syntax.place(head), is_truth and not rest), rest

    def _steps(self, values: Values, steps: Sequence[Term], scope: Scope) -> Values:
        for step in steps:
            if step["type"] == "var" and self._is_free(step, scope):
                pairs = [self._elements(value, scope, syntax.place(step)) for value in values]
                if not syntax.is_wildcard(step):
                    scope.bind(str(step["value"]), unique([key for keys, _ in pairs for key in keys]))
                values = unique([element for _, elements in pairs for element in elements])
            else:
                keys = self.value(step, scope)
                place = syntax.place(step)
                values = unique([v for value in values for key in keys for v in self._step(value, key, scope, place)])
        return values

    def has_free(self, pattern: Term, scope: Scope) -> bool:
        """Whether a pattern binds a variable that has no value yet."""
        return any(self._is_free({"value": name}, scope) for name in syntax.variables(pattern))

    def _is_free(self, term: Term, scope: Scope) -> bool:
        name = str(term["value"])
        if scope.is_local(name):
            return scope.bound(name) is None
        module = scope.module
        return name not in module.rules and name not in module.imports and name not in ("input", "data")

    # --- collections ------------------------------------------------------------------------------------------

    def _step(self, value: Value, key: Value, scope: Scope, place: Place) -> Values:
        if not isinstance(value, Entries):
            return self.access.step(value, key, scope, place)
        if value.kind == "array":
            self.distrust("an element of a list by its position", place, scope, (value,))
            return (ANY,)
        found: list[Value] = []
        for keys, elements, inner in self._opened(value, scope):
            self._compare("equal", keys if value.kind == "object" else elements, (key,), inner, place, is_join=True)
            found += elements if value.kind == "object" else [key]
        return unique(found)

    def _elements(self, value: Value, scope: Scope, place: Place) -> tuple[Values, Values]:
        if not isinstance(value, Entries):
            return self.access.elements(value, scope, place)
        opened = self._opened(value, scope)
        elements = unique([element for _, elements, _ in opened for element in elements])
        if value.kind == "set":
            return elements, elements
        keys = unique([key for keys, _, _ in opened for key in keys])
        return keys if value.kind == "object" else (SCALAR,), elements

    def _opened(self, value: Entries, scope: Scope) -> list[tuple[Values, Values, Scope]]:
        """Keys and elements of each producer, with the scope in which its body was followed."""
        opened = []
        for entry in value.entries:
            inner = self._enter(entry.scope, scope, is_alone=len(value.entries) == 1)
            self.solve(entry.body, inner)
            with inner.switched(scope.mode):
                keys = self.value(entry.keys[0], inner) if entry.keys else ()
                if len(entry.keys) > 1 or (entry.keys and entry.is_member):
                    deeper = Entry(inner, (), entry.keys[1:], entry.leaf, entry.is_member, entry.place)
                    elements: Values = (Entries("object" if len(entry.keys) > 1 else "set", (deeper,)),)
                    for term in (*entry.keys[1:], entry.leaf):
                        self.value(term, inner)  # without them there is no key either
                else:
                    elements = self.value(entry.leaf, inner)
            opened.append((keys, elements, inner))
        return opened

    def _enter(self, lexical: Scope, used: Scope, is_alone: bool) -> Scope:
        """A scope for a body: names from where it is written, everything else from where it is used."""
        if used.depth > _MAX_DEPTH:
            raise TooLong
        frame = used.frame if is_alone else self.trace.fresh()
        mode: Mode = "shown" if used.mode == "shown" else "judged"
        guards = {**lexical.guards, **used.guards}
        return Scope(lexical.module, used.sign, frame, lexical, guards, mode, used.depth + 1)

    def consume(self, value: Value, scope: Scope, place: Place) -> None:
        """Everything that a value is made of is read, with both signs."""
        match value:
            case Node():
                self.trace.read(value, scope, place, deep=True)
            case Whole():
                self.trace.read(Node(value.binding, ()), scope, place, deep=True)
            case Table():
                inner = scope.within(scope.sign if scope.mode == "shown" else 0, self.trace.fresh())
                self.consume(self.trace.choose(value.type, inner, place), inner, place)
            case Written():
                for part in [part for pair in value.items for side in pair for part in side]:
                    self.consume(part, scope, place)
            case Entries():
                inner = scope.within(scope.sign if scope.mode == "shown" else 0, self.trace.fresh())
                for keys, elements, opened in self._opened(value, inner):
                    for part in (*keys, *elements):
                        self.consume(part, opened, place)
            case Root():
                self.trace.find("the whole input is read: name the type", place, scope, fatal=True)

    def distrust(self, message: str, place: Place, scope: Scope, *values: Values) -> None:
        self.trace.find(message, place, scope)
        for alternatives in values:
            for value in alternatives:
                self.consume(value, scope, place)

    # --- rules and functions ----------------------------------------------------------------------------------

    def _rule(self, module: Module, rule: Rule, scope: Scope, place: Place, is_truth: bool) -> Values:
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
            inner = self._enter(Scope(module, scope.sign, scope.frame), scope, len(rule.clauses) == 1)
            if rule.guessed and scope.mode != "shown":
                inner.sign = 0
            for pattern, values in zip(clause.args or (), args or (), strict=True):
                for name in syntax.variables(pattern):
                    inner.names[name] = None
                self.match(pattern, values, inner)
            leaf = _leaf(clause)
            self.solve(clause.body, inner, told_for=leaf if scope.is_told else None)
            inner.mode = scope.mode
            found += self.truth(leaf, inner) if is_truth else self.value(leaf, inner)
        return unique(found)

    def _call(self, terms: Sequence[Term], scope: Scope, place: Place, is_truth: bool) -> Values:
        """The value of a call; with `is_truth` only whether it holds matters."""
        name = syntax.operator(terms)
        called = self._called(terms[0], scope)
        if called is not None:
            module, rule = called
            if module.package == DENY and rule.name in (*WORDS, "with_evidence"):
                return self._denial(rule.name, terms[1:], scope, place)
            expected = len(rule.clauses[0].args or ())
            with scope.switched("judged" if scope.is_told else scope.mode):
                args = [self.value(term, scope) for term in terms[1 : expected + 1]]
            values = self._clauses(module, rule, args, scope, place, is_truth)
            return self._output(values, terms[expected + 1 :], scope)
        if name in operators.COMPARISONS and len(terms) == 3:
            self._compare(name, self.value(terms[1], scope), self.value(terms[2], scope), scope, place, is_truth)
            return (SCALAR,)
        if name in MEMBER:
            self._membership([self.value(term, scope) for term in terms[1:]], scope, place, is_truth)
            return (SCALAR,)
        operands = terms[1:2] if name == "walk" else terms[1:]
        args = [self.value(term, scope) for term in operands]
        return self._output(self._builtin(name, args, scope, place, is_truth), terms[1 + len(operands) :], scope)

    def _output(self, values: Values, patterns: Sequence[Term], scope: Scope) -> Values:
        """`f(x, y)` may also be written to bind y to the value of f(x)."""
        for pattern in patterns:
            self.match(pattern, values, scope)
        return (SCALAR,) if patterns else values

    def _called(self, term: Term, scope: Scope) -> tuple[Module, Rule] | None:
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
        called = self._called(term, scope)
        return called is not None and called[0].package != DENY

    def _builtin(self, name: str, args: Sequence[Values], scope: Scope, place: Place, is_truth: bool) -> Values:
        if name == "or":
            return unique([value for values in args for value in values])
        if scope.mode != "judged":
            with scope.switched("shown"):
                for value in [value for values in args for value in values if not isinstance(value, Node | Whole)]:
                    self.consume(value, scope, place)
            return (ANY,)
        result = operators.result(name, args, scope.guards)
        if isinstance(result, str):
            self.distrust(result, place, scope, *args)
            return (ANY if name not in operators.GIVES_SCALAR else SCALAR,)
        if name in operators.PREDICATES:
            self._lint_identity(args[0], args[1], scope, place)
            self._lint_identity(args[1], args[0], scope, place)
        if is_truth and name in operators.IS_SCALAR and len(args[0]) == 1 and isinstance(node := args[0][0], Node):
            scope.guards[node] = operators.IS_SCALAR[name]
        return (result,)

    def _denial(self, name: str, args: Sequence[Term], scope: Scope, place: Place) -> Values:
        with scope.switched("told"):
            first = self.value(args[0], scope)
            if name == "with_evidence":
                scope.mode = "evidence"
                self.value(args[1], scope)
                return first
            paths = self.value(args[1], scope)
            self.value(args[2], scope)
        return tuple(Word(name, first, denial_path(path), place) for path in paths)


def _written(kind: str, items: list[tuple[Values, Values]]) -> Values:
    """A composite is undefined where one of its parts is."""
    if any(not values for _, values in items):
        return ()
    return (Written("set" if kind == "set" else "array" if kind == "array" else "object", tuple(items)),)


def _leaf(clause: Clause) -> Term:
    leaf = clause.member if clause.member is not None else clause.value
    return leaf if leaf is not None else {"type": "boolean", "value": True}
