"""What is known about one verdict, as values; `text` shows it to people, `--json` to programs."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from auditor.model import Json, Location, ResourceRef, Severity, Status
from auditor.workbench.explain.rules import Rule


class Denied(msgspec.Struct, frozen=True):
    """What the policy said. `word` is the constructor; `certain` False: what is hidden may take it away.

    `place` is the resource that the pointer and the location belong to, where that is another one. `masked_from`: the
    column of the location's line from which on nothing may be shown.
    """

    word: str
    message: str
    pointer: str
    certain: bool
    location: Location | None = None
    place: ResourceRef | None = None
    masked_from: int | None = None


class NotSeen(msgspec.Struct, frozen=True):
    """A gap that hides what the policy reads. `signs`: needs, seeks. `decides`: it is why the verdict is UNKNOWN."""

    why: str
    type: str
    id: str | None
    pointer: str
    reason: str
    signs: tuple[str, ...]
    decides: bool


class Proof(msgspec.Struct, frozen=True):
    """A place that a fact rests on."""

    id: str
    pointer: str
    location: Location | None = None


class Known(msgspec.Struct, frozen=True):
    """A fact that the policy reads, on the resource that carries it; `unknown`: what of it was not decided, and why."""

    name: str
    resource: ResourceRef
    value: Json
    evidence: tuple[Proof, ...]
    unknown: tuple[str, ...]


class InWorld(msgspec.Struct, frozen=True):
    """The verdict in one world of a template."""

    label: str
    status: Status


class Explanation(msgspec.Struct, frozen=True):
    """`status` is the verdict of an audit; where a template has several worlds, `world` is the one that is explained.

    `error`: the policy failed; OPA's own words. `assumed`: the parameters at whose defaults a PASS rests.
    """

    policy: str
    title: str
    severity: Severity
    resource: ResourceRef
    status: Status
    location: Location | None
    denials: tuple[Denied, ...]
    not_seen: tuple[NotSeen, ...]
    facts: tuple[Known, ...]
    rules: tuple[Rule, ...]
    parameters: Mapping[str, Json] = {}
    world: str = ""
    worlds: tuple[InWorld, ...] = ()
    assumed: tuple[str, ...] = ()
    error: str | None = None
    notes: tuple[str, ...] = ()
