"""Seconds of an author's turn: one policy tested cold, tested again while watching, and the whole pack.

The clock of the wall counts here: it is what an author waits for. Aim: under one second for one policy.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from measure import Usage, run

from auditor.cli import session

AUDITOR = str(Path(sys.executable).parent / "auditor")
_ID, _KEY = "s3-bucket-versioned", "s3_bucket_versioned"
_TURNS = 5
_WAITING = "waiting for a file to be saved"


def loop(work: Path) -> None:
    """`work`: a folder to write to."""
    folder = work / "loop"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pack = folder / "pack"
    asked = ["--type", "AWS::S3::Bucket", "--reads", "/VersioningConfiguration/Status", "--pack", str(pack)]
    _row("policy new", run([AUDITOR, "policy", "new", _ID, *asked]))
    one = [AUDITOR, "policy", "test", "--pack", str(pack)]
    # a cache of its own: nothing is known of any pack, not even of the built-in one
    own = {"XDG_CACHE_HOME": str(folder / "cache"), "AUDITOR_OPA": session.opa_binary()}
    _row("one policy, nothing cached", run(one, own))
    run(one)
    cold = sorted((run(one) for _ in range(_TURNS)), key=lambda usage: usage.wall)
    _row("one policy, cold, median", cold[_TURNS // 2])
    _row("one policy, cold, no soundness", run([*one, "--no-soundness"]))
    saved = _watched(one, pack / "s3" / _KEY / f"{_KEY}.rego", folder / "watch.log")
    for name, seconds in zip(("the verdicts", "all, soundness too"), saved, strict=True):
        print(f"{f'one policy, watched: {name}':<44} wall {seconds:7.2f} s (aim: at most 1)", flush=True)
    _row("the whole pack", run([AUDITOR, "policy", "test"]))


def _watched(command: list[str], file: Path, log: Path) -> tuple[float, float]:
    """From a save to the verdicts, and to the end of the turn; medians."""
    first, last, text = [], [], file.read_text()
    with log.open("w") as out:
        environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen([*command, "--watch"], stdout=out, stderr=out, env=environ)
    try:
        _until(process, log, 0, _WAITING)
        for turn in range(_TURNS):
            seen = len(log.read_text())
            started = time.monotonic()
            file.write_text(f"{text}\n# turn {turn}\n")
            _until(process, log, seen, f"ok    {_ID}")
            first.append(time.monotonic() - started)
            _until(process, log, seen, _WAITING)
            last.append(time.monotonic() - started)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
    return sorted(first)[_TURNS // 2], sorted(last)[_TURNS // 2]


def _until(process: subprocess.Popen[bytes], log: Path, seen: int, text: str) -> None:
    end = time.monotonic() + 120
    while text not in log.read_text()[seen:]:
        if process.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"no {text!r}: {log.read_text()}")
        time.sleep(0.01)


def _row(name: str, usage: Usage) -> None:
    if usage.code != 0:
        raise SystemExit(f"{name}: exit {usage.code}")
    cpu = f"cpu {usage.cpu:7.2f} s  opa {usage.opa_cpu:6.2f} s"
    print(f"{name:<44} wall {usage.wall:7.2f} s  {cpu}", flush=True)
