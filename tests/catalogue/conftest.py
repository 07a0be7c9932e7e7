"""Policies written in the tests, read by the real OPA."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rego_support import DENY, Deriving

from auditor.catalogue.reads import Derived, derive
from auditor.engine.tools import OpaTools


@pytest.fixture(scope="session")
def tools(opa: str) -> OpaTools:
    return OpaTools(opa)


@pytest.fixture(scope="session")
def words(tools: OpaTools, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any]:
    """The library of the three words: its file and its syntax tree."""
    file = tmp_path_factory.mktemp("lib") / "deny.rego"
    file.write_text(DENY)
    return str(file), tools.parse(str(file))


@pytest.fixture
def deriving(tools: OpaTools, tmp_path: Path, words: tuple[str, Any]) -> Deriving:
    """The reads of a module, which OPA must accept, with libraries beside it."""
    deny, tree = words

    def derived(module: str, *libraries: str) -> Derived:
        texts = {"policy.rego": module} | {f"lib{number}.rego": text for number, text in enumerate(libraries)}
        for name, text in texts.items():
            (tmp_path / name).write_text(text)
        files = [str(tmp_path / name) for name in texts]
        tools.check([deny, *files])
        trees = [tools.parse(file) for file in files]
        return derive(trees[0], [tree, *trees[1:]])

    return derived
