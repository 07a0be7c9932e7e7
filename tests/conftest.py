"""Shared by all tests: the real OPA, found the way the tool finds it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# the same examples in every run, and no timing: a slow machine is no failure
settings.register_profile("auditor", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("auditor")

# helpers stand beside the tests that use them; their names are unique
for folder in (Path(__file__).parent, *(each for each in Path(__file__).parent.rglob("*") if each.is_dir())):
    sys.path.append(str(folder))


@pytest.fixture(scope="session")
def opa() -> str:
    """The opa program. Its absence fails the test that asks: nothing here is skipped for lack of the engine."""
    from auditor.cli.session import opa_binary

    return opa_binary()
