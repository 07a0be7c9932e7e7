"""One life of `opa run --server`: started under its watcher, reachable at a private socket, ended for certain."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from auditor.errors import EngineError

# sockaddr_un.sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included (unix(7), unix(4)).
LONGEST_SOCKET = 103

_WATCHER = Path(__file__).with_name("watcher.py")
_LOG_BYTES = 1 << 16


class Process:
    """A running OPA server. `socket` is where it listens; `close` ends it and leaves nothing behind."""

    def __init__(self, program: str, modules: Sequence[str]) -> None:
        """Start OPA with these Rego files and return at once; EngineError if no process can be started."""
        self.folder = _folder()
        self.socket = os.path.join(self.folder, "opa.sock")
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # nameless; closed in close()
        flags = ("--unix-socket-perm", "600", "--log-level", "error", "--skip-version-check")
        files = [argument(os.path.abspath(module)) for module in modules]
        command = [sys.executable, "-I", "-S", str(_WATCHER), self.folder, os.path.abspath(program)]
        command += ["run", "--server", "--addr", f"unix://{quote(self.socket)}", *flags, *files]
        try:
            self._watcher = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,  # the pipe whose end the watcher waits for; nothing is ever written to it
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,  # a Ctrl-C at the terminal is for auditor alone
            )
        except OSError as error:
            self._log.close()
            raise EngineError(f"cannot start {sys.executable} to run OPA: {error.strerror}") from error

    def ended(self, within: float = 0.0) -> int | None:
        """The exit code if OPA ended by itself (128 + signal, 127 if it could not be run), else None."""
        try:
            return self._watcher.wait(within)
        except subprocess.TimeoutExpired:
            return None

    def log(self) -> str:
        """What OPA wrote so far, without its own warnings."""
        if self._log.closed:
            return ""
        text = os.pread(self._log.fileno(), _LOG_BYTES, 0).decode("utf-8", "replace")
        return "\n".join(line for line in text.splitlines() if '"level":"warning"' not in line).strip()

    def close(self) -> None:
        """Kill OPA, wait for it, remove its folder. May be called again."""
        if self._log.closed:
            return
        assert self._watcher.stdin is not None
        self._watcher.stdin.close()
        try:
            code = self._watcher.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = None
        if code is None or code < 0:
            self._clear()  # the watcher itself was stopped or killed
        self._log.close()

    def _clear(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._watcher.pid, signal.SIGKILL)
        self._watcher.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def argument(path: str) -> str:
    """A path as the opa program takes it: it would read "a:b" as a file `b` to be put under `a`, a URL it does not."""
    return f"file://{quote(os.path.abspath(path))}" if ":" in path else path


def _folder() -> str:
    """A name for a folder that does not exist yet, short enough for a socket inside it."""
    name = f"auditor-{os.urandom(8).hex()}"
    folder = os.path.join(os.path.abspath(tempfile.gettempdir()), name)
    if len(os.fsencode(os.path.join(folder, "opa.sock"))) > LONGEST_SOCKET:
        return os.path.join("/tmp", name)  # the name is random and the folder private
    return folder
