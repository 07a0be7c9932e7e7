"""A pack from its files: anatomy, metadata, reads. Slow (it runs the opa program), and therefore kept (`store`)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from auditor.catalogue.finding import Finding
from auditor.catalogue.metadata import Metadata
from auditor.catalogue.reads import syntax
from auditor.catalogue.reads.declared import compare, declared
from auditor.catalogue.reads.derive import Derived, analyse
from auditor.catalogue.reads.syntax import Module, Package
from auditor.catalogue.store import Stored, Unit
from auditor.errors import PackError
from auditor.model import RegoTools

_PARSERS = 4
_POLICY = re.compile(rb"^package\s+policy\.", re.MULTILINE)


def build(contents: Mapping[str, bytes], tools: RegoTools, known: Mapping[str, Unit]) -> Stored:
    """The policies among the files (absolute name to content); those that did not change come from `known`.

    PackError has one line per mistake, with file, line and column.
    """
    digests = _digests(contents)
    same = {file: known[digest] for file, digest in digests.items() if digest in known}
    is_library_needed = len(same) < len(digests)
    files = [file for file in contents if file not in same and (is_library_needed or file in digests)]
    with ThreadPoolExecutor(_PARSERS) as parsers:
        modules = [syntax.module(tree) for tree in parsers.map(tools.parse, files)]
    taken: dict[Package, str] = {("policy", unit.policy.key): unit.policy.file for unit in same.values()}
    _refuse(_misplaced(modules, taken))
    tools.check(files)  # what is known was checked, with these libraries
    libraries = {module.package: module for module in modules if module.package[0] != "policy"}
    units = list(same.values())
    mistakes: list[str] = []
    for module in modules:
        if module.package[0] == "policy":
            try:
                units.append(_unit(module, libraries, digests[module.file]))
            except PackError as error:
                mistakes.append(str(error))
    _refuse(mistakes)
    return Stored(tuple(sorted(units, key=lambda unit: unit.policy.id)))


def _digests(contents: Mapping[str, bytes]) -> dict[str, str]:
    """What the policy in a file depends on: its place, its content and all libraries."""
    policies = {file for file, content in contents.items() if _POLICY.search(content)}
    libraries = hashlib.sha256()
    for file in sorted(contents.keys() - policies):
        libraries.update(file.encode() + b"\0" + contents[file] + b"\0")
    base = libraries.digest()
    return {file: hashlib.sha256(base + file.encode() + b"\0" + contents[file]).hexdigest() for file in policies}


def _unit(module: Module, libraries: Mapping[Package, Module], digest: str) -> Unit:
    derived = analyse(module, {**libraries, module.package: module})
    metadata = Metadata(module.file, module.annotations, module.line)
    mistakes = [str(finding) for finding in derived.findings if finding.fatal]
    policy, differences = None, list[Finding]()
    try:
        policy = metadata.policy(module.package[1], derived.accesses, derived.subjects)
        differences = list(_differences(module, metadata, derived))
    except PackError as error:
        mistakes.append(str(error))
    if policy is None or mistakes:
        raise PackError("\n".join(mistakes))
    return Unit(
        digest,
        policy,
        tuple(f for f in derived.findings if not f.fatal),
        tuple(differences),
        derived.seen,
        tuple(metadata.custom),
        metadata.muted,
    )


def _misplaced(modules: Sequence[Module], taken: Mapping[Package, str]) -> Iterator[str]:
    """What is wrong between the packages of files, their names and their folders."""
    first = dict(taken)
    for module in modules:
        if (message := _misnamed(module)) is not None:
            yield f"{_place(module)}: {message}"
        elif first.setdefault(module.package, module.file) != module.file:
            other = first[module.package]
            if module.package[0] == "policy":
                yield f"{_place(module)}: the id {module.package[1].replace('_', '-')} is taken, by {other}"
            else:
                helper = "name your own helpers lib.<pack>.<name>"
                yield f"{_place(module)}: {_named(module)} is already in {other}: one file per package; {helper}"


def _misnamed(module: Module) -> str | None:
    file = Path(module.file)
    is_policy_file = file.stem == file.parent.name
    match module.package:
        case ("policy", key):
            if is_policy_file and file.stem == key:
                return None
            if is_policy_file:
                return f"{_named(module)} in {file.stem}/{file.name}: write package policy.{file.stem}"
            return f"{_named(module)} must be the file {key}/{key}.rego; helpers are package lib.<pack>.<name>"
        case ("policy", *_):
            return f"packages of policies are flat: write package policy.{file.stem}"
        case ("main",) | ("lib", *_):
            return None
    wanted = f"policy.{file.stem}" if is_policy_file else f"lib.{file.stem}"
    return f"{_named(module)} is neither a policy nor a library: write package {wanted}"


def _differences(module: Module, metadata: Metadata, derived: Derived) -> Iterator[Finding]:
    if "reads" not in metadata.custom:
        return
    line, column = metadata.position("custom", "reads")
    where = f"{module.file}:{line}:{column}"
    for message in compare(derived, declared(metadata.custom["reads"], where)):
        yield Finding(f'{message}; "auditor policy reads --write" puts it right', module.file, line, column)


def _refuse(mistakes: Iterable[str]) -> None:
    found = list(mistakes)
    if found:
        raise PackError("\n".join(found))


def _named(module: Module) -> str:
    return f"package {'.'.join(module.package)}"


def _place(module: Module) -> str:
    return f"{module.file}:{module.line}:1"
