"""A repository with a template that fails, and the tool as a place has it installed."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import COMMAND, FAILING

Done = subprocess.CompletedProcess[str]
Shell = Callable[..., Done]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "app.yaml").write_text(FAILING)
    (folder / "values.yaml").write_text("replicas: 2\n")
    return folder


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder of programs with `auditor` in it, and a `pip` that has nothing left to do."""
    programs = tmp_path / "auditor" / "bin"
    programs.mkdir(parents=True)
    for name, body in {"auditor": f'exec {shlex.join(COMMAND)} "$@"', "pip": ":"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    return programs


@pytest.fixture
def shell(repository: Path, installed: Path, opa: str, tmp_path: Path) -> Shell:
    def run(script: str, **variables: str) -> Done:
        environment = {
            "PATH": f"{installed}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "AUDITOR_OPA": opa,
            "RUNNER_TEMP": str(tmp_path),
            "AUDITOR_PATHS": ".",
            "AUDITOR_SOURCE": "git+https://example.com/auditor@v1",
            **variables,
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, timeout=120)

    return run
