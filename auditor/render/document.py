"""The JSON report as types: what is written, what is read back, and its published schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from auditor.model import By, Json, Location, Population, ResourceRef, Severity, Status

FORMAT = "auditor-report/1"


class Tool(msgspec.Struct, frozen=True):
    name: str
    version: str
    pack: str
    engine: str


class SnapshotHeader(msgspec.Struct, frozen=True):
    """`scope`: the templates or accounts; `taken_at` is RFC 3339 in UTC.

    Of accounts only: `left_out`, the enabled regions that were not asked, and `not_collected`, the types that a policy
    reads and that were not asked for.
    """

    kind: Literal["template", "live", "snapshot", "plan"]
    taken_at: str
    scope: tuple[str, ...]
    regions: tuple[str, ...] = ()
    left_out: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    not_collected: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET


class Counts(msgspec.Struct, frozen=True):
    PASS: int = 0
    FAIL: int = 0
    UNKNOWN: int = 0
    WAIVED: int = 0
    ACCEPTED: int = 0


class PolicyRow(msgspec.Struct, frozen=True):
    """`counts` are its verdicts in sum, `accounts` the same per account."""

    id: str
    title: str
    severity: Severity
    function: str
    stage: str
    description: str
    remediation: str
    controls: Mapping[str, tuple[str, ...]]
    references: tuple[str, ...]
    parameters: Mapping[str, Json]
    counts: Counts
    accounts: Mapping[str, Counts] = {}
    remediation_properties: Mapping[str, Json] = {}
    remediation_cli: str = ""


class FindingRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """`path` is a JSON pointer into the properties of the resource (of `evidence`, where that is given)."""

    path: str
    message: str
    fingerprint: str
    content_fingerprint: str
    location: Location | None
    worlds: tuple[str, ...]
    default_world: bool = True
    certain: bool = True
    secret: bool = False
    evidence: ResourceRef | None = None


class GapRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that was not seen: `type` "*" is any type, `id` null the list of the type."""

    account: str
    region: str | None
    type: str
    id: str | None
    path: str
    reason: str
    detail: str
    parent: str | None = None


class VerdictRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One policy on one resource, or on the unseen resources of a type (`population`).

    `reason` and `by`: why it is WAIVED or ACCEPTED, and what made it so. A resource of which only some findings are
    waived has two rows. The gaps of a FAIL are those behind which more could be found.
    """

    policy: str
    severity: Severity
    status: Status
    findings: tuple[FindingRow, ...]
    gaps: tuple[GapRow, ...]
    resource: ResourceRef | None = None
    population: Population | None = None
    location: Location | None = None
    error: str | None = None
    reason: str | None = None
    construct: str | None = None
    assumed: tuple[str, ...] = ()
    by: By | None = None


class ErrorRow(msgspec.Struct, frozen=True):
    """A file, account, policy or shard that could not be judged."""

    kind: Literal["file", "account", "policy", "engine"]
    subject: str
    message: str
    line: int | None = None
    column: int | None = None


class CauseRow(msgspec.Struct, frozen=True):
    """Undecided verdicts of one cause; `counted` of them are at or over the threshold."""

    count: int
    counted: int
    why: str
    remedy: str


class Summary(msgspec.Struct, frozen=True):
    """`exit_code`, `reasons` and `fail_on` are the gate's; `counted` holds what the source counted (templates, other
    files). No verdict below `min_severity` is in the report.
    """

    exit_code: int
    reasons: tuple[str, ...]
    complete: bool
    counts: Counts
    undecided: tuple[CauseRow, ...]
    counted: Mapping[str, int]
    notes: tuple[str, ...]
    fail_on: Severity = Severity.HIGH
    min_severity: Severity = Severity.LOW


class ReportDocument(msgspec.Struct, frozen=True):
    format: Literal["auditor-report/1"]
    tool: Tool
    snapshot: SnapshotHeader
    policies: tuple[PolicyRow, ...]
    verdicts: tuple[VerdictRow, ...]
    errors: tuple[ErrorRow, ...]
    summary: Summary


def schema() -> dict[str, Json]:
    """The JSON Schema of the report (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "auditor report",
        **msgspec.json.schema(ReportDocument),
    }
