"""A snapshot that was made for other policies: what a fact reads and nobody asked for is unseen, not absent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from support import ACCOUNT, resource

from auditor.model import Path as Keys
from auditor.model import Resource
from auditor.snapshot import FORMAT, AccountCoverage, HeaderLine, writing

AUDITOR = Path(sys.executable).with_name("auditor")
REGION = "eu-west-1"
GROUP = "AWS::EC2::SecurityGroup"
TYPES: dict[str, tuple[str, ...] | None] = {
    "AWS::EC2::PrefixList": (REGION,),
    GROUP: (REGION,),
    f"{GROUP}Egress": None,
    f"{GROUP}Ingress": None,
}


def status(
    tmp_path: Path,
    opa: str,
    policy: str,
    subject: Resource,
    paths: dict[str, tuple[Keys, ...]] | None = None,
) -> tuple[str, list[str]]:
    """The verdict on the subject, and the causes if it is UNKNOWN."""
    file, report = tmp_path / "a.json", tmp_path / "report.json"
    with writing(file, HeaderLine(FORMAT, "0", "2026-11-01T00:00:00Z", "live", (ACCOUNT,), (REGION,))) as writer:
        writer.account(ACCOUNT, [subject], lambda: [], lambda: AccountCoverage(TYPES, paths or {}))
        writer.close()
    command = [str(AUDITOR), "audit", str(file), "--policy", policy, "--include-passed", "-o", f"json={report}"]
    environment = os.environ | {"AUDITOR_OPA": opa}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1, 3), done.stderr
    verdicts: list[dict[str, Any]] = json.loads(report.read_text())["verdicts"]
    (found,) = [each for each in verdicts if each.get("resource")]
    return found["status"], [gap["detail"] for gap in found["gaps"]]


def test_a_property_that_only_a_fact_reads_and_nobody_asked_for(tmp_path: Path, opa: str) -> None:
    policy = "ec2-security-group-not-wide-open"
    group = resource("sg-1", GROUP, properties={"GroupName": "web"})
    assert status(tmp_path, opa, policy, group) == ("PASS", [])
    asked: dict[str, tuple[Keys, ...]] = {GROUP: (("GroupName",), ("facts",))}
    found, causes = status(tmp_path, opa, policy, group, asked)
    assert found == "UNKNOWN"
    assert any("SecurityGroupIngress was not collected" in cause for cause in causes)
