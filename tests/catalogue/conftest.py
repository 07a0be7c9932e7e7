"""Policies written in the tests, read by the real OPA."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.catalogue.reads import Derived, derive
from auditor.engine.tools import OpaTools
from auditor.model import pointer

DENY = """# METADATA
# title: The three words
package lib.deny

found(resource, path, message) := at("found", resource, path, message)

absent(resource, path, message) := at("absent", resource, path, message)

missing(resource, path, message) := at("missing", resource, path, message)

at(kind, resource, path, message) := {
	"kind": kind,
	"type": resource.type,
	"id": resource.id,
	"path": path,
	"message": message,
}

with_evidence(denial, evidence) := object.union(denial, {"evidence": evidence})
"""

Deriving = Callable[..., Derived]


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


def lines_of(derived: Derived) -> set[str]:
    """`needs /A` for a read of the subject, `needs BucketPolicy/A` (or `... owned`) for one of another resource."""
    return {
        f"{access.sign} {'' if access.subject else access.type.split('::')[-1]}{pointer(access.path) or '[]'}"
        + (" owned" if access.owned else "")
        for access in derived.accesses
    }
