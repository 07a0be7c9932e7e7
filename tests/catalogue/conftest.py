"""Policies written in the tests, read by the real OPA."""

from __future__ import annotations

from pathlib import Path

import pytest
from rego_support import DENY, Deriving

from auditor.catalogue.reads import Derived, derive
from auditor.engine.tools import OpaTools


@pytest.fixture(scope="session")
def tools(opa: str) -> OpaTools:
    return OpaTools(opa)


@pytest.fixture
def deriving(tools: OpaTools, tmp_path: Path) -> Deriving:
    """The reads of a module, which OPA must accept, with libraries beside it."""

    def derived(module: str, *libraries: str) -> Derived:
        texts = {"policy.rego": module, "deny.rego": DENY}
        texts |= {f"lib{number}.rego": text for number, text in enumerate(libraries)}
        for name, text in texts.items():
            (tmp_path / name).write_text(text)
        files = [str(tmp_path / name) for name in texts]
        tools.check(files)
        trees = [tools.parse(file) for file in files]
        return derive(trees[0], trees[1:])

    return derived
