"""CPU seconds and peak memory of a command and of the OPA that it starts, from /proc. Linux only."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Usage:
    """Of one run: wall and CPU seconds (the tool's, OPA's), peak resident megabytes, exit code."""

    wall: float = 0.0
    cpu: float = 0.0
    opa_cpu: float = 0.0
    peak: float = 0.0
    opa_peak: float = 0.0
    code: int = 0
    _seen: dict[int, tuple[bool, float, float]] = field(default_factory=dict)

    def sample(self, root: int) -> None:
        for pid in _tree(root):
            try:
                stat = Path(f"/proc/{pid}/stat").read_text()
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            fields = stat.rsplit(")", 1)[1].split()
            cpu = (int(fields[11]) + int(fields[12])) / TICK
            high = next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)
            _, _, before = self._seen.get(pid, (False, 0.0, 0.0))  # a process that ends has no memory any more
            self._seen[pid] = (stat.split("(", 1)[1].startswith("opa"), cpu, max(high, before))

    def close(self) -> None:
        for is_opa, cpu, high in self._seen.values():
            if is_opa:
                self.opa_cpu += cpu
                self.opa_peak = max(self.opa_peak, high)
            else:
                self.cpu += cpu
                self.peak = max(self.peak, high)


def _tree(root: int) -> list[int]:
    pids, todo = [root], [root]
    while todo:
        pid = todo.pop()
        children: list[int] = []
        with contextlib.suppress(OSError):  # it may end at any moment
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                children += [int(each) for each in task.read_text().split()]
        pids += children
        todo += children
    return pids


def run(command: Sequence[str], env: dict[str, str] | None = None, log: Path = Path(os.devnull)) -> Usage:
    """One run, sampled every 5 ms; what happens in the last 5 ms of a process is not seen. `log`: what it says."""
    usage = Usage()
    begun = time.monotonic()
    with log.open("wb") as said:
        process = subprocess.Popen(list(command), stdout=said, stderr=said, env={**os.environ, **(env or {})})
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            usage.sample(process.pid)

    watcher = threading.Thread(target=watch)
    watcher.start()
    usage.code = process.wait()
    usage.wall = time.monotonic() - begun
    done.set()
    watcher.join()
    usage.close()
    return usage


def median(command: Sequence[str], runs: int = 3, env: dict[str, str] | None = None) -> Usage:
    """The run with the median CPU, after one that is not counted."""
    run(command, env)
    results = sorted((run(command, env) for _ in range(runs)), key=lambda usage: usage.cpu + usage.opa_cpu)
    return results[len(results) // 2]
