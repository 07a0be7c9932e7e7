"""Packs: folders of Rego into one `Pack`, cached by content.

A policy is the file `<key>/<key>.rego` with the package `policy.<key>`; everything else is the entry point
(`main`) or a library (`lib...`). Tests (`*_test.rego`) and other files do not belong to the pack.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from auditor.catalogue.finding import Finding
from auditor.catalogue.store import Store, Unit
from auditor.catalogue.store import revision as revision_of
from auditor.errors import PackError
from auditor.model import Pack, RegoTools


def builtin_folder() -> Path:
    """The pack that comes with the tool: package data of the wheel, or beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "policies", package.parent / "policies"):
        if (folder / "main" / "main.rego").is_file():
            return folder
    raise PackError(f"the built-in pack is missing: no policies/main/main.rego in {package} or {package.parent}")


class Loaded(msgspec.Struct, frozen=True):
    """What is known of all policies of some folders, with their Rego files (no tests) and a hash of them."""

    units: tuple[Unit, ...]
    modules: tuple[str, ...]
    revision: str


def load(folders: Sequence[Path], tools: RegoTools, cache: Path | None, strict_folders: Sequence[Path] = ()) -> Pack:
    """All policies of all folders, in the order of their ids; the built-in folder comes first.

    What the analysis of reads cannot follow is a note, in `strict_folders` an error. `cache` None: nothing is
    kept. PackError has one line per mistake, with file, line and column.
    """
    return pack(loaded(folders, tools, cache), strict_folders)


def pack(found: Loaded, strict_folders: Sequence[Path] = ()) -> Pack:
    """The policies without what only their author wants to know; see `load`."""
    findings = [finding for unit in found.units for finding in unit.findings]
    refused = _within(findings, strict_folders)
    if refused:
        raise PackError("\n".join(map(str, refused)))
    findings += [difference for unit in found.units for difference in unit.differences]
    # who uses the built-in pack cannot change it, and a test compares what it declares
    own = _within(findings, [builtin_folder()])
    notes = tuple(str(finding) for finding in findings if finding not in own)
    return Pack(tuple(unit.policy for unit in found.units), found.modules, found.revision, notes)


def loaded(folders: Sequence[Path], tools: RegoTools, cache: Path | None) -> Loaded:
    """All that is known of the policies; PackError as for `load`."""
    roots = [os.path.realpath(folder) for folder in folders]
    files = {file: file[len(root) + 1 :] for root in roots for file in sorted(modules_in(root))}
    contents = {file: _content(file) for file in files}
    revision = revision_of((name, contents[file]) for file, name in files.items())
    kept = Store(cache, roots) if cache is not None else None
    stored = kept.fetch(revision) if kept is not None else None
    if stored is None:
        from auditor.catalogue.build import build  # only a cold start needs the analysis

        stored = build(contents, tools, kept.known() if kept is not None else {})
        if kept is not None:
            kept.keep(revision, stored)
    return Loaded(stored.units, tuple(files), revision)


def modules_in(folder: str) -> Iterator[str]:
    """The Rego files below a folder that are no tests. Hidden folders are left out, links to folders not followed."""
    # texts and scandir, because a warm start does little else: pathlib costs five times as much here
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith("."):
                    yield from modules_in(entry.path)
            elif entry.name.endswith(".rego") and not entry.name.endswith("_test.rego"):
                yield entry.path


def _content(file: str) -> bytes:
    try:
        with open(file, "rb") as source:
            return source.read()
    except OSError as error:
        raise PackError(f"{file}: cannot be read: {error.strerror}") from error


def _within(findings: Iterable[Finding], folders: Iterable[Path]) -> list[Finding]:
    roots = [os.path.realpath(folder) for folder in folders]
    return [finding for finding in findings if any(Path(finding.file).is_relative_to(root) for root in roots)]
