"""The built-in policies as Rego: they pass their own tests in stock OPA, and nothing of their metadata is missing."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from auditor.catalogue.load import Loaded
from auditor.engine.tools import OpaTools
from auditor.model import Status
from auditor.workbench.cases import forms, load_cases
from auditor.workbench.checks import rego
from auditor.workbench.failure import sentence
from auditor.workbench.lint import lint

ROOT = Path(__file__).parent.parent.parent / "policies"
TESTS = sorted(ROOT.rglob("*_test.rego"))
RULES = sorted(set(ROOT.rglob("*.rego")) - set(TESTS))
POLICIES = [file for file in RULES if ROOT / "aws" in file.parents]

TWELVE = {
    "cloudtrail-log-validation-enabled",
    "ec2-imdsv2-required",
    "ec2-security-group-admin-ports-closed",
    "ec2-volume-encrypted",
    "iam-policy-no-full-admin",
    "iam-role-trust-not-public",
    "kms-key-rotation-enabled",
    "rds-instance-not-public",
    "rds-storage-encrypted",
    "s3-bucket-public-access-blocked",
    "s3-bucket-tls-required",
    "secrets-not-in-plaintext",
}
FRAMEWORKS = {"cis_aws_7_0", "cis_aws_6_0", "fsbp"}

each_policy = pytest.mark.parametrize("file", POLICIES, ids=lambda file: file.stem)


@pytest.fixture(scope="module")
def tools(opa: str) -> OpaTools:
    return OpaTools(opa)


@pytest.fixture(scope="module")
def metadata(tools: OpaTools) -> dict[str, Any]:
    """The annotations of each file, by the file's absolute path."""
    return {item["location"]["file"]: item["annotations"] for item in tools.inspect([str(file) for file in RULES])}


def test_the_tests_pass_in_stock_opa_without_this_tool(opa: str) -> None:
    done = subprocess.run([opa, "test", str(ROOT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"PASS: (\d+)/\1$", done.stdout.strip()), done.stdout


def test_every_file_with_rules_is_tested() -> None:
    assert {file.with_name(f"{file.stem}_test.rego") for file in RULES} == set(TESTS)


def test_every_file_is_formatted(tools: OpaTools) -> None:
    assert tools.unformatted([str(file) for file in (*RULES, *TESTS)]) == ()


def test_the_twelve_are_here(metadata: dict[str, Any]) -> None:
    assert {metadata[str(file)]["custom"]["id"] for file in POLICIES} >= TWELVE


def test_no_rule_of_the_linter_is_broken(found: Loaded) -> None:
    broken = [f"{each.file}:{each.line}: [{each.check}] {sentence(each)}" for each in lint(found.units, ())]
    assert not broken, "\n".join(broken)


def test_the_rules_pass_the_check_under_the_schema_of_what_they_read(tools: OpaTools, tmp_path: Path) -> None:
    assert list(rego.compiled([str(file) for file in RULES], tools, tmp_path)) == []


@each_policy
def test_the_descriptions_and_references_are_worth_reading(file: Path, metadata: dict[str, Any]) -> None:
    annotations = metadata[str(file)]
    assert len(annotations["description"]) > 200, "the description says the requirement in full"
    assert all(item["ref"].startswith("https://docs.aws.amazon.com/") for item in annotations["related_resources"])


@each_policy
def test_every_subject_passes_and_fails_in_every_form(file: Path, found: Loaded) -> None:
    held = next(unit.policy for unit in found.units if unit.policy.key == file.stem)
    cases = load_cases(held)
    wanted = {"live": ("live",), "template": ("template",)}.get(held.applies, ("live", "template"))
    shown = {(case.expect, form) for case in cases for form in forms(case, held)}
    assert shown >= {(status, form) for status in (Status.PASS, Status.FAIL) for form in wanted}


@each_policy
def test_controls_are_listed_by_framework(file: Path, metadata: dict[str, Any]) -> None:
    controls = metadata[str(file)]["custom"]["controls"]
    assert set(controls) <= FRAMEWORKS  # none, where no benchmark asks for it
    assert all(isinstance(control, str) for listed in controls.values() for control in listed)
