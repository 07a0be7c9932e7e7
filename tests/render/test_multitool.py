"""Microsoft's validator with the rules of GitHub. It exits 0 even on errors: what counts is what it writes.

The program itself is run: the script that npm puts before it hands its arguments to a shell, for which the `;` in
`Sarif;Gh` ends the command, so that GitHub's rules would not be asked.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from test_sarif import HOSTILE, rendered

PREFIX = Path(__file__).parent.parent.parent / ".bench" / "sarif"

# It wants the project's address, and there is none yet.
WARNINGS = {"SARIF2005"}


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[tuple[str, str]]]:
    """What it says of each file: (level, rule)."""
    programs = sorted(PREFIX.glob("node_modules/@microsoft/sarif-multitool-*/Sarif.Multitool"))
    if not programs:
        pytest.fail(f"no validator below {PREFIX}: `make test` installs it (npm @microsoft/sarif-multitool 5.7.0)")
    folder = tmp_path_factory.mktemp("sarif")
    placeless = rendered(HOSTILE)
    del placeless["runs"][0]["results"][0]["locations"]
    blank = rendered(HOSTILE)
    blank["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "a b.yaml"
    for name, document in (("good", rendered(HOSTILE)), ("placeless", placeless), ("blank", blank)):
        (folder / f"{name}.sarif").write_text(json.dumps(document))
    command = [
        programs[0],
        "validate",
        *sorted(folder.glob("*.sarif")),
        "--rule-kind",
        "Sarif;Gh",
        "--level",
        "Error;Warning",
    ]
    done = subprocess.run(
        [*command, "--output", folder / "said.json", "--log", "ForceOverwrite"], capture_output=True, text=True
    )
    assert (folder / "said.json").exists(), done.stdout + done.stderr
    said: dict[str, set[tuple[str, str]]] = {"good": set(), "placeless": set(), "blank": set()}
    for run in json.loads((folder / "said.json").read_text())["runs"]:
        for result in run["results"]:
            said[name_of(result)].add((result.get("level", "warning"), result["ruleId"]))
    return said


def name_of(result: dict[str, Any]) -> str:
    return Path(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).stem


def test_it_has_no_error_and_only_the_warnings_that_are_known(
    complaints: dict[str, set[tuple[str, str]]],
) -> None:
    assert complaints["good"] == {("warning", rule) for rule in WARNINGS}


@pytest.mark.parametrize("broken", ["placeless", "blank"])
def test_it_would_see_what_github_refuses(complaints: dict[str, set[tuple[str, str]]], broken: str) -> None:
    assert any(level == "error" for level, _ in complaints[broken])
