"""Following a rule through its syntax tree: which places of the input it reads, and with which sign.

Every rule, function and comprehension is followed where it is used, with the sign of that use, as if it were
written there: Rego has no recursion, so this ends. `not` turns the sign. Where what a statement does with a
value that grows could be undone by seeing more, the reads are signed both and a finding says why.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.catalogue.reads import operators, syntax
from auditor.catalogue.reads.grammar import Grammar
from auditor.catalogue.reads.scope import Mode, Scope, TooLong, Unbound
from auditor.catalogue.reads.syntax import COMPREHENSIONS, Place, Term
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
    Written,
    unique,
)

_MAX_DEPTH = 40


class Terms(Grammar):
    """The values of terms."""

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
                return self.name(term, scope)
            case "ref":
                return self.reference(term, scope)
            case "call":
                return self.call(term["value"], scope, syntax.place(term), is_truth=False)
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
                terms, place = part["terms"], syntax.place(term)
                values = self.value(terms, scope) if isinstance(terms, dict) else self.call(terms, scope, place, False)
                if scope.mode == "judged" and any(not operators.is_stable(value, scope.guards) for value in values):
                    self.distrust("a template string of what may be hidden", place, scope, values)
        return (TEXT,)

    def name(self, term: Term, scope: Scope, is_truth: bool = False) -> Values:
        name = str(term["value"])
        values = scope.bound(name)
        if values is not None:
            return values
        if scope.is_local(name) or syntax.is_wildcard(term):
            raise Unbound(name)
        values, rest = self._head((term,), scope, is_truth)
        return self._steps(values, rest, scope)

    def reference(self, term: Term, scope: Scope, is_truth: bool = False) -> Values:
        values, rest = self._head(tuple(term["value"]), scope, is_truth)
        values = self._read(self._steps(values, rest, scope), scope, syntax.place(term))
        for value in values:
            if isinstance(value, Table):
                self.trace.list_read(value.type, scope, syntax.place(term))
        return values

    def _read(self, values: Values, scope: Scope, place: Place) -> Values:
        for value in values:
            if isinstance(value, Node):
                self.trace.read(value, scope, place)
        return values

    def collection(self, term: Term, scope: Scope) -> Values:
        """What is iterated: of a type's list only the elements are read."""
        if term["type"] != "ref":
            return self.value(term, scope)
        values, rest = self._head(tuple(term["value"]), scope, is_truth=False)
        return self._read(self._steps(values, rest, scope), scope, syntax.place(term))

    def _head(self, parts: Sequence[Term], scope: Scope, is_truth: bool) -> tuple[Values, Sequence[Term]]:
        """What a reference starts from, and the steps that follow."""
        head = parts[0]
        name = str(head["value"]) if head["type"] == "var" else ""
        if not name or scope.is_local(name) or syntax.is_wildcard(head):
            return self.value(head, scope), parts[1:]
        if (rule := scope.module.rules.get(name)) is not None:
            return self.rule(scope.module, rule, scope, syntax.place(head), is_truth and len(parts) == 1), parts[1:]
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
        return self.rule(module, rule, scope, syntax.place(head), is_truth and not rest), rest

    def _steps(self, values: Values, steps: Sequence[Term], scope: Scope) -> Values:
        for step in steps:
            if step["type"] == "var" and self._is_free(step, scope):
                pairs = [self.elements(value, scope, syntax.place(step)) for value in values]
                if not syntax.is_wildcard(step):
                    scope.bind(str(step["value"]), unique([key for keys, _ in pairs for key in keys]))
                values = unique([element for _, elements in pairs for element in elements])
            else:
                keys = self.value(step, scope)
                place = syntax.place(step)
                values = unique([v for value in values for key in keys for v in self.step(value, key, scope, place)])
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

    def step(self, value: Value, key: Value, scope: Scope, place: Place) -> Values:
        if isinstance(value, Written | Known):
            return self._constant_step(value, key, scope, place)
        if isinstance(key, Key) and key.container != value and not operators.is_text(key, scope.guards):
            self.consume(key, scope, place)  # another list's index
        if not isinstance(value, Entries):
            return self.stepping.step(value, key, scope, place)
        if value.kind == "array":
            self.distrust("an element of a list by its position", place, scope, (value,))
            return (ANY,)
        found: list[Value] = []
        for keys, elements, inner in self.opened(value, scope):
            self.compare("equal", keys if value.kind == "object" else elements, (key,), inner, place, is_join=True)
            found += elements if value.kind == "object" else [key]
        return unique(found)

    def _constant_step(self, value: Written | Known, key: Value, scope: Scope, place: Place) -> Values:
        """A step into what does not grow itself, by a key that may."""
        if isinstance(value, Written) and value.kind != "array":
            for keys, elements in value.items:
                self.compare("equal", keys if value.kind == "object" else elements, (key,), scope, place, is_join=False)
        elif isinstance(key, Key) and not operators.is_text(key, scope.guards):
            self.distrust(operators.INDEX, place, scope, (key,))
        elif isinstance(value, Known) and value.items == "any" and not operators.is_stable(key, scope.guards):
            self.distrust("a key that can grow", place, scope, (key,))
        return self.stepping.step(value, key, scope, place)

    def elements(self, value: Value, scope: Scope, place: Place) -> tuple[Values, Values]:
        if not isinstance(value, Entries):
            return self.stepping.elements(value, scope, place)
        opened = self.opened(value, scope)
        elements = unique([element for _, elements, _ in opened for element in elements])
        if value.kind == "set":
            return elements, elements
        keys = unique([key for keys, _, _ in opened for key in keys])
        return keys if value.kind == "object" else (SCALAR,), elements

    def opened(self, value: Entries, scope: Scope) -> list[tuple[Values, Values, Scope]]:
        """Keys and elements of each producer, with the scope in which its body was followed."""
        opened = []
        for entry in value.entries:
            inner = self.enter(entry.scope, scope, is_alone=len(value.entries) == 1)
            is_denial = entry.leaf["type"] == "call" and self.is_denial(entry.leaf["value"][0], entry.scope)
            self.solve(entry.body, inner, told_for=entry.leaf if is_denial else None)
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

    def enter(self, lexical: Scope, used: Scope, is_alone: bool) -> Scope:
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
                if value.steps == ("facts",):
                    self.trace.find("all facts are read: name the fact", place, scope, fatal=True)
                self.trace.read(value, scope, place, deep=True)
            case Whole():
                self.trace.read(Node(value.binding, ()), scope, place, deep=True)
            case Key() if scope.mode != "shown":
                self.consume(value.container if isinstance(value.container, Table) else value.element, scope, place)
            case Table():
                inner = scope.within(scope.sign if scope.mode == "shown" else 0, self.trace.fresh())
                self.consume(self.trace.choose(value.type, inner, place), inner, place)
            case Written():
                for part in [part for pair in value.items for side in pair for part in side]:
                    self.consume(part, scope, place)
            case Entries():
                inner = scope.within(scope.sign if scope.mode == "shown" else 0, self.trace.fresh())
                for keys, elements, opened in self.opened(value, inner):
                    for part in (*keys, *elements):
                        self.consume(part, opened, place)
            case Root():
                self.trace.find("the whole input is read: name the type", place, scope, fatal=True)

    def distrust(self, message: str, place: Place, scope: Scope, *values: Values) -> None:
        self.trace.find(message, place, scope)
        for alternatives in values:
            for value in alternatives:
                self.consume(value, scope, place)


def _written(kind: str, items: list[tuple[Values, Values]]) -> Values:
    """A composite is undefined where one of its parts is."""
    if any(not values for _, values in items):
        return ()
    return (Written("set" if kind == "set" else "array" if kind == "array" else "object", tuple(items)),)
