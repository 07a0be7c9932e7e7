"""What the formats that list things list: a finding that stands, or a verdict without one, each as one row."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterator

import msgspec

from auditor.model import Finding, Location, Policy, Problem, Report, Severity, Status, Verdict, pointer
from auditor.render.options import RenderOptions, shown
from auditor.render.sarif_places import synthetic
from auditor.render.text import encodable, label, plain, subject, when, why_undecided

_FINDINGS = (Status.FAIL, Status.WAIVED)


class Row(msgspec.Struct, frozen=True):
    """`finding` is None where the verdict has none that stands (UNKNOWN, ACCEPTED, PASS).

    `message` is plain text on one line without the name of the resource. `fingerprint` differs between any two rows
    of a report and stays the same from run to run.
    """

    verdict: Verdict
    policy: Policy
    message: str
    fingerprint: str
    finding: Finding | None = None

    @property
    def place(self) -> Location | None:
        found = self.finding.location if self.finding is not None else None
        return found or self.verdict.location

    @property
    def path(self) -> str:
        return plain(pointer(self.finding.path)) if self.finding is not None else ""

    @property
    def sentence(self) -> str:
        """The message with what it is about."""
        if self.finding is not None:
            assert self.verdict.resource is not None
            return f"{plain(label(self.verdict.resource))}: {self.message}"
        about = plain(subject(self.verdict))
        if self.verdict.status is Status.PASS:
            return f"{about}: passed"
        return f"{self.policy.id} is not decided for {about}: {self.message}"


def rows(report: Report, options: RenderOptions, *statuses: Status) -> Iterator[Row]:
    """In the order of the report, one verdict at a time."""
    policies = {policy.id: policy for policy in report.policies}
    for verdict in shown(report, options, *statuses):
        yield from rows_of(verdict, policies[verdict.policy])


def rows_of(verdict: Verdict, policy: Policy) -> Iterator[Row]:
    if verdict.status not in _FINDINGS:
        message = "" if verdict.status is Status.PASS else plain(why_undecided(verdict))
        yield Row(verdict, policy, message, identity(verdict))
        return
    twins: Counter[str] = Counter()
    for finding in verdict.findings:
        if finding.certain:
            twins[finding.fingerprint] += 1
            ordinal = twins[finding.fingerprint]
            fingerprint = finding.fingerprint if ordinal == 1 else digest(finding.fingerprint, str(ordinal))
            yield Row(verdict, policy, plain(finding.message + when(finding)), fingerprint, finding)


def most_severe(report: Report, options: RenderOptions, most: int, *statuses: Status) -> list[Row]:
    """So many rows, findings before what is not decided, the most severe first; only these are held in memory."""
    numbered = enumerate(rows(report, options, *statuses))
    order = list(Status)
    best = heapq.nsmallest(
        most,
        numbered,
        key=lambda each: (-each[1].verdict.severity.rank, order.index(each[1].verdict.status), each[0]),
    )
    return [row for _, row in best]


def identity(verdict: Verdict) -> str:
    """Of the policy and what it is about, whatever came out of it: the same in every run."""
    if verdict.resource is not None:
        about = verdict.resource
        return digest(verdict.policy, about.account, about.region or "", about.type, about.id)
    assert verdict.population is not None
    unseen = verdict.population
    return digest(verdict.policy, unseen.account, unseen.region or "", unseen.type)


def digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()


def file_of(row: Row) -> str:
    """A path relative to the current folder; for a live resource the stable path that SARIF gives it too."""
    return file_name(row.place.file) if row.place is not None else synthetic(row.verdict)


def line_of(row: Row) -> int:
    return row.place.line if row.place is not None else 1


def last_line(place: Location) -> int:
    """The end is exclusive: what ends before the first column ends on the line before."""
    return max(place.line, place.end_line - (place.end_column <= 1))


def file_name(file: str) -> str:
    return "stdin" if file == "-" else encodable(file.removeprefix("./"))


def problem_file(problem: Problem) -> str:
    """Where a list that wants a file has what could not be judged."""
    if problem.kind == "file":
        return file_name(problem.subject)
    return f"{'aws' if problem.kind == 'account' else problem.kind}/{encodable(problem.subject)}"


def problem_text(problem: Problem) -> str:
    return plain(f"{problem.subject} could not be judged: {problem.message}")


def clipped(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


SEVERITIES = tuple(sorted(Severity, key=lambda severity: -severity.rank))  # the most severe first
