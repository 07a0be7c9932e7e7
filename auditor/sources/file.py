"""A stored snapshot as a source. Two passes: first gaps and trailer, then resources; nothing is held but these."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as File
from typing import IO

import msgspec

from auditor.errors import SourceError
from auditor.facts.table import FACTS
from auditor.model import (
    Coverage,
    Gap,
    Header,
    Location,
    Path,
    Plan,
    Problem,
    Reason,
    Resource,
    Scope,
    World,
)
from auditor.snapshot import (
    FORMAT,
    AccountCoverage,
    AccountLine,
    GapLine,
    HeaderLine,
    ResourceLine,
    TrailerLine,
    coverage_of,
    lines,
    plant,
)
from auditor.sources.elsewhere import TOLD, Others
from auditor.sources.folder import files_of
from auditor.sources.unasked import unasked, without

# Of facts whose version was not stored yet.
_FIRST = 1


class SnapshotScope:
    """One account of a snapshot file."""

    world: World | None = None
    certain: bool = True
    declares: Mapping[str, tuple[tuple[str, Path], ...]] = {}

    def __init__(
        self,
        file: File,
        account: str,
        gaps: Sequence[Gap],
        coverage: Coverage,
        others: Sequence[Resource] = (),
        unasked: Mapping[str, Sequence[str]] = {},
        stale: frozenset[str] = frozenset(),
    ) -> None:
        """`others`: what other accounts tell of this one. `unasked`: per type the properties nobody asked for.

        `stale`: stored facts that do not count.
        """
        self.root = f"{file}#{account}"
        self.account = account
        self.gaps: Sequence[Gap] = gaps
        self.coverage = coverage
        self._file = file
        self._others = others
        self._unasked = unasked
        self._stale = stale
        self._hidden: dict[str, list[Gap]] = {}
        for gap in gaps:
            if gap.id is not None:
                self._hidden.setdefault(gap.id, []).append(gap)

    def resources(self, types: frozenset[str] | None = None) -> Iterator[Resource]:
        current = None
        for line in lines(self._file):
            if isinstance(line, AccountLine):
                current = line.account
            elif isinstance(line, ResourceLine) and current == self.account:
                resource = line.resource
                if types is None or resource.type in types:
                    if not self._stale.isdisjoint(resource.facts):
                        resource = _fresh(resource, self._stale)
                    hidden = self._hidden.get(resource.id)
                    seen = plant(resource, hidden) if hidden else resource
                    missing = self._unasked.get(resource.type)
                    yield without(seen, missing) if missing else seen
        yield from (each for each in self._others if types is None or each.type in types)

    def locate(self, resource_id: str, path: Path) -> Location | None:
        return None

    def construct(self, resource_id: str) -> str | None:
        return None

    def assumed(self, resource_id: str) -> tuple[str, ...]:
        return ()


class SnapshotSource:
    """Snapshot files and folders of them, one scope per account. Standard input ("-") is spooled to a file.

    The time is the oldest of all.
    """

    def __init__(self, files: Sequence[str], stdin: IO[bytes] | None = None) -> None:
        self._spooled: tempfile._TemporaryFileWrapper[bytes] | None = None
        self._files: list[File] = []
        self._missing: list[Problem] = []
        for file in files:
            if file == "-" and stdin is not None:
                self._files.append(self._spool(stdin))
            elif File(file).is_dir():
                inside, missing = files_of(File(file))
                self._files += inside
                self._missing += missing
            else:
                self._files.append(File(file))
        if not self._files:
            raise SourceError(f"{files[0]}: no account in it was collected")
        self._notes: list[str] = []
        self._accounts = 0
        headers = [self._header(file) for file in self._files]
        scope = tuple(account for header in headers for account in header.accounts)
        regions = tuple(sorted({region for header in headers for region in header.regions}))
        self.header = Header(min(header.taken_at for header in headers), "snapshot", scope, regions)

    def _spool(self, stdin: IO[bytes]) -> File:
        self._spooled = tempfile.NamedTemporaryFile(prefix="auditor-", suffix=".json")  # noqa: SIM115 - as long as self
        shutil.copyfileobj(stdin, self._spooled)
        self._spooled.flush()
        return File(self._spooled.name)

    def _header(self, file: File) -> HeaderLine:
        first = next(lines(file), None)
        if not isinstance(first, HeaderLine):
            raise SourceError(f"{file}: not a snapshot: its first line is no header")
        if first.format != FORMAT:
            raise SourceError(f"{file}: a snapshot of format {first.format}; this version reads {FORMAT}")
        return first

    def scopes(self, plan: Plan) -> Iterator[Scope | Problem]:
        yield from self._missing
        told = Others(self._files if len(set(self.header.scope)) > 1 else (), plan)
        for file in self._files:
            gaps: dict[str, list[Gap]] = {}
            trailer: TrailerLine | None = None
            account = ""
            for line in lines(file):
                if isinstance(line, AccountLine):
                    account = line.account
                    gaps[account] = []
                elif isinstance(line, GapLine):
                    gaps[account].append(line.gap)
                elif isinstance(line, TrailerLine):
                    trailer = line
            if trailer is None or not trailer.complete:
                yield Problem("account", str(file), "the snapshot is partial: its end is missing")
            for name, own in gaps.items():
                self._accounts += 1
                line_of = trailer.coverage.get(name) if trailer is not None else None
                coverage = coverage_of(line_of)
                never = tuple(_never_asked(name, own, coverage, plan))
                self._tell(coverage, never)
                unseen = (*own, *never)
                missing = unasked(coverage, plan)
                yield SnapshotScope(file, name, unseen, coverage, told.of(name), missing, _stale(line_of, plan))

    def _tell(self, coverage: Coverage, never: Sequence[Gap]) -> None:
        """What an account lacks, for the header of the report."""
        self.header = msgspec.structs.replace(
            self.header,
            left_out=tuple(sorted({*self.header.left_out, *coverage.left_out})),
            not_collected=tuple(sorted({*self.header.not_collected, *(gap.type for gap in never)})),
        )

    def tally(self) -> Mapping[str, int]:
        return {"accounts": self._accounts}

    def notes(self) -> Sequence[str]:
        return self._notes


def _never_asked(account: str, gaps: Sequence[Gap], coverage: Coverage, plan: Plan) -> Iterator[Gap]:
    """A type that is read and was never asked for is unseen: the policy is newer, or no collector knows the type."""
    unlisted = {gap.type for gap in gaps if gap.id is None}
    if coverage.lists is None or "*" in unlisted:
        return
    for type in plan.reads:
        if type not in coverage.lists and type not in unlisted and type not in TOLD:
            yield Gap(account, None, type, None, (), Reason.UNSUPPORTED, f"{type} was not collected")


def _stale(line: AccountCoverage | None, plan: Plan) -> frozenset[str]:
    """The facts that were computed at the source by another version than this one, and cannot be computed again."""
    made = line.facts if line is not None else {}
    return frozenset(name for name in plan.facts if made.get(name, _FIRST) != FACTS[name].version)


def _fresh(resource: Resource, stale: frozenset[str]) -> Resource:
    kept = {name: value for name, value in resource.facts.items() if name not in stale}
    return msgspec.structs.replace(resource, facts=kept)
