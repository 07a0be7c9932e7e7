"""The real command, in a process of its own, in an empty folder."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from commands import COMMAND, Auditor, Done


@pytest.fixture(scope="session")
def environ(opa: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Only what the tool needs, and a cache of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH", "TMPDIR") if name in os.environ}
    return {**kept, "AUDITOR_OPA": opa, "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder in which the command runs."""
    (tmp_path / "here").mkdir()
    return tmp_path / "here"


@pytest.fixture
def auditor(environ: dict[str, str], folder: Path) -> Auditor:
    """`auditor(*arguments, stdin=, env=)`."""

    def run(*arguments: str | os.PathLike[str], stdin: str = "", env: Mapping[str, str] | None = None) -> Done:
        command = [*COMMAND, *map(str, arguments)]
        return subprocess.run(
            command,
            cwd=folder,
            env={**environ, **(env or {})},
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )

    return run
