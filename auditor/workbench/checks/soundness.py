"""Whether each verdict holds whatever was hidden (`workbench.soundness`), as failures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from auditor.model import Policy, Status
from auditor.workbench import soundness
from auditor.workbench.case_scope import CaseScope
from auditor.workbench.cases import Case
from auditor.workbench.failure import Failure
from auditor.workbench.runner import CaseRunner

SOUND = "soundness"


def _nothing() -> None:
    pass


def unsound(
    policy: Policy, cases: Sequence[Case], runner: CaseRunner, tick: Callable[[], None] = _nothing
) -> Iterator[Failure]:
    """The verdicts that something hidden refutes. `tick` is called before each and may raise to end it."""

    def judge(scope: CaseScope, case: Case) -> Status | None:
        tick()
        return runner.status(scope, case)

    for one in soundness.unsound(policy, cases, runner.facts, judge):
        truth = " or ".join(sorted(one.truth)) or "nothing that is certain"
        yield Failure(
            SOUND,
            f"with {one.what} hidden",
            policy.id,
            one.file,
            one.line,
            case=one.case,
            expected=f"UNKNOWN (it may be {truth})",
            got=one.verdict.value,
        )
