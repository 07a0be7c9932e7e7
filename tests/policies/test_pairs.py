"""For each thing that a policy reads, two of its cases differ only there and have different verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_policy_cases import FOLDERS

from auditor.catalogue.load import Loaded
from auditor.facts.table import FACTS
from auditor.workbench.cases import load_cases
from auditor.workbench.checks import pairs

# policy key: what has no such pair yet, and why. To be shortened, never to be added to without a reason.
WITHOUT: dict[str, dict[str, str]] = {}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_read_decides_between_two_cases(folder: Path, found: Loaded) -> None:
    unit = next(unit for unit in found.units if unit.policy.key == folder.name)
    known = WITHOUT.get(folder.name, {})
    cases = load_cases(unit.policy)
    missing = {target.name for target in pairs.missing(unit.policy, cases, unit.seen, FACTS)}
    assert missing == set(known), "add the cases, or take what is paired now out of the list"
