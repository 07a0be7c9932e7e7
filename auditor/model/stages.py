"""The interfaces of the stages: what the pipeline asks of a source and of an engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from auditor.model.paths import Json, Path
from auditor.model.policy import Plan
from auditor.model.seen import Coverage, Gap, Location, Problem, Resource, World
from auditor.model.verdict import Denial


class Header(msgspec.Struct, frozen=True):
    taken_at: str  # RFC 3339, UTC
    kind: Literal["template", "live", "snapshot", "plan"]
    scope: tuple[str, ...]  # files or account ids
    regions: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()  # regions that are enabled in an account and that the user did not choose
    not_collected: tuple[str, ...] = ()  # types that a policy reads and that nobody asked for in some account


class Scope(Protocol):
    """One account, or one root template (with its nested stacks) in one world. Joins never leave it."""

    root: str
    account: str
    world: World | None
    certain: bool  # False: this world may not exist, so nothing found only here is certain
    gaps: Sequence[Gap]
    coverage: Coverage
    declares: Mapping[str, tuple[tuple[str, Path], ...]]  # stand-in id -> types and paths that it stands for

    def resources(self, types: frozenset[str] | None = None) -> Iterator[Resource]:
        """In order of home (first owner or itself); may be called again."""

    def locate(self, resource_id: str, path: Path) -> Location | None:
        """The place of `path`, or of its nearest existing ancestor; None for what has no file. Id "": of the scope."""

    def construct(self, resource_id: str) -> str | None:
        """The CDK construct path of a resource."""

    def assumed(self, resource_id: str) -> tuple[str, ...]:
        """The parameters at whose defaults the seen values of a resource rest."""


class Source(Protocol):
    @property
    def header(self) -> Header:
        """Complete after the last scope."""

    def scopes(self, plan: Plan) -> Iterator[Scope | Problem]:
        """Scopes of one root follow each other (its worlds)."""

    def tally(self) -> Mapping[str, int]:
        """What was counted while the scopes were read: {"templates": 3, "other files": 7, ...}."""

    def notes(self) -> Sequence[str]:
        """Warnings for the user that are no problem (an unknown parameter)."""


class Evaluation(msgspec.Struct, frozen=True):
    """What OPA said of one shard: per policy key its denials, or why it has none."""

    denials: Mapping[str, tuple[Denial, ...]]
    failures: Mapping[str, str]


class Engine(Protocol):
    version: str

    def evaluate(self, keys: Sequence[str], resources: bytes, parameters: bytes, taken_at: str) -> Evaluation:
        """Evaluate the named policies over one shard. May be called from several threads.

        `resources` is the encoded object type → list of resources, `parameters` the encoded object key →
        values. Every key is in `denials` or in `failures`.
        """

    def seconds(self) -> float:
        """OPA's own evaluation time so far."""


class RegoTools(Protocol):
    """The opa program, for what is no evaluation."""

    def inspect(self, files: Sequence[str]) -> Sequence[Mapping[str, Json]]:
        """The annotations of all files, as `opa inspect -a` gives them, `location.file` absolute."""

    def parse(self, file: str) -> Mapping[str, Json]:
        """The syntax tree of one file with locations (`opa parse -f json --json-include locations`)."""

    def check(self, files: Sequence[str], schemas: str | None = None) -> None:
        """Strict check against the allowed capabilities; PackError names file, line and column."""
