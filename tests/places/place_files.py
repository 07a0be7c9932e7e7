"""The files of the places as tests read them: the text, and the shell in it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent
PLACES = ROOT / "auditor" / "places"
BIN = Path(sys.executable).parent


def tree(file: Path) -> Any:
    return yaml.safe_load(file.read_text())


def action_steps() -> list[str]:
    return [step["run"] for step in tree(ROOT / "action.yml")["runs"]["steps"]]


def gitlab_script() -> list[str]:
    job = tree(PLACES / "gitlab.yml")["auditor"]
    return [*job["before_script"], *job["script"]]


def buildspec_commands() -> list[str]:
    phases = tree(PLACES / "buildspec.yml")["phases"]
    return [*phases["install"]["commands"], *phases["build"]["commands"]]


def jenkins_script() -> str:
    (found,) = re.findall(r"sh '''(.*?)'''", (PLACES / "Jenkinsfile").read_text(), re.DOTALL)
    return str(found).replace("\\\\", "\\")


def scripts() -> dict[str, str]:
    """Everything that a shell will run, by place."""
    found = {f"action, step {number}": step for number, step in enumerate(action_steps(), 1)}
    found |= {"gitlab": "\n".join(gitlab_script()), "codebuild": "\n".join(buildspec_commands())}
    return {**found, "jenkins": jenkins_script()}
