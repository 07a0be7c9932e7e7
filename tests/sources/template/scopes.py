"""Templates in a few lines, as scopes: through the real decoder, expansion, worlds and resolver."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from auditor.model import Gap, Path, Plan, Problem, Resource
from auditor.sources.template.build import build
from auditor.sources.template.load import load, tree_of
from auditor.sources.template.nodes import Settings
from auditor.sources.template.scope import TemplateScope
from auditor.sources.template.worlds import assignments

FILE = "app.yaml"


def scopes_of(
    text: str, types: Iterable[str], settings: Settings | None = None, files: Mapping[str, str] | None = None
) -> list[TemplateScope]:
    """One scope per world. `types` are read whole; `files` are the templates of nested stacks."""
    settings = settings or Settings()
    nested = {name: textwrap.dedent(body).encode() for name, body in (files or {}).items()}

    def read(path: str) -> bytes | Problem:
        return nested.get(path) or Problem("file", path, "no such file")

    tree = tree_of(FILE, textwrap.dedent(text).encode())
    assert not isinstance(tree, Problem), tree
    loaded = load(FILE, tree, settings, read)
    assert loaded.stack is not None, loaded.problems
    plan = Plan({type: (("*",),) for type in types})
    return [build(loaded.stack, world, settings, plan) for world in assignments(loaded.stack, settings).worlds]


def scope_of(text: str, *types: str, files: Mapping[str, str] | None = None, **settings: Any) -> TemplateScope:
    """The only world, or the default one."""
    return scopes_of(text, types, Settings(**settings), files)[0]


def one(scope: TemplateScope, id: str) -> Resource:
    """A resource by the end of its id."""
    found = [resource for resource in scope.resources() if resource.id.endswith(id)]
    assert len(found) == 1, [resource.id for resource in scope.resources()]
    return found[0]


def gaps_at(scope: TemplateScope, id: str | None, path: Path = (), parent: str | None = None) -> list[Gap]:
    """The gaps of one place; `id` and `parent` by their ends."""
    return [
        gap
        for gap in scope.gaps
        if (gap.id or "").endswith(id or "")
        and (gap.id is None) == (id is None)
        and gap.path == path
        and (parent is None or (gap.parent or "").endswith(parent))
    ]
