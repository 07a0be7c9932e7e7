"""A finished run, and what the gate makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from auditor.model.paths import Json
from auditor.model.policy import Policy
from auditor.model.seen import Problem
from auditor.model.stages import Header
from auditor.model.verdict import Status, Verdict


class PolicyCount(msgspec.Struct, frozen=True):
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    waived: int = 0
    accepted: int = 0


# Status to its field of a count.
FIELD_OF = {
    Status.PASS: "passed",
    Status.FAIL: "failed",
    Status.UNKNOWN: "unknown",
    Status.WAIVED: "waived",
    Status.ACCEPTED: "accepted",
}


class Report(msgspec.Struct, frozen=True):
    """A finished run. `verdicts` may be iterated again and again; it reads a spool, not memory."""

    header: Header
    tool_version: str
    pack_revision: str
    engine_version: str
    policies: tuple[Policy, ...]
    counts: Mapping[str, PolicyCount]
    verdicts: Iterable[Verdict]
    problems: tuple[Problem, ...]
    tally: Mapping[str, int]
    notes: tuple[str, ...]
    parameters: Mapping[str, Mapping[str, Json]] = {}
    complete: bool = True  # False: interrupted
    accounts: Mapping[str, Mapping[str, PolicyCount]] = {}  # policy id to account to counts


class Cause(msgspec.Struct, frozen=True):
    """Undecided verdicts of one cause: how many, why, and what would decide them."""

    count: int
    counted: int  # of these, at or over the threshold
    why: str
    remedy: str


class Decision(msgspec.Struct, frozen=True):
    """What the gate says of a report: the exit code, each reason for it, and why verdicts are UNKNOWN."""

    code: int
    reasons: tuple[str, ...]
    causes: tuple[Cause, ...]
