"""Policies proven side by side: each worker process has an OPA of its own."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from auditor.catalogue.store import Unit
from auditor.engine.isolation import Limits
from auditor.engine.opa import ManagedOpa
from auditor.workbench.prove import Proof, prove

# An author waits for a case, not for an account: what takes longer has no end.
LIMITS = Limits(shard=5.0, policy=5.0)


class Job(msgspec.Struct, frozen=True):
    """Some policies for one worker. `opa`: the program. `sound`: with the soundness test."""

    opa: str
    libraries: tuple[str, ...]
    units: tuple[Unit, ...]
    sound: bool


def proven(job: Job, workers: int) -> Iterator[Proof]:
    """The proof of each policy as it comes. One worker works in this process."""
    if workers <= 1 or len(job.units) <= 1:
        yield from work(job)
        return
    jobs = [msgspec.structs.replace(job, units=units) for units in _dealt(job.units, workers)]
    # spawned, not forked: a thread of the engine may hold a lock just then
    with multiprocessing.get_context("spawn").Pool(min(workers, len(jobs)), _deaf) as pool:
        for proofs in pool.imap_unordered(_worked, jobs):
            yield from proofs


def work(job: Job) -> Iterator[Proof]:
    """The proofs, one after the other, on one OPA that holds no more than it must."""
    files = [unit.policy.file for unit in job.units]
    with ManagedOpa(job.opa, [*job.libraries, *files], LIMITS) as engine:
        engine.wait()
        for unit in job.units:
            yield prove(unit, engine, job.sound)


def _worked(job: Job) -> list[Proof]:
    return list(work(job))


def _deaf() -> None:
    """The interrupt is for the parent, which ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _dealt(units: Sequence[Unit], workers: int) -> list[tuple[Unit, ...]]:
    """Small hands, the policies with the longest cases first, so that no worker is left with much at the end."""
    ordered = sorted(units, key=lambda unit: -_size(unit))
    hands = min(len(units), workers * 4)
    return [tuple(ordered[start::hands]) for start in range(hands)]


def _size(unit: Unit) -> int:
    file = Path(unit.policy.file).with_name("cases.yaml")
    return file.stat().st_size if file.is_file() else 0
