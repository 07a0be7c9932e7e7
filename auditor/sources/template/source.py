"""The template source: files, folders and standard input, one root after the other, each in its worlds."""

from __future__ import annotations

import datetime
import functools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from auditor.data.folding import FRAGMENTS
from auditor.model import Header, Plan, Problem, Scope
from auditor.sources.template.build import build
from auditor.sources.template.decode import MAX_BYTES
from auditor.sources.template.find import (
    STDIN,
    File,
    Found,
    find,
    is_template,
    looks_like_template,
    read,
    read_nested,
    reader,
)
from auditor.sources.template.load import Loaded, load, tree_of
from auditor.sources.template.nested import manifests
from auditor.sources.template.nodes import Settings, Stack
from auditor.sources.template.parameters import unknown_parameters
from auditor.sources.template.worlds import assignments

_NAMED_IN_NOTES = 10
_NESTING = (b"AWS::CloudFormation::Stack", b"AWS::Serverless::Application")


class TemplateSource:
    """Templates as `model.Source`. Only the root that is read is in memory.

    `paths`: files, folders, patterns, and `-`, for which `stdin` gives the bytes. The header's scope grows by the
    files that were judged. `observe` is shown each root before it is judged, with its bytes. `is_changed` is asked
    with the real paths of a root and of all that it includes: where it says no, the root is counted and left out.
    `edited`: by real path, what stands for the bytes of files on the disk. `skip_others`: a file that is named is left
    out as one in a folder is, if it does not look like a template.
    """

    def __init__(
        self,
        paths: Sequence[str],
        settings: Settings,
        stdin: Callable[[], bytes] | None = None,
        taken_at: str = "",
        observe: Callable[[Stack, bytes], None] | None = None,
        is_changed: Callable[[Iterable[str]], bool] | None = None,
        edited: Mapping[str, bytes] | None = None,
        skip_others: bool = False,
    ) -> None:
        self._paths = tuple(paths)
        self._settings = settings
        self._stdin = functools.cache(stdin) if stdin is not None else None
        self._observe = observe
        self._is_changed = is_changed
        self._skip_others = skip_others
        self._read_nested = reader(edited or {}, read_nested)
        self._read = reader(edited or {}, read)
        self._taken_at = taken_at or f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"
        self._reset()

    def _reset(self) -> None:
        self._judged: list[str] = []
        self._tally: Counter[str] = Counter({"templates": 0, "other files": 0})
        self._notes: list[str] = []
        self._declared: set[str] = set()
        self._unrecognised: list[str] = []
        self._remote: list[str] = []

    @property
    def header(self) -> Header:
        regions = (self._settings.region,) if self._settings.region else ()
        return Header(self._taken_at, "template", tuple(self._judged), regions)

    def tally(self) -> Mapping[str, int]:
        """Templates judged and files that are none, resources, and what of them no policy reads."""
        return {name: count for name, count in self._tally.items() if count or name in ("templates", "other files")}

    def notes(self) -> Sequence[str]:
        return tuple(self._notes)

    def scopes(self, plan: Plan) -> Iterator[Scope | Problem]:
        """Each root's problems, then its scopes, one per world; roots in the order of their paths."""
        read_types = frozenset(plan.reads).union(*(policy.types for policy in plan.policies)) | FRAGMENTS
        for root in self.roots():
            if isinstance(root, Problem):
                yield root
                continue
            self._count(root, read_types)
            try:
                found = assignments(root, self._settings)
                if found.capped:
                    cap = f"{root.file}: more than {self._settings.max_worlds} combinations of parameters"
                    self._notes.append(f"{cap}; the others are judged as one that is not decided")
                for assignment in found.worlds:
                    yield build(root, assignment, self._settings, plan)
            except RecursionError:
                yield Problem("file", root.file, "refers to itself too deeply to be judged")
        self._conclude()

    def roots(self) -> Iterator[Stack | Problem]:
        """Every root template with its nested stacks, and every file that cannot be judged."""
        self._reset()
        found = find(self._paths, named=not self._skip_others)
        candidates, nested = self._candidates(found)
        self._tally["links to folders, not followed"] = found.linked
        yield from found.problems
        reported: set[Problem] = set()
        for file in candidates:
            if not file.named and os.path.realpath(file.path) in nested:
                continue
            loaded = self._load(file)
            if loaded is None:
                continue
            if self._is_changed is not None and file.path != STDIN and not self._is_changed(_inputs(file, loaded)):
                self._tally["unchanged templates"] += 1
                continue
            if loaded.stack is not None and self._observe is not None:
                self._observe(loaded.stack, loaded.raw)
            yield from (problem for problem in loaded.problems if problem not in reported)
            reported.update(loaded.problems)
            self._tally["remote nested stacks"] += len(loaded.remote)
            self._remote += loaded.remote
            if loaded.stack is not None:
                yield loaded.stack

    def _candidates(self, found: Found) -> tuple[list[File], set[str]]:
        """The files that are or look like templates, and the real paths of those that another one includes.

        Templates that include each other in a circle would all be left out: the first of them stays.
        """
        candidates: list[File] = []
        includes: dict[str, set[str]] = {}
        for file in found.files:
            raw = self._bytes(file)
            if isinstance(raw, Problem):
                candidates.append(file)
                continue
            if not file.named and not looks_like_template(raw):
                self._tally["other files"] += 1
                continue
            candidates.append(file)
            if any(type in raw for type in _NESTING) and len(raw) <= MAX_BYTES:
                tree = tree_of(file.path, raw)
                if not isinstance(tree, Problem):
                    loaded = load(file.path, tree, self._settings, self._read_nested)
                    includes[os.path.realpath(file.path)] = loaded.nested if loaded.stack else set()
        return candidates, _included(candidates, includes)

    def _bytes(self, file: File) -> bytes | Problem:
        if file.path != STDIN:
            return self._read(file.path)
        if self._stdin is None:
            return Problem("file", STDIN, "there is no standard input")
        return self._stdin()

    def _load(self, file: File) -> Loaded | None:
        """The stack of a file with all that is wrong with it; None for a candidate that is no template after all."""
        raw = self._bytes(file)
        tree: Any = raw if isinstance(raw, Problem) else tree_of(file.path, raw)
        if isinstance(tree, Problem):
            return Loaded(problems=[tree])
        if not file.named and not is_template(tree):
            self._tally["other files"] += 1
            self._unrecognised.append(file.path)
            return None
        loaded = load(file.path, tree, self._settings, self._read_nested)
        assert isinstance(raw, bytes)
        loaded.raw = raw
        return loaded

    def _count(self, root: Stack, read_types: frozenset[str]) -> None:
        self._judged.append(root.file)
        self._tally["templates"] += 1
        self._declared.update(str(name) for name in root.section("Parameters"))
        waiting = [root]
        while waiting:
            stack = waiting.pop()
            waiting += stack.children.values()
            self._tally["nested stacks"] += len(stack.children)
            for resource in stack.section("Resources").values():
                self._tally["resources"] += 1
                self._tally["resources that no policy reads"] += resource["Type"] not in read_types

    def _conclude(self) -> None:
        """The notes that need to have seen everything."""
        if self._unrecognised:
            self._notes.append(f"not judged, since their top is no template's: {_some(self._unrecognised)}")
        if self._remote:
            self._notes.append(f"not judged, since their templates lie elsewhere: {_some(self._remote)}")
        if self._is_changed is not None:
            if not self._tally["templates"]:
                self._notes.append(f"no template changed ({self._tally['unchanged templates']} are as they were)")
        elif not self._tally["templates"]:
            others = self._tally["other files"]
            self._notes.append(f"no template found in {', '.join(self._paths)} ({others} other files)")
        else:
            self._notes += unknown_parameters(self._settings.parameters, self._declared)


def _inputs(file: File, loaded: Loaded) -> Iterator[str]:
    """The real paths of all that a root is made of, also of what is missing, and of links to it."""
    yield os.path.abspath(file.path)
    yield os.path.realpath(file.path)
    yield from loaded.asked
    if loaded.asked or loaded.remote:
        yield from map(os.path.realpath, manifests(os.path.dirname(file.path)))


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED_IN_NOTES
    return ", ".join(names[:_NAMED_IN_NOTES]) + (f" and {more} more" if more > 0 else "")


def _included(candidates: Sequence[File], includes: Mapping[str, set[str]]) -> set[str]:
    """What is reached from a root; in a circle without one, from the first file of it."""
    real = [os.path.realpath(file.path) for file in candidates]
    targets: set[str] = set().union(*includes.values()) if includes else set()
    reached: set[str] = set()
    for path in [*(path for path in real if path not in targets), *real]:
        if path in targets and path in reached:
            continue
        waiting = [path]
        while waiting:
            for target in includes.get(waiting.pop(), ()):
                if target not in reached and target != path:
                    reached.add(target)
                    waiting.append(target)
    return reached
