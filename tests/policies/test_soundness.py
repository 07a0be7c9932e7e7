"""Hide one thing at a time: no completion of what is hidden refutes a verdict (docs/verdicts.md)."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_policy_cases import FOLDERS, policy_in

from auditor.engine.opa import ManagedOpa
from auditor.model import Pack
from auditor.workbench.cases import load_cases
from auditor.workbench.runner import CaseRunner
from auditor.workbench.soundness import unsound


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_verdict_holds_whatever_was_hidden(folder: Path, pack: Pack, engine: ManagedOpa) -> None:
    policy = policy_in(pack, folder)
    runner = CaseRunner(policy, engine)
    found = unsound(policy, load_cases(policy), runner.facts, runner.status)
    assert not found, "\n" + "\n".join(map(str, found))
