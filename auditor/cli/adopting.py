"""Waivers, accepted blind spots and the baseline around one run: read before it, at work in it, reported after it."""

from __future__ import annotations

import datetime
import functools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath

import msgspec

from auditor.adoption import baseline, known, ratchet, waiver_file
from auditor.adoption.accept import Acceptance
from auditor.adoption.baseline import Entry
from auditor.adoption.places import renamed
from auditor.adoption.ratchet import Evidence, Fate
from auditor.adoption.waiving import Waiving
from auditor.cli.replace import replaced
from auditor.config import Config
from auditor.model import Pack, Report, Status, Waiver
from auditor.pipeline import Disposition
from auditor.sources.template.find import read_nested, reader
from auditor.sources.template.nodes import Stack
from auditor.sources.template.waivers import waivers_of

_MOST_NAMED = 20  # of each kind
DEFAULT = "auditor-baseline.jsonl"


class Observed:
    """What the templates of a run hold beside what is judged: their waivers, and the ids of all their resources.

    `edited`: by real path, what stands for the bytes of files in this run. `roots`: of each resource that a root
    declares, its file and its logical id. Without `named`, when no baseline and no fix asks for them, the ids are not
    kept: they are all that would grow with the number of resources.
    """

    def __init__(self, named: bool, edited: Mapping[str, bytes] | None = None) -> None:
        self.edited = edited or {}
        self._named = named
        self.roots: dict[str, tuple[str, str]] = {}
        self.waivers: dict[str, Sequence[Waiver]] = {}
        self.declared: set[str] = set()
        self.notes: list[str] = []
        self._read: set[str] = set()

    def __call__(self, root: Stack, raw: bytes) -> None:
        for file, found in waivers_of(root, raw, reader(self.edited, read_nested)).items():
            if found and file not in self._read:  # two roots may include it
                self._read.add(file)
                self.waivers[file] = tuple(each for each in found if isinstance(each, Waiver))
                self.notes += [each for each in found if isinstance(each, str)]
        if not self._named:
            return
        self.roots |= {root.id_of(str(logical)): (root.file, str(logical)) for logical in root.section("Resources")}
        waiting = [root]
        while waiting:
            stack = waiting.pop()
            waiting += stack.children.values()
            self.declared.update(stack.id_of(str(logical)) for logical in stack.section("Resources"))


def named_beside(file: str | Path) -> Callable[[str], str]:
    """The names of templates relative to the folder of a file that speaks of them, wherever the run stands."""
    folder = os.path.realpath(os.path.dirname(file) or ".")

    @functools.cache
    def rename(template: str) -> str:
        if template == "-":
            return template
        above, name = os.path.split(template)
        return PurePath(os.path.relpath(os.path.join(os.path.realpath(above or "."), name), folder)).as_posix()

    return rename


def is_there(file: str | Path) -> Callable[[str], bool]:
    """Whether a template that a baseline names is still there."""
    folder = os.path.dirname(file)
    return functools.cache(lambda template: template == "-" or os.path.lexists(os.path.join(folder, template)))


class Adoption:
    """UsageError where a file of waivers or the baseline cannot be used.

    `partial`: not every template is judged, so that what matched nothing may still be of use.
    """

    def __init__(
        self, config: Config, pack: Pack, observed: Observed, is_template: bool, ratchets: bool, partial: bool
    ) -> None:
        today = datetime.date.today()
        ids = [policy.id for policy in pack.policies]
        self._observed = observed
        self._ratchets = ratchets
        self._partial = partial
        self._file = config.baseline or None
        self._entries = baseline.read(Path(config.baseline)) if config.baseline else []
        self._rename = named_beside(config.baseline) if config.baseline and is_template else str
        self._waivings = [Waiving((), observed.waivers, config.waivers, ids, today)]
        for file in config.waivers.files:
            rows = waiver_file.read(Path(file))
            named = functools.partial(renamed, rename=named_beside(file)) if is_template else str
            self._waivings.append(Waiving(rows, {}, config.waivers, ids, today, named))
        self._acceptance = Acceptance(config.accept, config.waivers, today)
        self._passed = ratchet.Passed(self._entries, self._rename)
        self._left: list[Entry] | None = None

    @property
    def dispositions(self) -> tuple[Disposition, ...]:
        return (*self._waivings, self._acceptance, *([self._passed] if self._file else []))

    def applied(self, report: Report) -> Report:
        """The report as the gate sees it, with the notes on what is of no use any more."""
        judged = [policy.id for policy in report.policies]
        notes = [*report.notes, *self._observed.notes]
        for waiving in self._waivings:
            notes += waiving.notes(judged, self._partial)
        notes += self._acceptance.notes(self._partial)
        if self._file is not None:
            report, said = self._without_known(report, self._file)
            notes += said
        return msgspec.structs.replace(report, notes=tuple(notes))

    def _without_known(self, report: Report, file: str) -> tuple[Report, list[str]]:
        exists = is_there(file)
        matched = known.match(self._entries, report, self._rename, exists)
        evidence = Evidence(self._passed.seen, self._observed.declared, exists, self._rename)
        fates = ratchet.fates(self._entries, matched, report, evidence)
        if self._ratchets:
            kept = known.followed(ratchet.shrunk(self._entries, fates), matched)
            self._left = kept if kept != self._entries else None
        report = known.without_known(report, matched, self._rename)
        return report, list(said_of(file, matched, fates, report, self._ratchets))

    def save(self) -> None:
        """The baseline without what has left it. OutputError where it cannot be written."""
        if self._left is not None and self._file is not None:
            write(self._file, self._left)


def write(file: str, entries: Sequence[Entry]) -> None:
    with replaced(file) as out:
        out.writelines(baseline.text(entries))


def said_of(
    file: str, matched: known.Matched, fates: dict[Entry, Fate], report: Report, ratchets: bool
) -> Iterator[str]:
    """A line that counts, then what has to be looked at."""
    new = [verdict for verdict in report.verdicts if verdict.status in (Status.FAIL, Status.UNKNOWN)]
    unseen = sum(fate is Fate.UNSEEN for fate in fates.values())
    counts = [f"{len(matched.known):,} known", f"{len(new):,} new"]
    counts += [f"{len(fates) - unseen:,} matched nothing"] if len(fates) > unseen else []
    counts += [f"{unseen:,} not judged in this run"] if unseen else []
    yield f"baseline {file}: {', '.join(counts)}"
    leaves = "it leaves the baseline" if ratchets else "--ratchet removes it"
    ways = {
        Fate.PASSED: f"passes now: {leaves}",
        Fate.GONE: f"is gone: {leaves}",
        Fate.OPEN: "matched nothing, but it neither passes nor is proven to be gone: it stays",
    }
    lines = [
        f"baseline: {_named(entry)} is {', '.join(one.resource for one in now)} now"
        for entry, now in matched.moved.items()
    ]
    yield from first_of(lines, "baseline: ")
    for entry, could in matched.ambiguous.items():
        names = " or ".join(one.resource for one in could)
        yield f"baseline: {_named(entry)} could be {names}: none of them is taken for it"
    for fate, what in ways.items():
        yield from first_of(
            [f"baseline: {_named(entry)} {what}" for entry, found in fates.items() if found is fate], "baseline: "
        )


def _named(entry: Entry) -> str:
    return f"{entry.resource} ({entry.policy})"


def first_of(lines: Sequence[str], before: str = "") -> Iterator[str]:
    """The first of them, and how many more there are."""
    yield from lines[:_MOST_NAMED]
    if len(lines) > _MOST_NAMED:
        yield f"{before}{len(lines) - _MOST_NAMED:,} more of these"
