"""From the trace to what a person reads: rules, the ways through them, statements with the values they saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from auditor.model import Json, ResourceRef
from auditor.workbench.explain.statements import Source, Statement
from auditor.workbench.explain.trace import Attempt, Query, Step
from auditor.workbench.explain.values import Mask, Unseen, Value, is_resource, plain, seen_by

_CONSTRUCTORS = "/lib/deny.rego"
_DEEPEST = 8
_MOST_WAYS = 3  # through one rule, below the first level


class Line(msgspec.Struct, frozen=True):
    """A statement with its outcome; `because`: the rules that it asked, as far as they decided it."""

    line: int
    text: str
    held: bool
    values: tuple[Value, ...] = ()
    because: tuple[Rule, ...] = ()


class Way(msgspec.Struct, frozen=True):
    """One way through a body. It held, or the last line is the first that did not."""

    held: bool
    lines: tuple[Line, ...]


class Rule(msgspec.Struct, frozen=True):
    """One definition of a rule; `ways` are those that decided, `more` counts the others of the same outcome."""

    file: str
    line: int
    text: str
    held: bool
    ways: tuple[Way, ...]
    more: int = 0


class Reader:
    """Reads queries with what they share. `source` gives the source text of a file."""

    def __init__(self, source: Callable[[str], Source], input: Json, mask: Mask, unseen: Unseen) -> None:
        self._source = source
        self._input = input
        self._mask = mask
        self._unseen = unseen

    def rules(self, queries: Iterable[Query], subject: ResourceRef) -> tuple[Rule, ...]:
        """The definitions of `deny` with each way through them that is about the subject, those that held first."""
        found: dict[tuple[str, int], list[Attempt]] = {}
        for query in queries:
            about = [attempt for attempt in query.attempts if self._is_about(attempt, subject)]
            found.setdefault((query.file, query.line), []).extend(about)
        rules = []
        for (file, line), attempts in found.items():
            held_first = sorted(attempts, key=lambda attempt: not attempt.held)
            ways = _distinct(self._way(attempt, {}, 0) for attempt in held_first)
            rules.append(Rule(file, line, self._source(file).head(line), any(w.held for w in ways), tuple(ways)))
        return tuple(rules)

    def _is_about(self, attempt: Attempt, subject: ResourceRef) -> bool:
        """Not about another resource of the same type."""
        bound = [plain(value) for value in attempt.bound.values() if value["type"] == "object"]
        ids = [value["id"] for value in bound if is_resource(value) and value["type"] == subject.type]
        return not ids or subject.id in ids

    def _way(self, attempt: Attempt, known: Mapping[str, Value], depth: int) -> Way:
        """Compiled expressions of one statement are one line. `known`: what the reader has seen bound already."""
        gathered: list[tuple[Statement, list[Step]]] = []
        for step in attempt.steps:
            source = self._source(step.file)
            statement = source.statement(step.line, step.column)
            if statement is None:  # in the head of the rule: a comprehension, or what kept the rule from holding
                if any(query.rule is None for query in step.queries) or (
                    step is attempt.steps[-1] and not attempt.held
                ):
                    text = source.head(step.line) or source.call(step.line, step.column) or ""
                    gathered.append((Statement(step.line, step.column, (0, 0), text), [step]))
            elif gathered and gathered[-1][0] is statement:
                gathered[-1][1].append(step)
            else:
                gathered.append((statement, [step]))
        named = dict(known)
        lines = []
        for position, (statement, steps) in enumerate(gathered):
            held = attempt.held or position < len(gathered) - 1
            lines.append(self._line(statement, steps, held, attempt, named, depth))
        return Way(attempt.held, tuple(lines))

    def _line(
        self,
        statement: Statement,
        steps: Sequence[Step],
        held: bool,
        attempt: Attempt,
        named: dict[str, Value],
        depth: int,
    ) -> Line:
        values: dict[str, Value] = {}
        for step in steps:
            for value in seen_by(step, attempt.bound, self._input, self._mask, self._unseen):
                if named.get(value.name) != value:
                    values[value.name] = value
            result = self._result(step, attempt)
            if result is not None and not statement.text.endswith(f":= {result.name}"):
                values[result.name] = result
        named.update(values)
        queries = [query for step in steps for query in step.queries]
        because = self._because(queries, statement, named, depth) if depth < _DEEPEST else ()
        return Line(statement.line, statement.text, held, tuple(values.values()), because)

    def _result(self, step: Step, attempt: Attempt) -> Value | None:
        """What a nested call gave: the compiler puts it into a variable of its own."""
        if not (step.generated and isinstance(step.terms, list) and len(step.terms) > 2):
            return None
        text = self._source(step.file).call(step.line, step.column)
        out = step.terms[-1]
        if text is None or out["type"] != "var" or str(out["value"]) not in attempt.bound:
            return None
        return Value(text, self._mask.of(plain(attempt.bound[str(out["value"])])))

    def _because(
        self, queries: Sequence[Query], statement: Statement, named: Mapping[str, Value], depth: int
    ) -> tuple[Rule, ...]:
        """The first rule that held, or all that did not; a comprehension holds whatever is in it, so all of it."""
        rules = [self._rule(query, named, depth) for query in self._asked(queries, statement)]
        asked = [rule for rule in rules if rule.text]
        held = [rule for rule in asked if rule.held]
        return (*(held[:1] or asked), *(rule for rule in rules if not rule.text))

    def _asked(self, queries: Sequence[Query], statement: Statement) -> list[Query]:
        """The rules and bodies behind a statement; one that only repeats it (below a `not`) is looked through."""
        found: list[Query] = []
        for query in queries:
            if query.file.endswith(_CONSTRUCTORS):
                continue
            below = [step for attempt in query.attempts for step in attempt.steps]
            repeats = query.rule is None and all(
                self._source(step.file).statement(step.line, step.column) in (statement, None) for step in below
            )
            if repeats:
                found += self._asked([each for step in below for each in step.queries], statement)
            elif query.attempts:
                found.append(query)
        return list({id(query): query for query in found}.values())

    def _rule(self, query: Query, named: Mapping[str, Value], depth: int) -> Rule:
        """`text` is empty for a comprehension."""
        held = [attempt for attempt in query.attempts if attempt.held]
        is_rule = query.rule is not None
        decisive = held if held and is_rule else sorted(query.attempts, key=lambda attempt: not attempt.held)
        ways = _distinct(self._way(attempt, named, depth + 1) for attempt in decisive)
        shown = tuple(ways[: 1 if held and is_rule else _MOST_WAYS])
        text = self._source(query.file).head(query.line) if is_rule else ""
        return Rule(query.file, query.line, text, bool(held), shown, len(ways) - len(shown))


def _distinct(ways: Iterable[Way]) -> list[Way]:
    """Ways are the same where they read the same."""
    return list({msgspec.json.encode(way): way for way in ways}.values())
