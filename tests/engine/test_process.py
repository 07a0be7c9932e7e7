"""OPA ends with auditor, however auditor ends: no process, no folder, no socket is left."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from auditor.engine.opa import ManagedOpa

Running = Callable[[str], list[int]]

# Starts an engine, says so, and then does what the test wants; its temporary folder is the test's own.
PARENT = """
import signal, sys, threading, time
from auditor.engine.opa import ManagedOpa
engine = ManagedOpa(sys.argv[1], sys.argv[2:])
with engine:
    engine.wait()
    print("ready", flush=True)
    {body}
"""


@contextmanager
def parent(opa: str, modules: list[str], folder: Path, body: str) -> Iterator[subprocess.Popen[str]]:
    """A process that runs an engine, in a process group of its own like a terminal's foreground job."""
    child = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(body=body), opa, *modules],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(Path(__file__).parents[2])},
        start_new_session=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def nothing_left(folder: Path, running: Running) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not running(str(folder)) and not list(folder.iterdir()):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("to_group", [False, True])
def test_a_signal_to_auditor(
    opa: str, modules: list[str], tmp_path: Path, running: Running, number: signal.Signals, to_group: bool
) -> None:
    with parent(opa, modules, tmp_path, "time.sleep(60)") as child:
        assert len(running(str(tmp_path))) == 2  # OPA and its watcher
        (os.killpg if to_group else os.kill)(child.pid, number)
        child.wait(timeout=10)
        assert nothing_left(tmp_path, running)


def test_ctrl_c_leaves_the_engine_alive_until_auditor_lets_it_go(
    opa: str, modules: list[str], buckets: bytes, tmp_path: Path, running: Running
) -> None:
    body = f"""
    try:
        print("waiting", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        time.sleep(0.3)
        print(len(engine.evaluate(["public"], {buckets!r}, b"{{}}", "").denials["public"]), flush=True)
    """
    with parent(opa, modules, tmp_path, body) as child:
        assert child.stdout is not None and child.stdout.readline() == "waiting\n"
        os.killpg(child.pid, signal.SIGINT)
        assert child.communicate(timeout=10)[0] == "2\n"
        assert child.returncode == 0
        assert nothing_left(tmp_path, running)


def test_a_signal_in_the_middle_of_an_endless_evaluation(
    opa: str, modules: list[str], buckets: bytes, tmp_path: Path, running: Running
) -> None:
    body = f'engine.evaluate(["endless"], {buckets!r}, b"{{}}", "")'
    with parent(opa, modules, tmp_path, body) as child:
        time.sleep(0.2)
        os.kill(child.pid, signal.SIGINT)
        assert "KeyboardInterrupt" in child.communicate(timeout=10)[1]
        assert nothing_left(tmp_path, running)


@pytest.mark.parametrize("body", ["raise ValueError", "sys.exit(3)", "import os; os._exit(4)", "pass"])
def test_an_end_without_a_signal(opa: str, modules: list[str], tmp_path: Path, running: Running, body: str) -> None:
    with parent(opa, modules, tmp_path, body) as child:
        child.wait(timeout=10)
        assert nothing_left(tmp_path, running)


def test_killed_before_opa_is_ready(opa: str, modules: list[str], tmp_path: Path, running: Running) -> None:
    with parent(
        opa, modules, tmp_path, "other = ManagedOpa(sys.argv[1], sys.argv[2:]); other.start(); time.sleep(60)"
    ) as child:
        child.kill()
        assert nothing_left(tmp_path, running)


def test_everything_is_gone_when_close_returns(opa: str, modules: list[str], running: Running) -> None:
    with ManagedOpa(opa, modules) as engine:
        engine.wait()
        folder = folder_of(engine)
        assert len(running(folder)) == 2
    assert running(folder) == [] and not os.path.exists(folder)
    engine.close()  # a second time is no error


def test_close_before_ready(opa: str, modules: list[str], running: Running) -> None:
    with ManagedOpa(opa, modules) as engine:
        folder = folder_of(engine)
    assert running(folder) == [] and not os.path.exists(folder)


def test_a_killed_watcher_leaves_nothing_either(opa: str, modules: list[str], running: Running) -> None:
    with ManagedOpa(opa, modules) as engine:
        engine.wait()
        folder = folder_of(engine)
        assert engine._server is not None
        os.kill(engine._server._process._watcher.pid, signal.SIGKILL)
        time.sleep(0.1)
        assert len(running(folder)) == 1  # OPA goes on and answers
    assert running(folder) == [] and not os.path.exists(folder)


def test_no_other_user_can_reach_it(opa: str, modules: list[str]) -> None:
    with ManagedOpa(opa, modules) as engine:
        engine.wait()
        folder = Path(folder_of(engine))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert [(file.name, stat.S_IMODE(file.stat().st_mode)) for file in folder.iterdir()] == [("opa.sock", 0o600)]


def test_no_port_is_opened(opa: str, modules: list[str], running: Running) -> None:
    if not Path("/proc/net/tcp").exists():
        pytest.skip("reads Linux's /proc")
    with ManagedOpa(opa, modules) as engine:
        engine.wait()
        for process in running(folder_of(engine)):
            sockets = {os.readlink(fd) for fd in descriptors(process)}
            for table in ("tcp", "tcp6", "udp", "udp6"):
                rows = Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]
                assert not sockets & {f"socket:[{row.split()[9]}]" for row in rows}


def descriptors(process: int) -> Iterator[Path]:
    return (fd for fd in Path(f"/proc/{process}/fd").iterdir() if fd.is_symlink())


def folder_of(engine: ManagedOpa) -> str:
    assert engine._server is not None
    return engine._server._process.folder
