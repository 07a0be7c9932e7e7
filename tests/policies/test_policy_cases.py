"""Every case of every policy, as an account's resource and as a template, through the real judge and OPA."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.engine.opa import ManagedOpa
from auditor.model import Pack, Policy
from auditor.workbench.cases import load_cases
from auditor.workbench.checks import verdicts
from auditor.workbench.failure import sentence
from auditor.workbench.runner import CaseRunner

FOLDERS = sorted(file.parent for file in (Path(__file__).parent.parent.parent / "policies/aws").glob("*/*/cases.yaml"))


def policy_in(pack: Pack, folder: Path) -> Policy:
    return next(policy for policy in pack.policies if Path(policy.file).parent == folder.resolve())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_case_has_its_verdict_in_both_forms(folder: Path, pack: Pack, engine: ManagedOpa) -> None:
    policy = policy_in(pack, folder)
    wrong = verdicts.judged(policy, load_cases(policy), CaseRunner(policy, engine))
    assert not (told := [f"{failure.file}:{failure.line}: {sentence(failure)}" for failure in wrong]), "\n".join(told)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_policy_is_seen_to_pass_to_fail_and_to_be_undecided(folder: Path, pack: Pack) -> None:
    policy = policy_in(pack, folder)
    assert [sentence(failure) for failure in verdicts.shown(policy, load_cases(policy))] == []
