"""The workaround around opa_client's imports: needed, harmless, and noticed when it is neither."""

from __future__ import annotations

import subprocess
import sys

import opa_client
import opa_client.opa_async
import pytest


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_plain_import_still_brings_aiohttp() -> None:
    """When this fails, the placeholder in engine/client.py has served its time: remove it."""
    assert python("import sys, opa_client; print('aiohttp' in sys.modules)") == "True"


def test_the_package_is_the_one_that_the_placeholder_fits() -> None:
    assert opa_client.AsyncOpaClient is opa_client.opa_async.AsyncOpaClient
    assert opa_client.OpaClient.__module__ == "opa_client.opa"


def test_ours_does_not_bring_it() -> None:
    code = (
        "import sys, auditor.engine.client; print([m for m in ('aiohttp', 'opa_client.opa_async') if m in sys.modules])"
    )
    assert python(code) == "[]"


@pytest.mark.parametrize("first", ["opa_client", "opa_client.opa_async"])
def test_a_real_import_before_or_after_is_not_disturbed(first: str) -> None:
    use = "from opa_client.opa_async import AsyncOpaClient; print(AsyncOpaClient.__name__)"
    assert python(f"import {first}; import auditor.engine.client; {use}") == "AsyncOpaClient"
    assert python(f"import auditor.engine.client; import {first}; {use}") == "AsyncOpaClient"


def test_a_package_that_wants_more_gets_the_real_one() -> None:
    """As if a new version imported another name: the placeholder lacks it, and must not stand in the way."""
    code = """
import sys, types
from importlib import util
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name != "opa_client": return None
        sys.meta_path.remove(self)
        spec = util.find_spec(name)
        sys.meta_path.insert(0, self)
        spec.loader.get_code = lambda _: compile("from .opa_async import AsyncOpaClient, asyncio\\n", "x", "exec")
        return spec
sys.meta_path.insert(0, Finder())
import auditor.engine.client as client
print(client.OpaClient.__name__, "aiohttp" in sys.modules)
"""
    assert python(code) == "OpaClient True"


def test_the_engine_is_light_until_it_waits() -> None:
    heavy = "('requests', 'opa_client', 'urllib3', 'boto3', 'cfnlint')"
    code = f"import sys, auditor.engine.opa, auditor.engine.remote; print([m for m in {heavy} if m in sys.modules])"
    assert python(code) == "[]"
