"""Imports go one way (docs/architecture.md). The table is the rule; the test reads the source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "auditor"

BASE = {"errors", "model"}
STAGE = BASE | {"data", "facts", "config", "projection"}

# module or package -> what it may import besides itself
MAY_IMPORT = {
    "errors": set(),
    "model": set(),
    "data": BASE,
    "projection": BASE,
    "facts": BASE | {"data"},
    "fingerprint": BASE | {"projection"},
    "findings": BASE | {"data", "projection", "fingerprint"},
    "compliance": BASE,
    "config": BASE,
    "catalogue": STAGE,
    "judge": BASE,
    "gate": BASE,
    "adoption": BASE | {"config", "fingerprint", "gate", "spool"},
    "since": BASE,
    "worlds": BASE,
    "window": BASE,
    "spool": BASE,
    "stored": BASE | {"render", "spool"},
    "snapshot": BASE,
    "remedy": BASE,
    "places": BASE,
    "render": BASE | {"data"},
    "engine": BASE,
    "collectors": BASE | {"data", "snapshot"},
    "sources": STAGE | {"collectors", "snapshot", ""},
    "scope_audit": STAGE | {"findings", "judge"},
    "pipeline": STAGE | {"scope_audit", "spool", "window", "worlds", "judge", ""},
}
ANYTHING = {"workbench", "cli", "", "__main__"}


def imported(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "auditor":
            parts = node.module.split(".")[1:]
            names |= {parts[0]} if parts else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("auditor.")}
    return {"" if name.startswith("__") else name for name in names}


@pytest.mark.parametrize("file", sorted(ROOT.rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_go_one_way(file: Path) -> None:
    layer = file.relative_to(ROOT).parts[0].removesuffix(".py")
    layer = "" if layer.startswith("__") else layer
    names = imported(file)
    if layer in ANYTHING:
        assert "cli" not in names or layer in ("cli", ""), f"{file} imports the command line"
        return
    assert names <= MAY_IMPORT[layer] | {layer}, f"{file} imports {names - MAY_IMPORT[layer] - {layer}}"


@pytest.mark.parametrize("file", sorted(ROOT.rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT)))
def test_no_file_has_over_400_lines(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 400
