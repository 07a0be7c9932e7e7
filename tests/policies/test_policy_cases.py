"""Every case of every policy, as an account's resource and as a template, through the real judge and OPA."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.engine.opa import ManagedOpa
from auditor.model import Pack, Policy, Status, pointer
from auditor.workbench.cases import forms, load_cases
from auditor.workbench.runner import CaseRunner

FOLDERS = sorted(file.parent for file in (Path(__file__).parent.parent.parent / "policies/aws").glob("*/*/cases.yaml"))


def policy_in(pack: Pack, folder: Path) -> Policy:
    return next(policy for policy in pack.policies if Path(policy.file).parent == folder.resolve())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_case_has_its_verdict_in_both_forms(folder: Path, pack: Pack, engine: ManagedOpa) -> None:
    policy = policy_in(pack, folder)
    runner = CaseRunner(policy, engine)
    wrong = []
    for case in load_cases(policy):
        for form in forms(case, policy):
            verdict = runner.run(case, form)
            status = verdict.status if verdict else None
            if status != case.expect:
                why = [gap.detail for gap in verdict.gaps] if verdict else []
                wrong.append(f"{folder.name}/cases.yaml:{case.line} ({form}) {case.name}: {status}, {why}")
            elif case.at is not None and verdict is not None:
                places = [pointer(finding.path) for finding in verdict.findings]
                if case.at not in places:
                    wrong.append(f"{folder.name}/cases.yaml:{case.line} ({form}) {case.name}: at {places}")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_policy_is_seen_to_pass_to_fail_and_to_be_undecided(folder: Path, pack: Pack) -> None:
    expected = {case.expect for case in load_cases(policy_in(pack, folder))}
    assert expected >= {Status.PASS, Status.FAIL, Status.UNKNOWN}
