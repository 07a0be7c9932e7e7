"""The verdicts of a template's worlds, merged: FAIL over UNKNOWN over PASS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from auditor.model import Finding, Gap, Problem, Reason, Scope, Status, Verdict

_ORDER = {Status.PASS: 0, Status.UNKNOWN: 1, Status.FAIL: 2}


def merge(judged: Iterable[tuple[Scope, Verdict] | Problem]) -> Iterator[Verdict | Problem]:
    """One verdict per policy and subject of a root. Where there is one world, verdicts pass through unread."""
    merged: dict[object, Verdict] = {}
    labels: set[str] = set()
    for item in judged:
        if isinstance(item, Problem):
            yield item
            continue
        scope, verdict = item
        labels.add(scope.world.label if scope.world else "")
        if scope.world is None:
            yield verdict
            continue
        verdict = _in_world(scope, verdict)
        if not scope.world.label and scope.certain:
            yield verdict  # the only world
            continue
        key = (verdict.policy, verdict.resource.id if verdict.resource else verdict.population)
        merged[key] = _join(merged[key], verdict) if key in merged else verdict
    for verdict in merged.values():
        yield _in_every(verdict, len(labels))


def _in_every(verdict: Verdict, worlds: int) -> Verdict:
    """A finding that holds in every world needs no "when"."""
    if not any(len(finding.worlds) == worlds for finding in verdict.findings):
        return verdict
    findings = tuple(
        msgspec.structs.replace(finding, worlds=()) if len(finding.worlds) == worlds else finding
        for finding in verdict.findings
    )
    return msgspec.structs.replace(verdict, findings=findings)


def _in_world(scope: Scope, verdict: Verdict) -> Verdict:
    """The findings say in which world they hold; in a world that may not exist, nothing is certain."""
    world = scope.world
    assert world is not None
    if world.label:
        findings = tuple(
            msgspec.structs.replace(finding, worlds=(world.label,), default_world=world.default)
            for finding in verdict.findings
        )
        verdict = msgspec.structs.replace(verdict, findings=findings)
    if scope.certain or verdict.status is not Status.FAIL:
        return verdict
    gap = Gap(scope.account, None, "*", None, (), Reason.UNRESOLVED, f"a condition is not decided: {world.label}")
    findings = tuple(msgspec.structs.replace(finding, certain=False) for finding in verdict.findings)
    return msgspec.structs.replace(verdict, status=Status.UNKNOWN, findings=findings, gaps=(*verdict.gaps, gap))


def _join(left: Verdict, right: Verdict) -> Verdict:
    worse = right if _ORDER[right.status] > _ORDER[left.status] else left
    status = worse.status
    findings: dict[str, Finding] = {}
    for finding in (*left.findings, *right.findings):
        known = findings.get(finding.fingerprint)
        findings[finding.fingerprint] = finding if known is None else _both(known, finding)
    gaps = tuple(dict.fromkeys((*left.gaps, *right.gaps)))
    kept = tuple(f for f in findings.values() if f.certain or status is not Status.FAIL) + tuple(
        f for f in findings.values() if not f.certain and status is Status.FAIL
    )
    return msgspec.structs.replace(worse, findings=kept, gaps=gaps, error=left.error or right.error)


def _both(left: Finding, right: Finding) -> Finding:
    certain = left if left.certain else right
    return msgspec.structs.replace(
        certain,
        worlds=tuple(dict.fromkeys((*left.worlds, *right.worlds))),
        default_world=left.default_world or right.default_world,
    )
