"""What changed since an earlier report, by fingerprint (`--since`).

A finding that is gone is *fixed* only where its resource was judged again and seen whole; otherwise it is *no longer
seen*: a lost permission fixes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from auditor.errors import UsageError
from auditor.model import Header, Population, Report, Status
from auditor.model.seen import ResourceRef

_MOST_NAMED = 20  # of each kind of change
_FORMAT = "auditor-report/1"


class _Finding(msgspec.Struct, frozen=True):
    fingerprint: str


class _Verdict(msgspec.Struct, frozen=True):
    policy: str
    status: Status
    resource: ResourceRef | None = None
    findings: tuple[_Finding, ...] = ()


class _Snapshot(msgspec.Struct, frozen=True):
    taken_at: str


class _Report(msgspec.Struct, frozen=True):
    format: str
    snapshot: _Snapshot
    verdicts: tuple[_Verdict, ...]


class Earlier(msgspec.Struct, frozen=True):
    """What failed then: fingerprint to (policy, resource)."""

    name: str
    taken_at: str
    failed: dict[str, tuple[str, ResourceRef]]


def read(file: Path) -> Earlier:
    """The JSON report of an earlier run. UsageError where it is none."""
    try:
        report = msgspec.json.decode(file.read_bytes(), type=_Report)
    except OSError as error:
        raise UsageError(f"--since {file}: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise UsageError(f"--since {file}: not a JSON report of auditor (-o json=FILE writes one): {error}") from error
    if report.format != _FORMAT:
        raise UsageError(f"--since {file}: a report of format {report.format}; this version reads {_FORMAT}")
    failed = {
        finding.fingerprint: (verdict.policy, verdict.resource)
        for verdict in report.verdicts
        if verdict.status is Status.FAIL and verdict.resource is not None
        for finding in verdict.findings
    }
    return Earlier(str(file), report.snapshot.taken_at, failed)


def changes(earlier: Earlier, report: Report) -> Iterator[str]:
    """A line that counts, then a line per change: the new first."""
    new: list[str] = []
    standing: set[str] = set()
    undecided: set[tuple[str, str]] = set()
    unseen: dict[str, list[Population]] = {}
    for verdict in report.verdicts:
        if verdict.population is not None:
            unseen.setdefault(verdict.policy, []).append(verdict.population)
        elif verdict.status is Status.UNKNOWN and verdict.resource is not None:
            undecided.add((verdict.policy, verdict.resource.id))
        for finding in verdict.findings if verdict.status is not Status.UNKNOWN else ():
            standing.add(finding.fingerprint)
            if finding.fingerprint not in earlier.failed and verdict.status is Status.FAIL:
                new.append(f"{verdict.policy}: {_name(verdict.resource)}: {finding.message}")
    judged = {policy.id for policy in report.policies}
    fixed: list[str] = []
    lost: list[str] = []
    for fingerprint, (policy, resource) in earlier.failed.items():
        if fingerprint in standing:
            continue
        seen = policy in judged and (policy, resource.id) not in undecided and _in_scope(report.header, resource)
        seen = seen and report.complete and not any(_hides(one, resource) for one in unseen.get(policy, ()))
        (fixed if seen else lost).append(f"{policy}: {_name(resource)}")
    counts = f"{len(new):,} new, {len(fixed):,} fixed, {len(lost):,} no longer seen"
    yield f"since {earlier.taken_at} ({earlier.name}): {counts}"
    for word, lines in (("new", new), ("fixed", fixed), ("no longer seen", lost)):
        yield from (f"{word}: {line}" for line in lines[:_MOST_NAMED])
        if len(lines) > _MOST_NAMED:
            yield f"{word}: {len(lines) - _MOST_NAMED:,} more"


def _name(resource: ResourceRef | None) -> str:
    return resource.name.strip("⟨⟩") if resource else ""


def _in_scope(header: Header, resource: ResourceRef) -> bool:
    """Whether this run looked where the resource was: at its template, or at its account and region."""
    if header.kind == "template":
        return resource.id.split("#", 1)[0] in header.scope
    looked = resource.region is None or not header.regions or resource.region in header.regions
    return looked and resource.account in header.scope


def _hides(population: Population, resource: ResourceRef) -> bool:
    return (
        population.account == resource.account
        and population.type in ("*", resource.type)
        and population.region in (None, resource.region)
    )
