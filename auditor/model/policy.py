"""Policies with what they read, packs of them, and the plan of what has to be collected."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Literal

import msgspec

from auditor.model.paths import Json, Path


class Severity(enum.StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 (low) to 3 (critical)."""
        return _RANK[self]


_RANK = {Severity.LOW: 0, Severity.MEDIUM: 1, Severity.HIGH: 2, Severity.CRITICAL: 3}


class Sign(enum.StrEnum):
    """What seeing more at a read path can do: take denials away (needs), add them (seeks), or both."""

    NEEDS = "needs"
    SEEKS = "seeks"
    BOTH = "both"


class Access(msgspec.Struct, frozen=True):
    """One read of a policy, as derived from its syntax tree.

    `path` starts at the properties (or with "facts", "tags"); `()` is the existence of the type. `subject`:
    a read of the judged resource itself. `owned`: reached only through a join with the judged resource, so
    that a gap about another parent cannot matter. `by`: the subject types whose rules read it (empty: all). `given`:
    the values that parameters must have for it to be read at all.
    """

    type: str
    path: Path
    sign: Sign
    subject: bool
    owned: bool = False
    by: tuple[str, ...] = ()
    given: tuple[tuple[str, Json], ...] = ()


class Parameter(msgspec.Struct, frozen=True):
    type: Literal["boolean", "integer", "number", "string", "array"]
    default: Json
    description: str = ""
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[Json, ...] = ()


class Remediation(msgspec.Struct, frozen=True):
    text: str
    properties: Mapping[str, Json] = {}
    cli: str = ""


class Policy(msgspec.Struct, frozen=True):
    id: str
    key: str
    title: str
    description: str
    severity: Severity
    function: Literal["prevent", "detect", "respond"]
    stage: Literal["reactive", "alert-driven", "automated", "proactive"]
    subjects: tuple[str, ...]
    scope: Literal["region", "account", "organization"]
    applies: Literal["live", "template", "both"]
    accesses: tuple[Access, ...]
    parameters: Mapping[str, Parameter]
    controls: Mapping[str, tuple[str, ...]]
    remediation: Remediation
    references: tuple[str, ...]
    file: str

    @property
    def types(self) -> frozenset[str]:
        return frozenset(access.type for access in self.accesses) | frozenset(self.subjects)


class Pack(msgspec.Struct, frozen=True):
    """Policies with the Rego files that make them up (no tests), and a revision: a hash of their content."""

    policies: tuple[Policy, ...]
    modules: tuple[str, ...]
    revision: str
    notes: tuple[str, ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """What the selected policies and their facts read: type to property paths (`()` = existence)."""

    reads: Mapping[str, tuple[Path, ...]]
    policies: tuple[Policy, ...] = ()
    facts: tuple[str, ...] = ()
