"""The same snapshots judged by two versions of policies, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from auditor import projection
from auditor.errors import SourceError
from auditor.facts.base import Fact
from auditor.model import Engine, Json, Plan, Population, Problem, ResourceRef, Status, Verdict, pointer
from auditor.scope_audit import ScopeAudit
from auditor.sources.file import SnapshotSource
from auditor.window import windowed

_SUFFIXES = (".json", ".json.gz", ".json.zst")
_INDEX = "index.json"
_SHARD = 750
_AT_ONCE = 4


class Side:
    """One version of the policies that changed, with a started engine that holds it."""

    def __init__(
        self,
        plan: Plan,
        facts: Sequence[Fact],
        parameters: Mapping[str, Mapping[str, Json]],
        engine: Engine,
        place: Path,
    ) -> None:
        """`parameters`: by policy key. `place`: where its files are for now, which says nothing to anybody."""
        self.place = f"{place}/"
        self.plan = plan
        self.facts = facts
        self.parameters = msgspec.json.encode(parameters)
        self.engine = engine
        self.tries = projection.compiled(plan)


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
    """Snapshot by snapshot in their order, each at its own time; no more of them are held than are judged at once."""
    yield from windowed(lambda file: _replayed(file, before, after), files, _AT_ONCE)


def _replayed(file: Path, before: Side, after: Side) -> Replayed:
    problems: dict[str, None] = {}
    try:
        old, new = _judged(file, before, problems), _judged(file, after, problems)
    except SourceError as error:
        return Replayed(str(file), (), 0, (str(error),))
    changes = tuple(_changes(str(file), old, new))
    return Replayed(str(file), changes, len(old.keys() | new.keys()) - len(changes), tuple(problems))


_Key = tuple[str, ResourceRef | None, Population | None]


def _judged(file: Path, side: Side, problems: dict[str, None]) -> dict[_Key, Outcome]:
    """As `pipeline.audit` judges, without what a report needs beside the verdicts."""
    if not side.plan.policies:
        return {}
    found: dict[_Key, Outcome] = {}
    source = SnapshotSource((str(file),))
    for scope in source.scopes(side.plan):
        if isinstance(scope, Problem):
            problems[f"{scope.subject}: {scope.message}"] = None
            continue
        for shard in ScopeAudit(scope, side.plan, side.facts, side.tries, _SHARD).shards():
            if shard.keys:
                shard.evaluated(side.engine.evaluate(shard.keys, shard.body, side.parameters, source.header.taken_at))
            problems.update({f"{id}: {message.replace(side.place, '')}": None for id, message in shard.failures()})
            for verdict in shard.verdicts():
                found[verdict.policy, verdict.resource, verdict.population] = _outcome(verdict, side.place)
    return found


def _outcome(verdict: Verdict, place: str) -> Outcome:
    said = tuple(sorted({(pointer(finding.path), finding.message) for finding in verdict.findings}))
    return Outcome(verdict.status, said, verdict.error and verdict.error.replace(place, ""))


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
