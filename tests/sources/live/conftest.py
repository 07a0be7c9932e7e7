"""moto, the built-in pack and one OPA for the tests of live accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from moto_account import aws, moto_url
from shapes import shapes_are_kept

from auditor import pipeline
from auditor.catalogue import load, parameters, plan, select
from auditor.collectors.base import wanted_of
from auditor.engine.opa import ManagedOpa
from auditor.engine.tools import OpaTools
from auditor.facts.table import FACTS
from auditor.model import Pack, Plan, Verdict
from auditor.sources.file import SnapshotSource
from auditor.sources.live import Collected, Collection, collect
from auditor.spool import Spool

__all__ = ["aws", "moto_url", "shapes_are_kept"]

TAKEN_AT = "2026-11-22T00:00:00Z"


@pytest.fixture(scope="session")
def pack(opa: str) -> Pack:
    return load.load([load.builtin_folder()], OpaTools(opa), None)


@pytest.fixture(scope="session")
def engine(opa: str, pack: Pack) -> Iterator[ManagedOpa]:
    with ManagedOpa(opa, pack.modules) as started:
        started.wait()
        yield started


@pytest.fixture(scope="session")
def everything(pack: Pack) -> Plan:
    """What all live policies read."""
    return plan.plan(select.select(pack.policies, (), "live"), FACTS)


@pytest.fixture
def collecting(everything: Plan, tmp_path: Path) -> Callable[..., tuple[Path, Collected]]:
    """Collect accounts in one region into a file."""

    def collecting(*accounts: Any, name: str = "a.json", **fields: Any) -> tuple[Path, Collected]:
        given: dict[str, Any] = {
            "wanted": wanted_of(everything.reads),
            "at_source": [FACTS["secret.scan"]],
            "globs": ("eu-west-1",),
            "taken_at": TAKEN_AT,
            "options": frozenset({"user-data"}),
        }
        file = tmp_path / name
        return file, collect(file, accounts, Collection(**{**given, **fields}))

    return collecting


@pytest.fixture
def judged(everything: Plan, pack: Pack, engine: ManagedOpa) -> Callable[..., list[Verdict]]:
    """Every verdict on a snapshot file, those that pass too. `settings`: parameters by policy."""

    def judged(file: Path, settings: parameters.Settings | None = None) -> list[Verdict]:
        values = parameters.resolve(pack.policies, settings or {}, {})
        wanted = plan.plan([parameters.as_set(policy, values[policy.key]) for policy in everything.policies], FACTS)
        facts = [FACTS[name] for name in wanted.facts]
        options = pipeline.Options(include_passed=True)
        source = SnapshotSource([str(file)])
        spool = pipeline.audit(source, pack, wanted, engine, facts, values, (), options).verdicts
        assert isinstance(spool, Spool)
        found = list(spool)
        spool._file.close()
        return found

    return judged
