"""Where a term is followed (names, sign, conjunction), and what following it brings to light."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from auditor.catalogue.finding import Finding
from auditor.catalogue.reads.syntax import Module, Package, Place, Rule, Term
from auditor.catalogue.reads.values import Binding, Identity, Key, Kind, Known, Node, Star, Steps, Values, Whole

# What seeing more at a read can do to the denial: add it (1), take it away (-1), either (0).
Sign = Literal[1, 0, -1]

# judged: the value decides.  told: only whether there is a value decides (message, path and evidence of a denial).
# shown: nothing depends on it, it must only be read.
Mode = Literal["judged", "told", "shown"]

MAX_STEPS = 200_000

# The frame of a binding that stands for the list of a type.
LISTED = 0


class Unbound(Exception):
    """A variable has no value yet: the statement is followed after the others. Never leaves this package."""


class TooLong(Exception):
    """The rules call each other too often to be followed. Never leaves this package."""


@dataclass(frozen=True)
class Reading:
    """A read at `steps`. `deep`: of all that stands below, not only of whether and which scalar stands there."""

    binding: Binding
    steps: Steps
    sign: Sign
    deep: bool
    place: Place


@dataclass(frozen=True)
class Join:
    """An equality, in the conjunction `frame`, of a resource's identity (by alternatives) with a place in another."""

    identities: tuple[Identity, ...]
    other: Node
    frame: int


@dataclass(frozen=True)
class Comparison:
    """A value in a resource held against a constant text or number."""

    node: Node
    literal: str | int | float
    place: Place


@dataclass
class Trace:
    """What was seen while one rule is followed."""

    reads: list[Reading] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _number: int = 0
    _steps: int = 0

    def read(self, node: Node, scope: Scope, place: Place, deep: bool = False) -> None:
        """Note that a value is read. That there are properties, facts and tags at all is certain."""
        steps: Steps = (Star(None),) if deep and not node.steps else node.steps
        if deep or steps not in ((), ("facts",), ("tags",)):
            sign: Sign = 0 if (node.shaky or deep) and scope.mode != "shown" else scope.sign
            self.reads.append(Reading(node.binding, steps, sign, deep, place))

    def compared(self, values: Values, others: Values, place: Place) -> None:
        """Note what is held against a constant, whatever comes of it."""
        for value in values:
            for other in others:
                if isinstance(value, Node) and isinstance(other, Known) and other.literal is not None:
                    self.comparisons.append(Comparison(value, other.literal, place))

    def find(self, message: str, place: Place, scope: Scope, fatal: bool = False) -> None:
        """Note a finding, unless nothing depends on what is followed here."""
        finding = Finding(message, place.file, place.line, place.column, fatal)
        if (scope.mode != "shown" or fatal) and finding not in self.findings:
            self.findings.append(finding)

    def choose(self, type: str, scope: Scope, place: Place) -> Whole:
        """Some resource of a type: a read of the existence of such a resource."""
        binding = Binding(self.fresh(), type, scope.frame)
        self.reads.append(Reading(binding, (), scope.sign, False, place))
        return Whole(binding)

    def list_read(self, type: str, scope: Scope, place: Place) -> None:
        """Note that the list of a type is named without being iterated: it may be left out where it is empty."""
        self.reads.append(Reading(Binding(self.fresh(), type, LISTED), (), scope.sign, False, place))

    def fresh(self) -> int:
        self._number += 1
        return self._number

    def tick(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooLong

    def mark(self) -> tuple[int, int, int, int]:
        return len(self.reads), len(self.joins), len(self.findings), len(self.comparisons)

    def rewind(self, mark: tuple[int, int, int, int]) -> None:
        del self.reads[mark[0] :], self.joins[mark[1] :], self.findings[mark[2] :], self.comparisons[mark[3] :]


class Scope:
    """Names and their values, in the module and under the sign where they are used. None: declared, not bound."""

    def __init__(
        self,
        module: Module,
        sign: Sign,
        frame: int,
        parent: Scope | None = None,
        guards: Mapping[Node | Key, Kind] | None = None,
        mode: Mode = "judged",
        depth: int = 0,
    ) -> None:
        self.module = module
        self.sign: Sign = sign
        self.frame = frame
        self.parent = parent
        self.guards: dict[Node | Key, Kind] = dict(guards or {})
        self.mode: Mode = mode
        self.depth = depth
        self.names: dict[str, Values | None] = {}

    def holder(self, name: str) -> Scope | None:
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.parent
        return scope

    def bound(self, name: str) -> Values | None:
        holder = self.holder(name)
        return holder.names[name] if holder is not None else None

    def is_local(self, name: str) -> bool:
        return self.holder(name) is not None

    def bind(self, name: str, values: Values) -> None:
        (self.holder(name) or self).names[name] = values

    @contextmanager
    def switched(self, mode: Mode) -> Iterator[None]:
        """What is followed here is judged, told or shown."""
        before, self.mode = self.mode, mode
        try:
            yield
        finally:
            self.mode = before

    def within(self, sign: Sign, frame: int) -> Scope:
        """A nested body that sees these names."""
        return Scope(self.module, sign, frame, self, self.guards, self.mode, self.depth)


@dataclass(frozen=True)
class Program:
    """The modules that a policy consists of, and what its metadata says of its parameters."""

    modules: Mapping[Package, Module]
    parameters: Mapping[str, Known]
    key: str
    is_live_only: bool

    def rule(self, parts: tuple[Term, ...]) -> tuple[Module, Rule, tuple[Term, ...]] | None:
        """The rule that a `data` reference names, and what follows its name; None if there is none."""
        names = [str(part["value"]) if part["type"] == "string" else None for part in parts[1:]]
        for length in range(len(names) - 1, 0, -1):
            module = self.modules.get(tuple(str(name) for name in names[:length]))
            if module is not None and (rule := module.rules.get(str(names[length]))) is not None:
                return module, rule, parts[length + 2 :]
        return None
