"""Whether every case gets its verdict, in both forms, through the real judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.model import Policy, Status, Verdict, pointer
from auditor.workbench.cases import Case, forms
from auditor.workbench.failure import Failure
from auditor.workbench.runner import CaseRunner, PolicyFailed

CASE, SHOWN = "case", "cases"

_WANTED = (Status.PASS, Status.FAIL, Status.UNKNOWN)


def judged(policy: Policy, cases: Sequence[Case], runner: CaseRunner) -> Iterator[Failure]:
    """The cases whose verdict, or the place of whose finding, is another than they expect."""
    for case in cases:
        for form in forms(case, policy):
            try:
                verdict = runner.run(case, form)
            except PolicyFailed as error:
                yield _failure(case, policy, form, "", "", str(error))
                return  # it fails on the others too, or has no end
            except ValueError as error:
                yield _failure(case, policy, form, "", "", str(error).removeprefix(f"{case.file}:{case.line}: "))
                continue
            status = verdict.status if verdict else None
            if status != case.expect:
                yield _failure(case, policy, form, _named(case.expect), _named(status), _why(verdict))
            elif case.at is not None and verdict is not None:
                places = [pointer(finding.path) for finding in verdict.findings]
                if case.at not in places:
                    got = ", ".join(places) or "no finding"
                    yield _failure(case, policy, form, f"a finding at {case.at}", got, "")


def shown(policy: Policy, cases: Sequence[Case]) -> Iterator[Failure]:
    """The verdicts that no case expects: a policy is seen to pass, to fail and to be undecided."""
    file, line = (cases[0].file, 1) if cases else (policy.file, 1)
    expected = {case.expect for case in cases}
    for status in _WANTED:
        if status not in expected:
            yield Failure(SHOWN, f"no case expects {status.value.lower()}", policy.id, file, line)
    for subject in policy.subjects:
        for status in (Status.PASS, Status.FAIL):
            own = {case.expect for case in cases if case.subject == subject}
            if len(policy.subjects) > 1 and status in expected and status not in own:
                message = f"no case with the subject {subject} expects {status.value.lower()}"
                yield Failure(SHOWN, message, policy.id, file, line)


def _failure(case: Case, policy: Policy, form: str, expected: str, got: str, why: str) -> Failure:
    return Failure(CASE, why, policy.id, case.file, case.line, case=case.name, form=form, expected=expected, got=got)


def _named(status: Status | None) -> str:
    return status.value if status else "no verdict"


def _why(verdict: Verdict | None) -> str:
    """What led to a verdict: the denials, or what was not seen."""
    if verdict is None:
        return ""
    found = [f"{pointer(finding.path) or '[]'}: {finding.message}" for finding in verdict.findings]
    unseen = [f"not seen: {gap.type}:{pointer(gap.path) or '[]'} ({gap.detail})" for gap in verdict.gaps]
    return "; ".join(dict.fromkeys([*found, *unseen]))
