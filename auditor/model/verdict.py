"""From what Rego says (denials) to what is reported (verdicts with their findings and gaps)."""

from __future__ import annotations

import enum
from typing import Literal

import msgspec

from auditor.model.paths import Path
from auditor.model.policy import Severity
from auditor.model.seen import Gap, Location, ResourceRef


class Status(enum.StrEnum):
    PASS = "PASS"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    WAIVED = "WAIVED"
    ACCEPTED = "ACCEPTED"


class Word(enum.StrEnum):
    """The three constructors of denials (`policies/lib/deny.rego`)."""

    FOUND = "found"
    ABSENT = "absent"
    MISSING = "missing"


class Evidence(msgspec.Struct, frozen=True):
    """The place that shows a denial: a JSON pointer into the properties of the resource `id`."""

    id: str
    pointer: str


class Denial(msgspec.Struct, frozen=True):
    """All that Rego may say. Integers in `path` index the lists that OPA saw."""

    kind: Word
    type: str
    id: str
    path: Path
    message: str
    evidence: Evidence | None = None


class Finding(msgspec.Struct, frozen=True):
    """A denial with its place. `path` has source indexes and belongs to `evidence` where that is set.

    `certain` is False where the finding would go away with what is hidden. `secret`: the value at the place
    must be masked wherever it is shown. `worlds` holds the labels of the worlds in which it holds.
    """

    path: Path
    message: str
    fingerprint: str
    content_fingerprint: str
    location: Location | None = None
    evidence: ResourceRef | None = None
    worlds: tuple[str, ...] = ()
    default_world: bool = True
    certain: bool = True
    secret: bool = False


class Population(msgspec.Struct, frozen=True):
    """The unseen resources of a type."""

    account: str
    region: str | None
    type: str


# A row of a waiver file, a waiver in the template itself, an accepted blind spot, the baseline.
By = Literal["waiver", "template", "accept", "baseline"]


class Verdict(msgspec.Struct, frozen=True):
    """`gaps`: why it is UNKNOWN; of a FAIL, behind what more could be found."""

    policy: str
    severity: Severity
    status: Status
    resource: ResourceRef | None = None
    population: Population | None = None
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    error: str | None = None  # the policy errored on this subject: OPA's own words
    location: Location | None = None  # the resource itself
    reason: str | None = None  # why WAIVED or ACCEPTED
    by: By | None = None  # what made it WAIVED or ACCEPTED
    construct: str | None = None  # aws:cdk:path
    assumed: tuple[str, ...] = ()  # parameters at whose defaults a PASS rests
