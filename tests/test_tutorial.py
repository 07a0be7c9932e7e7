"""The tutorial is run line by line: each command, with the files and the output that the page shows."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "tutorial.md"
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PORT = "8181"


class Shell:
    """One folder, one environment; what was started in the background ends with it."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self._environ = environ
        self._started: list[subprocess.Popen[bytes]] = []

    def run(self, line: str) -> str:
        """What the line prints; it must succeed."""
        if line.endswith("&"):
            self._start(line.removesuffix("&"))
            return ""
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=300,
        )
        assert done.returncode == 0, f"$ {line}\n{done.stdout}"
        return done.stdout

    def _start(self, line: str) -> None:
        command = ["bash", "-c", f"exec {line}"]
        self._started.append(subprocess.Popen(command, cwd=self.folder, env=self._environ, stderr=subprocess.DEVNULL))
        found = re.search(r"127\.0\.0\.1:(\d+)", line)
        assert found is not None, f"{line}: what is waited for?"
        while self._started[-1].poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", int(found[1]))) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError(f"{line}: ended")

    def close(self) -> None:
        for process in self._started:
            process.send_signal(signal.SIGKILL)
            process.wait()


@pytest.fixture
def shell(opa: str, tmp_path: Path) -> Iterator[Shell]:
    tools, folder = tmp_path / "bin", tmp_path / "here"
    tools.mkdir()
    folder.mkdir()
    (tools / "opa").symlink_to(opa)
    (tools / "auditor").symlink_to(Path(sys.executable).parent / "auditor")
    git = {f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environ = {
        **{name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ},
        **git,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHONIOENCODING": "utf-8",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "AUDITOR_OPA": opa,
    }
    started = Shell(folder, environ)
    yield started
    started.close()


def steps(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a block, each with the output that follows it."""
    command, shown = "", list[str]()
    for line in block.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, "\n".join(shown)
            command, shown = line.removeprefix("$ "), []
        else:
            shown.append(line)
    if command:
        yield command, "\n".join(shown)


def pattern(shown: str) -> re.Pattern[str]:
    """`...` alone on a line stands for any lines, within a line for any text."""
    lines = [
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(re.escape("..."), ".*") + "\n"
        for line in shown.splitlines()
    ]
    return re.compile("".join(lines))


def test_the_tutorial(shell: Shell) -> None:
    assert shutil.which("git") is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    commands = 0
    for language, name, block in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if language == "console":
            for command, shown in steps(block):
                commands += 1
                found = shell.run(command.replace(_PORT, port)).replace(port, _PORT)
                assert pattern(shown).fullmatch(found), f"$ {command}\n{found}\n--- the page shows\n{shown}"
        elif name:
            file = shell.folder / name.removeprefix("+")
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a" if name.startswith("+") else "w", encoding="utf-8") as out:
                out.write(block)
    assert commands > 20


@pytest.mark.parametrize(
    ("shown", "found", "fits"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\nb", "a\nc\n", False),
        ("a\n...", "a\n", True),
        ("a\n...\nd", "a\nb\nc\nd\n", True),
        ("a\n...\nd", "a\nb\n", False),
        ("x ... z", "x y z\n", True),
        ("x ... z", "x y\n", False),
        ("", "a\n", False),
    ],
)
def test_a_page_that_shows_something_else_is_noticed(shown: str, found: str, fits: bool) -> None:
    assert bool(pattern(shown).fullmatch(found)) is fits
