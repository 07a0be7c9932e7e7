"""Whole reports, one small template per feature (fixtures/reports), through the real command.

AUDITOR_WRITE_GOLDENS=1 writes them anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from commands import PACKS, Auditor

from auditor.render.document import schema

REPORTS = Path(__file__).parent.parent.parent / "fixtures" / "reports"
FEATURES = {"missing": 1, "undecided": 3, "worlds": 1, "broken": 3}


def lasting(document: dict[str, Any]) -> str:
    """The document without what differs from run to run, and readable."""
    if "runs" in document:
        (run,) = document["runs"]
        (invocation,) = run["invocations"]
        invocation["endTimeUtc"] = "2026-11-22T20:00:00Z"
        run["tool"]["driver"] |= {
            "fullName": "auditor VERSION",
            "semanticVersion": "VERSION",
            "properties": {"pack": "REVISION", "opa": "VERSION"},
        }
    else:
        document["tool"] |= {"version": "VERSION", "pack": "REVISION", "engine": "VERSION"}
        document["snapshot"]["taken_at"] = "2026-11-22T20:00:00Z"
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


@pytest.fixture(params=FEATURES)
def reports(request: pytest.FixtureRequest, auditor: Auditor, folder: Path) -> tuple[str, dict[str, str]]:
    """The feature, and its report in each format by the name of the golden."""
    feature = str(request.param)
    (folder / "template.yaml").write_bytes((REPORTS / feature / "template.yaml").read_bytes())
    outputs = ("-o", "console", "-o", "json=report.json", "-o", "sarif=report.sarif")
    flags = ("--pack", PACKS / "demo", "--policy", "demo-bucket-versioned", "--category", "goldens")
    done = auditor("scan", "template.yaml", *flags, *outputs)
    assert (done.returncode, done.stderr) == (FEATURES[feature], "")
    made = {"console.txt": done.stdout}
    for name in ("report.json", "report.sarif"):
        made[name] = lasting(json.loads((folder / name).read_text()))
    return feature, made


def test_reports_are_as_they_were(reports: tuple[str, dict[str, str]]) -> None:
    feature, made = reports
    for name, text in made.items():
        golden = REPORTS / feature / name
        if os.environ.get("AUDITOR_WRITE_GOLDENS"):
            golden.write_text(text, encoding="utf-8")
        assert text == golden.read_text(encoding="utf-8"), f"{feature}/{name}"
    jsonschema.Draft202012Validator(schema()).validate(json.loads(made["report.json"]))
