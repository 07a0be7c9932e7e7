"""What was made, what it deserves, what was said: resource by resource, policy by policy.

`manifest.yaml` was written from the requirements, never from a report. A policy that it does not name fails here.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from proof_run import AUDITOR, Said, said

from auditor.catalogue.load import builtin_folder

HERE = Path(__file__).parent
MANIFEST: Mapping[str, Mapping[str, Mapping[str, list[str]]]] = yaml.safe_load((HERE / "manifest.yaml").read_text())
POLICIES = sorted(file.parent.name.replace("_", "-") for file in builtin_folder().glob("aws/*/*/cases.yaml"))


def test_the_manifest_names_every_policy() -> None:
    assert sorted(MANIFEST) == POLICIES


@pytest.mark.parametrize("policy", POLICIES)
def test_what_was_made_has_the_verdict_that_it_deserves(policy: str, acme: Said, kept: Said, together: Said) -> None:
    expected = MANIFEST[policy]
    heard = {name: said.get(policy, {}) for name, said in (("acme", acme), ("kept", kept), ("together", together))}
    for account, rows in expected.items():
        if account != "template":
            assert heard[account] == {status: sorted(names) for status, names in rows.items()}, account


@pytest.mark.parametrize("policy", POLICIES)
def test_who_may_read_nothing_is_told_nothing_but_unknown(policy: str, blind: Said) -> None:
    said = blind.get(policy)
    if said is None:  # only a template can answer
        assert "acme" not in MANIFEST[policy]
        return
    assert set(said) == {"unknown"}


def test_every_policy_is_seen_to_fire(acme: Said, opa: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = [str(AUDITOR), "scan", "template.yaml", "-o", f"json={report}"]
    environment = os.environ | {"AUDITOR_OPA": opa}
    done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1, done.stderr
    template = said(json.loads(report.read_text()), {})
    silent = [id for id in POLICIES if not {"fail"} & ({*acme.get(id, ())} | {*template.get(id, ())})]
    assert silent == []
