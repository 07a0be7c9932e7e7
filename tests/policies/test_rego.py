"""The built-in policies as Rego: they pass their own tests in stock OPA, and nothing of their metadata is missing."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support import policy

from auditor.engine.tools import OpaTools
from auditor.model import Parameter, Policy, Status
from auditor.workbench.case_scope import live_scope, template_text
from auditor.workbench.cases import forms, load_cases

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
CUSTOM = {"id", "severity", "function", "stage", "subject", "scope", "applies", "reads", "controls", "remediation"}
FRAMEWORKS = {"cis_aws_7_0", "cis_aws_6_0", "fsbp"}
PARAMETER = {"type", "default", "description"}
DEFAULT_TYPES = {"boolean": bool, "integer": int, "number": float, "string": str, "array": list}

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


def test_the_rules_pass_the_strict_check_with_pure_functions_only(tools: OpaTools) -> None:
    tools.check([str(file) for file in RULES])


def test_the_twelve_are_here(metadata: dict[str, Any]) -> None:
    assert {metadata[str(file)]["custom"]["id"] for file in POLICIES} >= TWELVE


@each_policy
def test_folder_file_package_and_id_agree(file: Path, metadata: dict[str, Any]) -> None:
    key = metadata[str(file)]["custom"]["id"].replace("-", "_")
    assert (file.parent.name, file.stem) == (key, key)
    assert f"package policy.{key}\n" in file.read_text()
    assert sorted(path.name for path in file.parent.iterdir()) == sorted(
        ["cases.yaml", f"{key}.rego", f"{key}_test.rego"]
    )


@each_policy
def test_the_metadata_is_complete(file: Path, metadata: dict[str, Any]) -> None:
    annotations = metadata[str(file)]
    custom = annotations["custom"]
    assert set(custom) - {"parameters"} == CUSTOM
    assert annotations["title"] and "\n" not in annotations["title"]
    assert len(annotations["description"]) > 200, "the description says the requirement in full"
    assert annotations["related_resources"]
    assert all(item["ref"].startswith("https://docs.aws.amazon.com/") for item in annotations["related_resources"])
    assert custom["severity"] in ("critical", "high", "medium", "low")
    assert custom["function"] in ("prevent", "detect", "respond")
    assert custom["stage"] in ("reactive", "alert-driven", "automated", "proactive")
    assert custom["scope"] in ("region", "account", "organization")
    assert custom["applies"] in ("live", "template", "both")


@each_policy
def test_subjects_reads_and_remediation_fit_each_other(file: Path, metadata: dict[str, Any]) -> None:
    custom = metadata[str(file)]["custom"]
    subjects = custom["subject"] if isinstance(custom["subject"], list) else [custom["subject"]]
    assert subjects == list(dict.fromkeys(subjects))
    for signs in custom["reads"].values():
        assert signs and set(signs) <= {"needs", "seeks"}
        assert all(path == [] or isinstance(path, str) for paths in signs.values() for path in paths)
    assert custom["remediation"]["text"].strip()
    assert set(custom["remediation"]) <= {"text", "properties", "cli"}


@each_policy
def test_controls_are_listed_by_framework(file: Path, metadata: dict[str, Any]) -> None:
    controls = metadata[str(file)]["custom"]["controls"]
    assert set(controls) <= FRAMEWORKS  # none, where no benchmark asks for it
    assert all(isinstance(control, str) for listed in controls.values() for control in listed)


@each_policy
def test_parameters_are_declared_and_read(file: Path, metadata: dict[str, Any]) -> None:
    custom = metadata[str(file)]["custom"]
    key = custom["id"].replace("-", "_")
    declared = custom.get("parameters", {})
    for name, parameter in declared.items():
        assert set(parameter) >= PARAMETER, name
        assert isinstance(parameter["default"], DEFAULT_TYPES[parameter["type"]]), name
    assert set(re.findall(rf"input\.parameters\.{key}\.(\w+)", file.read_text())) == set(declared)


@each_policy
def test_the_cases_show_every_verdict_and_every_subject_in_every_form(file: Path, metadata: dict[str, Any]) -> None:
    held = _policy(file, metadata[str(file)]["custom"])
    cases = load_cases(held)
    assert {case.expect for case in cases} >= {Status.PASS, Status.FAIL, Status.UNKNOWN}
    verdicts = {(case.subject, case.expect) for case in cases}
    assert {(subject, status) for subject in held.subjects for status in (Status.PASS, Status.FAIL)} <= verdicts
    wanted = {"live": ("live",), "template": ("template",)}.get(held.applies, ("live", "template"))
    shown = {(case.expect, form) for case in cases for form in forms(case, held)}
    assert shown >= {(status, form) for status in (Status.PASS, Status.FAIL) for form in wanted}
    for case in cases:
        for form in forms(case, held):
            assert live_scope(case, held).held if form == "live" else template_text(case, held)


def _policy(file: Path, custom: dict[str, Any]) -> Policy:
    subject = custom["subject"]
    rows = custom.get("parameters", {}).items()
    return policy(
        id=custom["id"],
        key=file.stem,
        applies=custom["applies"],
        subjects=tuple(subject) if isinstance(subject, list) else (subject,),
        parameters={name: Parameter(row["type"], row["default"]) for name, row in rows},
        file=str(file),
    )


@each_policy
def test_a_policy_is_short_and_its_lines_are(file: Path) -> None:
    lines = file.read_text().splitlines()
    body = [line for line in lines[lines.index(f"package policy.{file.stem}") :] if line and not line.startswith("#")]
    assert len(body) <= 100
    assert [line for line in lines if len(line.expandtabs(4)) > 120 and "https://" not in line] == []
