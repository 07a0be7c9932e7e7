"""Whether each verdict holds whatever was hidden (`workbench.soundness`), as failures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from auditor.model import Policy, Status
from auditor.workbench import soundness
from auditor.workbench.case_scope import CaseScope
from auditor.workbench.cases import Case
from auditor.workbench.failure import Failure
from auditor.workbench.runner import CaseRunner, PolicyFailed

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

    try:
        found = soundness.unsound(policy, cases, runner.facts, judge)
    except PolicyFailed as error:
        yield Failure(SOUND, f"with something hidden {error}{_advice(str(error))}", policy.id, policy.file, 1)
        return
    for one in found:
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


def _advice(text: str) -> str:
    """For a function that was given a value of another kind than it takes."""
    wanted = re.search(r"must be (string|number|boolean|array|object) but got", text)
    return f" (a template may hold anything there: ask is_{wanted[1]}(...) on the line before)" if wanted else ""
