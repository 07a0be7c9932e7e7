"""The built-in pack: what each policy declares is what is derived, and the lint has nothing to say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor.catalogue.load import builtin_folder
from auditor.catalogue.reads import compare, declared, derive
from auditor.engine.tools import OpaTools

LIBRARIES = sorted(file for file in (builtin_folder() / "lib").rglob("*.rego") if not file.name.endswith("_test.rego"))
POLICIES = sorted(file for file in builtin_folder().glob("aws/**/*.rego") if file.stem == file.parent.name)


@pytest.fixture(scope="module")
def libraries(tools: OpaTools) -> list[Any]:
    return [tools.parse(str(file)) for file in LIBRARIES]


@pytest.mark.parametrize("file", POLICIES, ids=lambda file: file.stem)
def test_declared_reads_are_the_derived_ones(tools: OpaTools, libraries: list[Any], file: Path) -> None:
    tree = tools.parse(str(file))
    derived = derive(tree, libraries)
    assert [str(finding) for finding in derived.findings] == []
    (custom,) = [annotation["custom"] for annotation in tree["annotations"] if annotation["scope"] == "package"]
    assert compare(derived, declared(custom["reads"], str(file))) == []
