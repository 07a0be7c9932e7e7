"""`--changed-since REV`: which files git proves to be as they were. What it does not prove counts as changed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from auditor.errors import UsageError
from auditor.sources.template.decode import MAX_BYTES
from auditor.sources.template.find import SUFFIXES, read_nested
from auditor.sources.template.load import load, tree_of
from auditor.sources.template.nodes import Settings

_NESTING = (b"AWS::CloudFormation::Stack", b"AWS::Serverless::Application")


class Changed:
    """Call it with the real paths of a root and of all that it includes.

    A file is unchanged if it is in REV and git sees no difference to it in the work tree: what is new, ignored, outside
    of the repository, or what git was told not to look at, is not. A template that a changed one included is changed
    too: it may be a root now. UsageError where there is no git, no repository, or no such revision.
    """

    def __init__(self, revision: str, settings: Settings) -> None:
        self._revision = revision
        top = _git(".", "rev-parse", "--show-toplevel").removesuffix(b"\n")
        self._top = os.path.realpath(os.fsdecode(top))
        self._commit = self._resolved()
        different = self._names("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", self._commit, "--")
        held = self._names("ls-tree", "-r", "-z", "--name-only", "--full-tree", self._commit)
        different |= {name[2:] for name in self._names("ls-files", "-v", "-z") if name[0] == "S" or name[0].islower()}
        self._different = {self._path(name) for name in different}
        self._same = {self._path(name) for name in held} - self._different
        for name in different & held:
            self._same.difference_update(self._included(name, settings))

    def __call__(self, paths: Iterable[str]) -> bool:
        return any(path not in self._same for path in paths)

    def holds(self, path: str) -> bool:
        """Whether it lies in the repository."""
        return os.path.commonpath([self._top, os.path.realpath(path)]) == self._top

    def first_changed(self, files: Sequence[str | Path]) -> str | None:
        """The first that changed of files and folders that decide about every template."""
        for file in files:
            for path in _files(file):
                if path in self._different or (os.path.lexists(path) and self((path, os.path.realpath(path)))):
                    return str(file)
        return None

    def _resolved(self) -> str:
        try:
            found = _git(".", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{self._revision}^{{commit}}")
        except UsageError as error:
            hint = "a shallow clone may not hold it: fetch it first"
            raise UsageError(f"--changed-since {self._revision}: no such revision ({hint})") from error
        return found.decode().strip()

    def _names(self, *arguments: str) -> set[str]:
        return {os.fsdecode(name) for name in _git(self._top, *arguments).split(b"\0") if name}

    def _path(self, name: str) -> str:
        return os.path.join(self._top, name)

    def _included(self, name: str, settings: Settings) -> set[str]:
        """The local templates that a file included in REV."""
        if not name.lower().endswith(SUFFIXES):
            return set()
        raw = _git(self._top, "cat-file", "blob", f"{self._commit}:{name}")
        if len(raw) > MAX_BYTES or not any(type in raw for type in _NESTING):
            return set()
        return load(self._path(name), tree_of(name, raw), settings, read_nested).asked


def _files(file: str | Path) -> Iterator[str]:
    if not os.path.isdir(file):
        yield os.path.abspath(file)
        return
    for here, _, names in os.walk(file):
        yield from (os.path.abspath(os.path.join(here, name)) for name in names)


def _git(folder: str, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, check=False)
    except OSError as error:
        raise UsageError(f"--changed-since needs git: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or f"git {arguments[0]} ended with {done.returncode}"
        raise UsageError(f"--changed-since: {said}")
    return done.stdout
