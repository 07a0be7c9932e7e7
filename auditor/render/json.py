"""The complete report as JSON (`auditor schema report`), written verdict by verdict."""

from __future__ import annotations

from typing import IO

import msgspec

from auditor.model import Decision, Finding, Gap, Policy, PolicyCount, Problem, Report, Verdict, pointer
from auditor.render import document as doc
from auditor.render.options import RenderOptions, shown
from auditor.render.text import encodable

_OF_ACCOUNTS = ("live", "snapshot")


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    head = {
        "format": doc.FORMAT,
        "tool": doc.Tool("auditor", report.tool_version, report.pack_revision, report.engine_version),
        "snapshot": doc.SnapshotHeader(
            report.header.kind,
            report.header.taken_at,
            tuple(map(encodable, report.header.scope)),
            report.header.regions,
            *((report.header.left_out, report.header.not_collected) if report.header.kind in _OF_ACCOUNTS else ()),
        ),
        "policies": [_policy(policy, report) for policy in report.policies],
    }
    out.write(_text(head)[:-1] + ',\n"verdicts":[')
    separator = "\n"
    for verdict in shown(report, options):
        out.write(separator + _text(row(verdict)))
        separator = ",\n"
    tail = {"errors": [_error(problem) for problem in report.problems], "summary": _summary(report, decision, options)}
    out.write("\n],\n" + _text(tail)[1:] + "\n")


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def row(verdict: Verdict) -> doc.VerdictRow:
    return doc.VerdictRow(
        policy=verdict.policy,
        severity=verdict.severity,
        status=verdict.status,
        resource=verdict.resource,
        population=verdict.population,
        location=verdict.location,
        findings=tuple(_finding(finding) for finding in verdict.findings),
        gaps=tuple(_gap(gap) for gap in verdict.gaps),
        error=verdict.error,
        reason=verdict.reason,
        construct=verdict.construct,
        assumed=verdict.assumed,
        by=verdict.by,
    )


def _finding(finding: Finding) -> doc.FindingRow:
    return doc.FindingRow(
        path=pointer(finding.path),
        message=finding.message,
        fingerprint=finding.fingerprint,
        content_fingerprint=finding.content_fingerprint,
        location=finding.location,
        worlds=finding.worlds,
        default_world=finding.default_world,
        certain=finding.certain,
        secret=finding.secret,
        evidence=finding.evidence,
    )


def _gap(gap: Gap) -> doc.GapRow:
    return doc.GapRow(
        gap.account, gap.region, gap.type, gap.id, pointer(gap.path), gap.reason.value, gap.detail, gap.parent
    )


def _error(problem: Problem) -> doc.ErrorRow:
    subject, message = encodable(problem.subject), encodable(problem.message)
    return doc.ErrorRow(problem.kind, subject, message, problem.line, problem.column)


def _policy(policy: Policy, report: Report) -> doc.PolicyRow:
    return doc.PolicyRow(
        id=policy.id,
        title=policy.title,
        severity=policy.severity,
        function=policy.function,
        stage=policy.stage,
        description=policy.description,
        remediation=policy.remediation.text,
        controls=policy.controls,
        references=policy.references,
        parameters=report.parameters.get(policy.key, {}),
        counts=_counts(report.counts[policy.id]),
        accounts={name: _counts(count) for name, count in report.accounts.get(policy.id, {}).items()},
        remediation_properties=policy.remediation.properties,
        remediation_cli=policy.remediation.cli,
    )


def _counts(count: PolicyCount) -> doc.Counts:
    return doc.Counts(
        PASS=count.passed, FAIL=count.failed, UNKNOWN=count.unknown, WAIVED=count.waived, ACCEPTED=count.accepted
    )


def _summary(report: Report, decision: Decision, options: RenderOptions) -> doc.Summary:
    counts = report.counts.values()
    total = PolicyCount(
        passed=sum(c.passed for c in counts),
        failed=sum(c.failed for c in counts),
        unknown=sum(c.unknown for c in counts),
        waived=sum(c.waived for c in counts),
        accepted=sum(c.accepted for c in counts),
    )
    return doc.Summary(
        exit_code=decision.code,
        reasons=decision.reasons,
        complete=report.complete,
        counts=_counts(total),
        undecided=tuple(doc.CauseRow(c.count, c.counted, c.why, c.remedy) for c in decision.causes),
        counted=report.tally,
        notes=tuple(map(encodable, report.notes)),
        fail_on=options.fail_on,
        min_severity=options.min_severity,
    )
