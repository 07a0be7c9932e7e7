"""`auditor policy lint` as a command; `tests/workbench/test_lint.py` breaks each rule."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from authoring import ID, KEY, change, new, place
from commands import Auditor

from auditor.workbench.lint import RULES

DOCS = Path(__file__).parent.parent.parent / "docs" / "linting-policies.md"

# The fields of pkg/report/report.go in the source of Regal. A stand-in writes them: Regal is on no package registry.
REPORT = {
    "violations": [
        {
            "title": "prefer-some-in-iteration",
            "description": "Prefer `some .. in` for iteration",
            "category": "style",
            "level": "error",
            "related_resources": [{"description": "documentation", "ref": "https://docs.styra.com/regal/rules/style"}],
            "location": {"file": "FILE", "row": 30, "col": 2, "text": "x", "end": {"row": 30, "col": 3}},
        }
    ],
    "summary": {"files_scanned": 2, "files_failed": 1, "rules_skipped": 0, "num_violations": 1},
}


@pytest.fixture
def policy(auditor: Auditor, folder: Path) -> Path:
    """The folder of a policy that breaks no rule."""
    assert new(auditor).returncode == 0
    file = place(folder) / f"{KEY}.rego"
    text = file.read_text().replace("TODO: say", "Say")
    file.write_text(text)
    return file.parent


def test_a_policy_that_breaks_no_rule(policy: Path, auditor: Auditor) -> None:
    done = auditor("policy", "lint", "--pack", "pack", "--no-regal")
    assert done.returncode == 0, done.stdout
    assert "1 policy: no findings" in done.stdout


def test_what_is_broken_is_told_with_its_place_and_turned_off_with_a_reason(policy: Path, auditor: Auditor) -> None:
    file = policy / f"{KEY}.rego"
    change(file, "#   scope: account\n", "")
    done = auditor("policy", "lint", ID, "--pack", "pack", "--no-regal")
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{KEY}.rego:1: [complete] the metadata leaves out scope" in done.stdout
    change(file, "#   severity: medium\n", "#   severity: medium\n#   lint: {complete: it is so on purpose}\n")
    assert auditor("policy", "lint", ID, "--pack", "pack", "--no-regal").returncode == 0
    change(file, "it is so on purpose", "''")
    refused = auditor("policy", "lint", ID, "--pack", "pack", "--no-regal")
    assert refused.returncode == 2
    assert 'lint: say why complete is turned off: write complete: "<reason>"' in refused.stderr


def test_regal_is_asked_where_it_is_installed(policy: Path, auditor: Auditor, folder: Path) -> None:
    file = policy / f"{KEY}.rego"
    report = json.dumps(REPORT).replace("FILE", str(file))
    program = folder / "bin" / "regal"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho \"$@\" > {folder}/asked\ncat <<'END'\n{report}\nEND\nexit 3\n")
    program.chmod(0o755)
    env = {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    done = auditor("policy", "lint", ID, "--pack", "pack", env=env)
    assert done.returncode == 1
    assert f"{KEY}.rego:30:2: [regal/prefer-some-in-iteration] Prefer `some .. in` for iteration" in done.stdout
    assert "lint --format json" in (folder / "asked").read_text()
    change(file, "#   severity: medium\n", "#   severity: medium\n#   lint: {regal/prefer-some-in-iteration: no}\n")
    change(file, "iteration: no}", "iteration: older than that}")
    assert auditor("policy", "lint", ID, "--pack", "pack", env=env).returncode == 0
    program.write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    failed = auditor("policy", "lint", ID, "--pack", "pack", env=env)
    assert failed.returncode == 4
    assert "`regal lint` gave no report (1): broken" in failed.stderr


def test_every_rule_is_listed_and_documented(auditor: Auditor) -> None:
    listed = auditor("policy", "lint", "--rules").stdout
    text = DOCS.read_text()
    for name, rule in RULES.items():
        assert name in listed
        assert f"| `{name}` | {rule.says} |" in text
