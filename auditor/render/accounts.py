"""What the formats for live findings share: one entry per verdict, so that a later PASS closes the same entry."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor.data.partitions import HOMES
from auditor.model import Policy, Report, Status, Verdict
from auditor.render.options import RenderOptions, shown
from auditor.render.rows import clipped, digest, identity, problem_text, rows_of
from auditor.render.text import encodable, label, plain, subject, why_undecided

_PREFIXES = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "eusc-": "aws-eusc"}
NOT_JUDGED = "account-not-judged"


class Entry(msgspec.Struct, frozen=True):
    """One verdict on a resource or on the unseen ones of a type, or one account that could not be judged (`policy` is
    None then). `region` is where the partition answers for its global services where the resource has none.
    """

    id: str
    status: Status
    account: str
    region: str
    partition: str
    type: str
    resource: str
    name: str
    summary: str
    verdict: Verdict | None = None
    policy: Policy | None = None


def entries(report: Report, options: RenderOptions) -> Iterator[Entry]:
    policies = {policy.id: policy for policy in report.policies}
    for verdict in shown(report, options):
        yield _entry(verdict, policies[verdict.policy])
    for problem in report.problems:
        if problem.kind == "account" and problem.subject.isdigit():
            yield Entry(
                id=digest(NOT_JUDGED, problem.subject),
                status=Status.UNKNOWN,
                account=problem.subject,
                region=HOMES["aws"],
                partition="aws",
                type="*",
                resource=account_id(problem.subject),
                name=problem.subject,
                summary=problem_text(problem),
            )


def _entry(verdict: Verdict, policy: Policy) -> Entry:
    about = verdict.resource or verdict.population
    assert about is not None
    partition = _partition(about.region, verdict.resource.id if verdict.resource is not None else "")
    return Entry(
        id=identity(verdict),
        status=verdict.status,
        account=about.account,
        region=about.region or HOMES[partition],
        partition=partition,
        type=about.type,
        resource=encodable(verdict.resource.id) if verdict.resource is not None else account_id(about.account),
        name=plain(label(verdict.resource) if verdict.resource is not None else subject(verdict)),
        summary=_summary(verdict, policy),
        verdict=verdict,
        policy=policy,
    )


def _summary(verdict: Verdict, policy: Policy) -> str:
    about = plain(subject(verdict))
    if verdict.status is Status.PASS:
        return f"{about}: passed"
    if verdict.status in (Status.UNKNOWN, Status.ACCEPTED):
        said = f"{about}: not decided, because {plain(why_undecided(verdict))}"
    else:
        said = f"{about}: {'; '.join(row.message for row in rows_of(verdict, policy))}"
    return said if verdict.reason is None else f"{verdict.status.value} ({plain(verdict.reason)}). {said}"


def _partition(region: str | None, id: str) -> str:
    parts = id.split(":", 2)
    if parts[0] == "arn" and len(parts) == 3 and parts[1] in HOMES:
        return parts[1]
    return next((name for prefix, name in _PREFIXES.items() if (region or "").startswith(prefix)), "aws")


def account_id(account: str) -> str:
    """How AWS writes an account where a resource is asked for."""
    return f"AWS::::Account:{account}"


def reasons(verdict: Verdict | None, most: int) -> list[tuple[str, str]]:
    """Why it is not decided: what kind of gap, and in words."""
    if verdict is None:
        return []
    if verdict.error is not None:
        return [("policy-errored", clipped(plain(verdict.error), most))]
    found = {(gap.reason.value, clipped(plain(gap.detail or gap.type), most)): None for gap in verdict.gaps}
    return list(found)
