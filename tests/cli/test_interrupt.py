"""Ctrl-C and a cancelled job: what exists is written, nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from commands import COMMAND, FAILING, PACKS, write

SLOW = """\
Resources:
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: slow
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_was_judged_until_then_is_written(number: signal.Signals, folder: Path, environ: dict[str, str]) -> None:
    """`slow-queue` keeps OPA busy with the second template, when the first one has been judged."""
    write(folder, a=FAILING, b=SLOW, c=FAILING, d=FAILING, e=FAILING)
    packs = ("--pack", str(PACKS / "demo"), "--pack", str(PACKS / "slow"))
    command = [*COMMAND, "scan", ".", *packs, "--policy", "demo-*", "--policy", "slow-*", "-o", "json"]
    with subprocess.Popen(
        command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        engine = busy_child(process.pid)
        process.send_signal(number)
        report, said = process.stdout.read(), process.stderr.read()
    assert process.returncode == 130
    summary = json.loads(report)["summary"]
    assert (summary["exit_code"], summary["complete"]) == (130, False)
    assert summary["counts"]["FAIL"] >= 1
    assert "exit 130: interrupted" in said
    assert "Traceback" not in said
    assert ended(engine)


def busy_child(parent: int) -> int:
    """The descendant that has computed for two seconds: OPA at the slow policy."""
    for _ in range(1200):
        for process in descendants(parent):
            if seconds_of(process) > 2:
                return process
        time.sleep(0.05)
    raise AssertionError("OPA was never busy")


def descendants(parent: int) -> list[int]:
    found, waiting = [], [parent]
    while waiting:
        try:
            children = Path(f"/proc/{waiting[0]}/task/{waiting.pop(0)}/children").read_text().split()
        except OSError:
            continue
        found += map(int, children)
        waiting += map(int, children)
    return found


def seconds_of(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ended(process: int) -> bool:
    for _ in range(200):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
