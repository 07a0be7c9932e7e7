"""One file to a stack with its nested stacks, and what is wrong with any of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.model import Problem
from auditor.sources.template.builder import MAX_NODES, Malformed
from auditor.sources.template.constants import constants_of
from auditor.sources.template.decode import decode
from auditor.sources.template.expand import expand
from auditor.sources.template.find import Read
from auditor.sources.template.nested import TEMPLATE_OF, arguments_of, local_template
from auditor.sources.template.nodes import Settings, Stack
from auditor.sources.template.shape import fault_of_template, problem_at
from auditor.sources.template.tree import key_of, like

MAX_STACKS = 250
MAX_NESTING = 10


@dataclass
class Loaded:
    """`stack` is None where nothing of the file can be judged. `nested`: the real paths of all nested templates.

    `remote`: the nested stacks whose template lies elsewhere, by logical id. `asked`: the real paths of all local
    templates that are named, also of those that are not there. `raw`: the file itself.
    """

    stack: Stack | None = None
    problems: list[Problem] = field(default_factory=list)
    nested: set[str] = field(default_factory=set)
    remote: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    raw: bytes = b""


def tree_of(file: str, raw: bytes) -> Any | Problem:
    """The tree of a file, or why there is none."""
    try:
        return decode(raw)
    except Malformed as error:
        return Problem("file", file, error.message, error.line, error.column)


def load(file: str, tree: Any, settings: Settings, read: Read) -> Loaded:
    """The stack of a root template whose file has been decoded; `read` gives the bytes of the nested ones."""
    loader = _Loader(settings, read)
    loader.loaded.stack = loader.stack(file, tree, None, "", {})
    return loader.loaded


class _Loader:
    def __init__(self, settings: Settings, read: Read) -> None:
        self.loaded = Loaded()
        self._settings = settings
        self._read = read
        self._trees: dict[str, Any] = {}
        self._stacks = 0
        self._written = 0

    def stack(
        self, file: str, tree: Any, parent: Stack | None, logical: str, arguments: Mapping[str, Any]
    ) -> Stack | None:
        fault = fault_of_template(tree)
        if fault is not None:
            self.loaded.problems.append(problem_at(file, *fault))
            return None
        instance = (*parent.instance, logical) if parent is not None else ()
        stack = Stack(file, tree, instance, parent, arguments)
        try:
            expansion = expand(tree, file, constants_of(stack, self._settings))
        except Malformed as error:
            self.loaded.problems.append(Problem("file", file, error.message, error.line, error.column))
            return None
        stack.template = expansion.template
        self._written += expansion.written
        stack.unexpanded.extend(expansion.unexpanded)
        self.loaded.problems += [found for found in expansion.problems if found not in self.loaded.problems]
        for name, resource in stack.section("Resources").items():
            if resource["Type"] in TEMPLATE_OF:
                self._nest(stack, str(name), resource)
        return stack

    def _nest(self, stack: Stack, logical: str, resource: Mapping[str, Any]) -> None:
        path = local_template(resource, stack.file, constants_of(stack, self._settings))
        if path is None:
            self.loaded.remote.append(stack.id_of(logical))
            return
        self.loaded.asked.add(os.path.realpath(path))
        place = key_of(resource.get("Properties", {}), TEMPLATE_OF[resource["Type"]])
        place = place if hasattr(place, "start_mark") else key_of(stack.section("Resources"), logical)
        message = self._refused(stack, path)
        tree = None if message else self._tree(path)
        if isinstance(tree, _Unread):
            message = tree.message
        if message:
            self.loaded.problems.append(problem_at(stack.file, f"nested stack {logical}: {message}", like(place, path)))
            return
        self.loaded.nested.add(os.path.realpath(path))
        if isinstance(tree, Problem):
            if tree not in self.loaded.problems:
                self.loaded.problems.append(tree)
            return
        arguments = arguments_of(resource, tree) if isinstance(tree, dict) else {}
        child = self.stack(path, tree, stack, logical, arguments)
        if child is not None:
            stack.children[logical] = child

    def _refused(self, stack: Stack, path: str) -> str | None:
        """Why a nested template is not followed."""
        chain = [stack]
        while chain[-1].parent is not None:
            chain.append(chain[-1].parent)
        if any(one.file != "-" and os.path.realpath(one.file) == os.path.realpath(path) for one in chain):
            return f"{path} includes itself"
        if len(chain) >= MAX_NESTING:
            return f"stacks are nested deeper than {MAX_NESTING} levels"
        if self._written > MAX_NODES:
            return f"loops write more than {MAX_NODES:,} values"
        self._stacks += 1
        return f"more than {MAX_STACKS} nested stacks" if self._stacks > MAX_STACKS else None

    def _tree(self, path: str) -> Any:
        """The tree of a nested template, decoded once; a Problem of its own, or `_Unread` where it is not there."""
        if path not in self._trees:
            raw = self._read(path)
            self._trees[path] = _Unread(f"{path}: {raw.message}") if isinstance(raw, Problem) else tree_of(path, raw)
        return self._trees[path]


@dataclass(frozen=True)
class _Unread:
    message: str
