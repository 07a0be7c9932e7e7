"""A stored JSON report, rendered again: the same findings and the same exit code as the run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import DEMO, FAILING, LOW, PASSING, UNDECIDED, Auditor, write


@pytest.mark.parametrize("text", [FAILING, UNDECIDED, LOW, PASSING])
def test_a_stored_report_says_what_the_run_said(auditor: Auditor, folder: Path, text: str) -> None:
    write(folder, a=text)
    first = auditor("scan", "a.yaml", *DEMO, "-o", "json=a.json", "-o", "sarif=a.sarif")
    again = auditor("report", "a.json", "-o", "json=b.json", "-o", "sarif=b.sarif")
    assert again.returncode == first.returncode, again.stderr
    one, two = (json.loads((folder / name).read_text()) for name in ("a.json", "b.json"))
    assert two["verdicts"] == one["verdicts"]
    one, two = (json.loads((folder / name).read_text())["runs"][0] for name in ("a.sarif", "b.sarif"))
    assert [result["partialFingerprints"] for result in two["results"]] == [
        result["partialFingerprints"] for result in one["results"]
    ]


@pytest.mark.parametrize("text", ["", "{}", '{"format": "auditor-report/9"}', "[]"])
def test_what_is_no_report_is_one_clear_error(auditor: Auditor, folder: Path, text: str) -> None:
    (folder / "a.json").write_text(text)
    done = auditor("report", "a.json", "-o", "json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("auditor: error: ") and "a.json" in done.stderr
    assert len(done.stderr.splitlines()) == 1
