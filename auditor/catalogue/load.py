"""Packs: folders of policies into one `Pack`, cached by content."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from auditor import __version__
from auditor.catalogue.reads.derive import derive
from auditor.errors import PackError
from auditor.model import Json, Pack, Parameter, Policy, RegoTools, Remediation, Severity


def builtin_folder() -> Path:
    """The pack that comes with the tool: in the wheel beside the package's modules, in a checkout beside it."""
    here = Path(__file__).parent.parent
    for folder in (here / "policies", here.parent / "policies"):
        if (folder / "main" / "main.rego").exists():
            return folder
    raise PackError(f"the built-in pack is missing: neither {here / 'policies'} nor {here.parent / 'policies'}")


def load(folders: Sequence[Path], tools: RegoTools, cache: Path | None) -> Pack:
    """All policies of all folders. PackError names file, line and column of what is wrong."""
    modules = [file for folder in folders for file in sorted(folder.rglob("*.rego")) if not _is_test(file)]
    revision = _revision(folders, modules)
    stored = cache / "packs" / f"{revision}-{__version__}.msgpack" if cache else None
    if stored is not None and (pack := _stored(stored, modules)) is not None:
        return pack
    files = [str(file.resolve()) for file in modules]
    tools.check(files)
    trees = {file: tools.parse(file) for file in files}
    libraries = [tree for tree in trees.values() if _package(tree)[:1] == ["lib"]]
    annotations = {
        row["location"]["file"]: row["annotations"]
        for row in tools.inspect(files)
        if row["annotations"].get("scope") == "package"
    }
    policies: dict[str, Policy] = {}
    notes: list[str] = []
    for file, tree in trees.items():
        if _package(tree)[:1] != ["policy"]:
            continue
        derived = derive(tree, libraries)
        for finding in derived.findings:
            text = f"{finding.file}:{finding.line}:{finding.column}: {finding.message}"
            if finding.fatal:
                raise PackError(text)
            notes.append(text)
        policy = _policy(file, annotations.get(file, {}), derived.accesses)
        if policy.id in policies:
            raise PackError(f"{file}: the id {policy.id} is taken by {policies[policy.id].file}")
        policies[policy.id] = policy
    pack = Pack(tuple(sorted(policies.values(), key=lambda policy: policy.id)), tuple(files), revision, tuple(notes))
    if stored is not None:
        _store(stored, pack)
    return pack


def _is_test(file: Path) -> bool:
    return file.name.endswith("_test.rego")


def _package(tree: Mapping[str, Json]) -> list[str]:
    return [part["value"] for part in tree["package"]["path"][1:]]


def _revision(folders: Sequence[Path], modules: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in modules:
        folder = next(folder for folder in folders if file.is_relative_to(folder))
        digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _stored(file: Path, modules: Sequence[Path]) -> Pack | None:
    try:
        pack = msgspec.msgpack.decode(file.read_bytes(), type=Pack)
    except (OSError, msgspec.MsgspecError):
        return None
    return pack if pack.modules == tuple(str(module.resolve()) for module in modules) else None


def _store(file: Path, pack: Pack) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent)
        with open(handle, "wb") as out:
            out.write(msgspec.msgpack.encode(pack))
        os.replace(name, file)
    except OSError:
        return  # a cache that cannot be written costs time, nothing else


def _policy(file: str, annotation: Mapping[str, Json], accesses: tuple[Json, ...]) -> Policy:
    custom = annotation.get("custom") or {}
    try:
        subject = custom["subject"]
        return Policy(
            id=custom["id"],
            key=custom["id"].replace("-", "_"),
            title=annotation["title"],
            description=annotation["description"].strip(),
            severity=Severity(custom["severity"]),
            function=custom["function"],
            stage=custom["stage"],
            subjects=(subject,) if isinstance(subject, str) else tuple(subject),
            scope=custom.get("scope", "account"),
            applies=custom.get("applies", "both"),
            accesses=accesses,
            parameters=msgspec.convert(custom.get("parameters") or {}, dict[str, Parameter]),
            controls=msgspec.convert(custom.get("controls") or {}, dict[str, tuple[str, ...]]),
            remediation=msgspec.convert(custom["remediation"], Remediation),
            references=tuple(r["ref"] if isinstance(r, dict) else r for r in annotation.get("related_resources") or ()),
            file=file,
        )
    except (KeyError, ValueError, TypeError, msgspec.ValidationError) as error:
        raise PackError(f"{file}:1: the metadata is not complete: {error}") from error
