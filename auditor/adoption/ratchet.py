"""Which entries of a baseline may leave: those that pass now, and those whose resource is proven to be gone.

What was not seen proves nothing, so it takes no entry away.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec

from auditor.adoption.baseline import Entry, Rename, subject
from auditor.adoption.known import Matched
from auditor.adoption.places import files_of, is_stand_in, renamed, stack_of
from auditor.model import Header, Population, Report, Status, Verdict


class Fate(enum.StrEnum):
    """What became of an entry that nothing in a run answers to."""

    PASSED = "passes"
    GONE = "gone"
    OPEN = "open"  # judged, but neither passed nor proven to be gone
    UNSEEN = "unseen"  # not judged in this run


class Passed:
    """A disposition that remembers which of the entries' subjects pass."""

    def __init__(self, entries: Iterable[Entry], rename: Rename) -> None:
        self._rename = rename
        self._asked = {(entry.policy, entry.resource) for entry in entries}
        self.seen: set[tuple[str, str]] = set()

    def __call__(self, verdict: Verdict) -> Sequence[Verdict]:
        if verdict.status is Status.PASS and verdict.resource is not None:
            key = (verdict.policy, renamed(verdict.resource.id, self._rename))
            if key in self._asked:
                self.seen.add(key)
        return (verdict,)


class Evidence(msgspec.Struct, frozen=True):
    """What a run proves. `passed`: policy and resource id. `declared`: the ids of all resources that the templates
    hold, whatever their conditions; None where nobody noted them: then what a root template holds and has no verdict
    in the report passes or is gone. `exists`: whether a template, as the baseline names it, is still there. `rename`
    gives a file of the report the name that the baseline has for it (the same, in an account).
    """

    passed: Collection[tuple[str, str]]
    declared: Collection[str] | None
    exists: Callable[[str], bool]
    rename: Rename


def fates(entries: Iterable[Entry], matched: Matched, report: Report, evidence: Evidence) -> dict[Entry, Fate]:
    """The fate of each entry that matched nothing, in their order. One that could be any of several stays as it is."""
    run = _Run(report, evidence)
    left = [entry for entry in entries if entry not in matched.known and entry not in matched.ambiguous]
    return {entry: run.fate(entry) for entry in left}


def shrunk(entries: Iterable[Entry], found: dict[Entry, Fate]) -> list[Entry]:
    """The entries that stay."""
    return [entry for entry in entries if found.get(entry) not in (Fate.PASSED, Fate.GONE)]


class _Run:
    def __init__(self, report: Report, evidence: Evidence) -> None:
        self._evidence = evidence
        rename = evidence.rename
        self._header = msgspec.structs.replace(report.header, scope=tuple(map(rename, report.header.scope)))
        self._complete = report.complete and not any(problem.kind == "engine" for problem in report.problems)
        self._judged = {policy.id for policy in report.policies}
        self._broken = {rename(problem.subject) for problem in report.problems if problem.kind == "file"}
        self._lacks_accounts = any(problem.kind == "account" for problem in report.problems)
        self._open: set[tuple[str, str]] = set()
        self._hidden: dict[str, list[tuple[Entry, Population]]] = {}
        self._declared = None if evidence.declared is None else {renamed(id, rename) for id in evidence.declared}
        self._loaded = {stack for id in self._declared or () if (stack := stack_of(id)) is not None}
        for verdict in report.verdicts:
            about = subject(verdict, report.header, rename)
            if verdict.population is not None:
                self._hidden.setdefault(verdict.policy, []).append((about, verdict.population))
            elif verdict.status is not Status.PASS:
                self._open.add((verdict.policy, about.resource))

    def fate(self, entry: Entry) -> Fate:
        is_template = self._header.kind == "template"
        if entry.policy not in self._judged or is_template == bool(entry.account):
            return Fate.UNSEEN
        if (entry.policy, entry.resource) in self._evidence.passed:
            return Fate.PASSED if (entry.policy, entry.resource) not in self._open else Fate.OPEN
        if (entry.policy, entry.resource) in self._open:
            return Fate.OPEN
        return self._of_template(entry) if is_template else self._of_account(entry)

    def _of_template(self, entry: Entry) -> Fate:
        files = files_of(entry.resource)
        root = files[0]
        is_root_gone = not self._evidence.exists(root)
        if root not in self._header.scope and not (is_root_gone and self._header.scope):
            return Fate.UNSEEN
        if not self._complete or self._broken.intersection(files):
            return Fate.OPEN
        if is_root_gone:
            return Fate.GONE
        hidden = self._hidden.get(entry.policy, ())
        if any(files_of(about.resource)[0] == root and seen.type in ("*", entry.type) for about, seen in hidden):
            return Fate.OPEN
        return Fate.GONE if self._is_undeclared(entry) else Fate.OPEN

    def _is_undeclared(self, entry: Entry) -> bool:
        """Not in its template any more; a nested one only if its stack is gone or was read."""
        declared = self._declared
        if is_stand_in(entry.resource):
            return False
        stack = stack_of(entry.resource)
        if declared is None or entry.resource.endswith("#*"):  # what was not seen before is seen now
            return stack is None
        if entry.resource in declared:
            return False
        return stack is None or stack not in declared or stack in self._loaded

    def _of_account(self, entry: Entry) -> Fate:
        if not _is_in(entry, self._header):
            return Fate.UNSEEN
        if not self._complete or self._lacks_accounts:
            return Fate.OPEN
        hidden = self._hidden.get(entry.policy, ())
        return Fate.OPEN if any(_hides(seen, entry) for _, seen in hidden) else Fate.GONE


def _is_in(entry: Entry, header: Header) -> bool:
    looked = entry.region is None or not header.regions or entry.region in header.regions
    return looked and entry.account in header.scope


def _hides(population: Population, entry: Entry) -> bool:
    return (
        population.account == entry.account
        and population.type in ("*", entry.type)
        and (entry.region is None or population.region in (None, entry.region))
    )
