"""One OPA with the built-in pack for all policy tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from auditor.catalogue import load
from auditor.catalogue.load import Loaded
from auditor.engine.opa import ManagedOpa
from auditor.engine.tools import OpaTools
from auditor.model import Pack


@pytest.fixture(scope="session")
def found(opa: str, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return load.loaded([load.builtin_folder()], OpaTools(opa), tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def pack(found: Loaded) -> Pack:
    return load.pack(found)


@pytest.fixture(scope="session")
def engine(opa: str, pack: Pack) -> Iterator[ManagedOpa]:
    with ManagedOpa(opa, pack.modules) as started:
        started.wait()
        yield started
