"""From a run, finished or stored, to how each control of a framework stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from auditor.model import Json, Policy, PolicyCount, Problem, Report, Status
from auditor.model.framework import Compliance, Control, ControlResult, Framework, Standing

NONE = PolicyCount()


class Judged(msgspec.Struct, frozen=True):
    """One policy of the run: its verdicts in sum and per account, and the parameters it was judged with."""

    counts: PolicyCount
    accounts: Mapping[str, PolicyCount]
    parameters: Mapping[str, Json]


class Run(msgspec.Struct, frozen=True):
    """What a framework asks of a run. `policies` by id; `incomplete` is empty where all of it was judged."""

    kind: str
    taken_at: str
    scope: tuple[str, ...]
    policies: Mapping[str, Judged]
    incomplete: tuple[str, ...]


def of_report(report: Report) -> Run:
    """What was known before the gate (`--baseline`) is still a failure."""
    waived: dict[str, Counter[str]] = {policy.id: Counter() for policy in report.policies}
    old: dict[str, Counter[str]] = {policy.id: Counter() for policy in report.policies}
    for verdict in report.verdicts:
        if verdict.status is Status.WAIVED and (about := verdict.resource or verdict.population) is not None:
            (old if verdict.by == "baseline" else waived)[verdict.policy][about.account] += 1
    policies = {}
    for policy in report.policies:
        before, later = old[policy.id], waived[policy.id]
        accounts = {
            account: _without_baseline(count, before[account], later[account])
            for account, count in report.accounts.get(policy.id, {}).items()
        }
        counts = _without_baseline(report.counts[policy.id], before.total(), later.total())
        policies[policy.id] = Judged(counts, accounts, report.parameters.get(policy.key, {}))
    header = report.header
    incomplete = _incomplete(report.problems, report.complete)
    return Run(header.kind, header.taken_at, header.scope, policies, incomplete)


def _without_baseline(count: PolicyCount, old: int, waived: int) -> PolicyCount:
    """Of what is WAIVED, the old fails; what a report left out (--min-severity) may be the one or the other."""
    unseen = count.waived - old - waived
    return msgspec.structs.replace(count, failed=count.failed + old, waived=waived, unknown=count.unknown + unseen)


def assess(framework: Framework, run: Run, policies: Iterable[Policy]) -> Compliance:
    """Every control in the framework's order. `policies`: all that are loaded, whether they ran or not."""
    kind = "template" if run.kind in ("template", "plan") else "live"
    elsewhere = {policy.id: policy.applies for policy in policies if policy.applies not in ("both", kind)}
    results = tuple(_result(control, run, elsewhere) for control in framework.controls)
    return Compliance(framework, run.kind, run.taken_at, run.scope, results, run.incomplete)


_ONLY = {"live": "only an account can answer", "template": "only a template can answer"}


def _result(control: Control, run: Run, elsewhere: Mapping[str, str]) -> ControlResult:
    rows = {id: run.policies[id] for id in control.policies if id in run.policies}
    not_judged = {
        id: _ONLY[elsewhere[id]] if id in elsewhere else "did not run" for id in control.policies if id not in rows
    }
    for id, asked in control.parameters.items():
        if id in rows and (other := _others(asked, rows[id].parameters)):
            not_judged[id] = f"judged with {other}"
            del rows[id]
    counts = total(row.counts for row in rows.values())
    names = sorted({account for row in rows.values() for account in row.accounts})
    accounts = {name: total(row.accounts.get(name, NONE) for row in rows.values()) for name in names}
    # what judges templates only is a preview of what another policy proves of the account
    missing = [id for id in not_judged if elsewhere.get(id) != "template"]
    standing = _standing(control, counts, bool(rows), bool(missing or run.incomplete))
    return ControlResult(control, standing, counts, accounts, not_judged)


def _others(asked: Mapping[str, Json], used: Mapping[str, Json]) -> str:
    """The parameters that were not as asked, as they were."""
    wrong = [name for name, value in asked.items() if name not in used or used[name] != value]
    return ", ".join(f"{name} = {msgspec.json.encode(used.get(name)).decode()}" for name in wrong)


def _standing(control: Control, counts: PolicyCount, judged: bool, partial: bool) -> Standing:
    """A failure stands whatever else is not known; PASS needs all of the policies, and of the control."""
    if counts.failed:
        return Standing.FAIL
    if not judged:
        manual = control.how == "manual" and not control.policies
        return Standing.PERSON if manual else Standing.NOT_COVERED
    # an accepted blind spot is somebody's word for the gate, and no evidence
    if counts.unknown or counts.accepted or partial:
        return Standing.UNKNOWN
    if not (counts.passed or counts.waived):
        return Standing.NO_RESOURCES
    if not counts.passed or (control.how == "manual" and control.rest):
        return Standing.PERSON
    return Standing.PASS


def total(counts: Iterable[PolicyCount]) -> PolicyCount:
    """The sum, field by field."""
    rows = list(counts)
    return PolicyCount(**{field: sum(getattr(row, field) for row in rows) for field in PolicyCount.__struct_fields__})


def _incomplete(problems: Iterable[Problem], complete: bool) -> tuple[str, ...]:
    """What was not judged at all; a policy that broke has its UNKNOWN verdicts already."""
    missed = [f"{each.kind} {each.subject} could not be judged" for each in problems if each.kind != "policy"]
    return (*([] if complete else ["the run was interrupted"]), *missed)
