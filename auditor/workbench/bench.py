"""The packs that an author works on, loaded with all that the checks want to know, and which policies are meant."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import msgspec

from auditor.catalogue import load
from auditor.catalogue.store import Unit
from auditor.config import nearest
from auditor.engine.tools import OpaTools
from auditor.errors import PackError, UsageError
from auditor.workbench.checks import rego
from auditor.workbench.prove import Files


class Bench(msgspec.Struct, frozen=True):
    """`folders`: the author's own packs, or the built-in one where there are none."""

    units: tuple[Unit, ...]
    modules: tuple[str, ...]
    folders: tuple[str, ...]

    @property
    def libraries(self) -> tuple[str, ...]:
        """The entry point and the helpers: what every policy may need."""
        policies = {unit.policy.file for unit in self.units}
        return tuple(module for module in self.modules if module not in policies)

    def files(self, units: Sequence[Unit]) -> Files:
        return Files(tuple(unit.policy.file for unit in units), self.libraries)


def open_bench(packs: Sequence[Path], tools: OpaTools, cache: Path) -> Bench:
    """The built-in pack and these; UsageError for a folder that is none, PackError as for `catalogue.load`."""
    for folder in packs:
        if not folder.is_dir():
            raise UsageError(f"--pack {folder}: no such folder")
    builtin = load.builtin_folder()
    try:
        found = load.loaded([builtin, *packs], tools, cache)
    except PackError as error:
        raise PackError("\n".join([*_misspelt([builtin / "lib", *packs], tools, cache), str(error)])) from error
    own = tuple(os.path.realpath(folder) for folder in (packs or [builtin]))
    return Bench(found.units, found.modules, own)


def packs_with(packs: Sequence[Path], asked: Sequence[str]) -> list[Path]:
    """The packs, and what was asked for by a path outside of them: a folder with policies is a pack."""
    found = list(packs)
    for text in asked:
        path = Path(text)
        if not path.exists():
            continue
        roots = [Path(os.path.realpath(folder)) for folder in [*found, load.builtin_folder()]]
        real = Path(os.path.realpath(path))
        if not any(real.is_relative_to(root) for root in roots):
            found.append(path if path.is_dir() else path.parent)
    return found


def chosen(bench: Bench, asked: Sequence[str]) -> tuple[Unit, ...]:
    """The policies that ids (globs too), folders and files name; all of the author's own packs if nothing was asked.

    UsageError for what names none.
    """
    if not asked:
        return tuple(unit for unit in bench.units if _within(unit, bench.folders))
    found: dict[str, Unit] = {}
    for text in asked:
        same = [unit for unit in bench.units if _is_meant(unit, text)]
        if not same:
            ids = [unit.policy.id for unit in bench.units]
            raise UsageError(f'no policy "{text}"{nearest(text, ids)}' if not Path(text).exists() else _empty(text))
        found |= {unit.policy.id: unit for unit in same}
    return tuple(found.values())


def touched(bench: Bench, units: Sequence[Unit], changed: Collection[str]) -> tuple[Unit, ...]:
    """Those of the policies that a changed file belongs to: its own folder, or a library that all may use."""
    libraries = {os.path.realpath(file) for file in bench.libraries}
    real = {os.path.realpath(file) for file in changed}
    if real & libraries:
        return tuple(units)
    folders = {os.path.dirname(file) for file in real}
    return tuple(unit for unit in units if os.path.dirname(unit.policy.file) in folders)


def _misspelt(folders: Sequence[Path], tools: OpaTools, cache: Path) -> Iterator[str]:
    """What the schema says of a pack that cannot be loaded: a misspelt name shows first as something else."""
    files = [str(file) for folder in folders for file in sorted(folder.rglob("*.rego"))]
    modules = [os.path.realpath(file) for file in files if not file.endswith("_test.rego")]
    for failure in rego.compiled(modules, tools, cache):
        if "did you mean" in failure.message:
            yield f"{failure.file}:{failure.line}:{failure.column}: {failure.message}"


def _is_meant(unit: Unit, text: str) -> bool:
    policy = unit.policy
    if fnmatch.fnmatchcase(policy.id, text) or text == policy.key:
        return True
    path = Path(text)
    if not path.exists():
        return False
    real = Path(os.path.realpath(path))
    folder = Path(policy.file).parent
    return folder.is_relative_to(real) if real.is_dir() else real.parent == folder


def _within(unit: Unit, folders: Sequence[str]) -> bool:
    return any(Path(unit.policy.file).is_relative_to(folder) for folder in folders)


def _empty(text: str) -> str:
    return f"{text}: no policy here: one is a folder <key> with <key>.rego (auditor policy new makes one)"
