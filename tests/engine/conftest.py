"""The real OPA with a pack of one good policy and one for each way to go wrong (`pack/`)."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from auditor.engine.discover import require
from auditor.engine.isolation import Limits
from auditor.engine.opa import ManagedOpa

PACK = Path(__file__).parent / "pack"
QUICK = Limits(shard=2.0, policy=1.0, start=20.0, deaths=6)


@pytest.fixture(scope="session")
def opa() -> str:
    return require(os.environ).path


@pytest.fixture(scope="session")
def modules() -> list[str]:
    return sorted(map(str, PACK.glob("*.rego")))


@pytest.fixture(scope="session")
def buckets() -> bytes:
    """A shard of two buckets, both public, whose names are no numbers."""
    rows = [
        {"type": "AWS::S3::Bucket", "id": name, "name": name, "properties": {"Public": True}} for name in ("one", "two")
    ]
    return msgspec.json.encode({"AWS::S3::Bucket": rows})


@pytest.fixture
def engine(opa: str, modules: list[str]) -> Iterator[ManagedOpa]:
    """A server of one's own: for what breaks it or leaves a mark in it."""
    with ManagedOpa(opa, modules, QUICK) as engine:
        engine.wait()
        yield engine


@pytest.fixture(scope="module")
def shared(opa: str, modules: list[str]) -> Iterator[ManagedOpa]:
    """One server for the tests that leave it as it was."""
    with ManagedOpa(opa, modules, QUICK) as engine:
        engine.wait()
        yield engine


@pytest.fixture(scope="session")
def running() -> Callable[[str], list[int]]:
    """The processes whose command line holds a text (the folder of an engine, say), OPA before its watcher or not."""

    def processes(text: str) -> list[int]:
        listed = subprocess.run(["ps", "-axww", "-o", "pid=,args="], capture_output=True, text=True, check=True)
        return [int(line.split()[0]) for line in listed.stdout.splitlines() if text in line]

    return processes


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A short one: a socket's path has 107 bytes, and under xdist pytest's own folder leaves too few of them."""
    with tempfile.TemporaryDirectory(prefix="a-", dir="/tmp") as folder:
        yield Path(folder)
