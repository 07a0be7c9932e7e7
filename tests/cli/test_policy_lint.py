"""`auditor policy lint`: each rule is broken once and named with its place; it can be turned off with a reason."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from authoring import ID, KEY, change, line_of, new, place
from commands import Auditor

from auditor.workbench.lint import RULES

DOCS = Path(__file__).parent.parent.parent / "docs" / "linting-policies.md"

# As Regal 0.35 writes it (pkg/report of its source): the program itself is not needed to test what we make of it.
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
    text = file.read_text().replace("TODO: say", "What is meant here: say")
    file.write_text(text)
    return file.parent


BROKEN: list[tuple[str, Callable[[Path], object]]] = [
    ("files", lambda folder: (folder / "notes.txt").write_text("x")),
    ("title", lambda folder: change(folder / f"{KEY}.rego", "VersioningConfiguration Status\n", "Status.\n")),
    (
        "description",
        lambda folder: change(folder / f"{KEY}.rego", "description: |", "description: short\n# authors: |"),
    ),
    ("finished", lambda folder: change(folder / f"{KEY}.rego", "What is meant", "TODO: What is meant")),
    ("complete", lambda folder: change(folder / f"{KEY}.rego", "#   scope: account\n", "")),
    (
        "parameters-read",
        lambda folder: change(
            folder / f"{KEY}.rego",
            "#   controls: {}\n",
            "#   controls: {}\n#   parameters: {days: {type: integer, default: 1, description: Days.}}\n",
        ),
    ),
    ("controls", lambda folder: change(folder / f"{KEY}.rego", "controls: {}", "controls: {CIS 7: ['1']}")),
    ("references", lambda folder: change(folder / f"{KEY}.rego", "https://docs.aws.amazon.com/s3/", "the manual")),
    ("remediation", lambda folder: change(folder / f"{KEY}.rego", '{"Versioning', '{"Verzioning')),
    ("short", lambda folder: change(folder / f"{KEY}.rego", "package policy", f"# {'x' * 130}\npackage policy")),
    ("reads-declared", lambda folder: change(folder / f"{KEY}.rego", "needs: [/Versioning", "seeks: [/Versioning")),
    (
        "reads-followed",
        lambda folder: change(
            folder / f"{KEY}.rego",
            'not bucket.properties.VersioningConfiguration.Status == "Enabled"',
            'not startswith(bucket.properties.VersioningConfiguration.Status, "En")',
        ),
    ),
    ("schema-value", lambda folder: change(folder / f"{KEY}.rego", '== "Enabled"\n', '== "On"\n')),
    ("cases-shown", lambda folder: change(folder / "cases.yaml", "expect: pass", "expect: fail")),
]


def test_a_policy_that_breaks_no_rule(policy: Path, auditor: Auditor) -> None:
    done = auditor("policy", "lint", "--pack", "pack", "--no-regal")
    assert done.returncode == 0, done.stdout
    assert "1 policy: no findings" in done.stdout


@pytest.mark.parametrize(("rule", "break_it"), BROKEN, ids=[rule for rule, _ in BROKEN])
def test_each_rule_is_told_and_can_be_turned_off(
    rule: str, break_it: Callable[[Path], object], policy: Path, auditor: Auditor
) -> None:
    break_it(policy)
    done = auditor("policy", "lint", ID, "--pack", "pack", "--no-regal")
    assert done.returncode == 1, done.stdout + done.stderr
    assert f": [{rule}] " in done.stdout
    file = policy / f"{KEY}.rego"
    change(file, "#   severity: medium\n", f"#   severity: medium\n#   lint: {{{rule}: it is so on purpose}}\n")
    assert f"[{rule}]" not in auditor("policy", "lint", ID, "--pack", "pack", "--no-regal").stdout


def test_a_name_that_is_none_is_told(auditor: Auditor, folder: Path) -> None:
    assert new(auditor, "kms-bucket-versioned").returncode == 0
    (folder / "pack" / "kms").rename(folder / "pack" / "s3")
    done = auditor("policy", "lint", "--pack", "pack", "--no-regal")
    assert "[naming] a policy in s3/ starts with its name: s3-..." in done.stdout


@pytest.mark.parametrize(
    ("lint", "code", "said"),
    [
        ("{shrot: why}", 1, 'lint turns off shrot, which is no rule (did you mean "short"?)'),
        ("{short: why}", 1, "lint turns off short, which is not broken here: take it out"),
        ("{short: ''}", 2, 'lint: say why short is turned off: write short: "<reason>"'),
    ],
)
def test_turning_off_needs_a_rule_a_reason_and_a_cause(
    lint: str, code: int, said: str, policy: Path, auditor: Auditor
) -> None:
    change(policy / f"{KEY}.rego", "#   severity: medium\n", f"#   severity: medium\n#   lint: {lint}\n")
    done = auditor("policy", "lint", ID, "--pack", "pack", "--no-regal")
    assert done.returncode == code
    assert said in done.stdout + done.stderr


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


def test_every_rule_is_listed_documented_and_broken_above(auditor: Auditor) -> None:
    listed = auditor("policy", "lint", "--rules").stdout
    text = DOCS.read_text()
    for name, rule in RULES.items():
        assert name in listed
        assert f"| `{name}` | {rule.says} |" in text
    # these two are shown by tests of their own: a folder in a service, and `policy test`
    assert set(RULES) - {rule for rule, _ in BROKEN} == {"naming", "schema-place"}
    assert line_of(DOCS, "`naming`")
