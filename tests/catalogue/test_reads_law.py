"""The law of signed reads, on random policies, inputs and holes, judged by the real OPA (`rego_law`)."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
import rego_law

from auditor.catalogue.reads import bodies, merge, terms


@pytest.mark.parametrize("seed", range(3))
def test_a_hole_does_only_what_its_signs_say(opa: str, tmp_path: Path, seed: int) -> None:
    assert rego_law.trial(opa, tmp_path, seed) == []


def test_the_trial_finds_wrong_signs(opa: str, tmp_path: Path) -> None:
    # with this seed each of the mistakes below shows
    derived, plan, cases, report = rego_law.prepared(opa, tmp_path, seed=11)
    assert rego_law.broken(derived, plan, cases, report) == []
    trees = {key: rego_law.parse(opa, tmp_path / f"{key}.rego") for key in derived}
    library = rego_law.parse(opa, tmp_path / "deny.rego")
    wrong = {
        "a not that does not turn the sign": patch.dict(bodies._FLIPPED, {1: 1, -1: -1}),
        "every join is an attachment": patch.object(merge, "_is_attached", lambda *_: True),
        "what is not followed is not read": patch.object(terms.Terms, "consume", lambda *_: None),
        "membership reads nothing": patch.object(bodies.Bodies, "membership", lambda *_: None),
        "operands stay in the not": patch.object(bodies, "lifted", lambda *_: None),
    }
    for name, change in wrong.items():
        with change:
            changed = {key: rego_law.derive(tree, [library]) for key, tree in trees.items()}
        assert rego_law.broken(changed, plan, cases, report), name
