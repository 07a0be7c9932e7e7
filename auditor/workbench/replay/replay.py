"""The same snapshots judged by two versions of policies, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from auditor import pipeline
from auditor.errors import SourceError
from auditor.facts.base import Fact
from auditor.model import Engine, Json, Pack, Plan, Population, ResourceRef, Status, Verdict, pointer

_SUFFIXES = (".json", ".json.gz", ".json.zst")
_INDEX = "index.json"
_EVERYTHING = pipeline.Options(include_passed=True)


class Side(msgspec.Struct, frozen=True):
    """One version of the policies that changed, with a started engine that holds it."""

    pack: Pack
    plan: Plan
    facts: tuple[Fact, ...]
    parameters: Mapping[str, Mapping[str, Json]]
    engine: Engine


class Outcome(msgspec.Struct, frozen=True):
    """A verdict as far as two versions can agree on it; `said`: pointer and message of each finding."""

    status: Status
    said: tuple[tuple[str, str], ...] = ()
    error: str | None = None


class Change(msgspec.Struct, frozen=True):
    """One verdict that differs. Before a new one there is nothing, nor behind one that is gone."""

    kind: Literal["new", "gone", "changed"]
    policy: str
    snapshot: str
    resource: ResourceRef | None
    population: Population | None
    before: Outcome | None
    after: Outcome | None


class Replayed(msgspec.Struct, frozen=True):
    """One snapshot. `problems`: what of it could not be judged."""

    snapshot: str
    changes: tuple[Change, ...]
    same: int
    problems: tuple[str, ...]


def snapshots(folder: Path) -> list[Path]:
    """Every snapshot in a folder and below it, in order. SourceError where there is none."""
    if not folder.exists():
        raise SourceError(f"{folder}: no such folder")
    found = [folder] if folder.is_file() else sorted(file for file in folder.rglob("*") if _is_snapshot(file))
    if not found:
        raise SourceError(f"{folder}: no snapshot in it ({', '.join(_SUFFIXES)})")
    return found


def replay(files: Sequence[Path], before: Side, after: Side) -> Iterator[Replayed]:
    """Snapshot by snapshot, each at its own time; nothing is held but one of them."""
    for file in files:
        try:
            old, before_problems = _judged(file, before)
            new, after_problems = _judged(file, after)
        except SourceError as error:
            yield Replayed(str(file), (), 0, (str(error),))
            continue
        changes = tuple(_changes(str(file), old, new))
        problems = tuple(dict.fromkeys((*before_problems, *after_problems)))
        yield Replayed(str(file), changes, len(old.keys() | new.keys()) - len(changes), problems)


_Key = tuple[str, ResourceRef | None, Population | None]


def _judged(file: Path, side: Side) -> tuple[dict[_Key, Outcome], list[str]]:
    from auditor.sources.file import SnapshotSource

    if not side.plan.policies:
        return {}, []
    source = SnapshotSource((str(file),))
    report = pipeline.audit(source, side.pack, side.plan, side.engine, side.facts, side.parameters, (), _EVERYTHING)
    found = {(each.policy, each.resource, each.population): _outcome(each) for each in report.verdicts}
    return found, [f"{problem.subject}: {problem.message}" for problem in report.problems]


def _outcome(verdict: Verdict) -> Outcome:
    said = tuple(sorted({(pointer(finding.path), finding.message) for finding in verdict.findings}))
    return Outcome(verdict.status, said, verdict.error)


def _changes(file: str, old: Mapping[_Key, Outcome], new: Mapping[_Key, Outcome]) -> Iterator[Change]:
    for key in dict.fromkeys((*new, *old)):
        before, after = old.get(key), new.get(key)
        if before != after:
            policy, resource, population = key
            kind: Literal["new", "gone", "changed"] = (
                "new" if before is None else "gone" if after is None else "changed"
            )
            yield Change(kind, policy, file, resource, population, before, after)


def _is_snapshot(file: Path) -> bool:
    return file.is_file() and file.name.endswith(_SUFFIXES) and file.name != _INDEX and not file.name.startswith(".")
