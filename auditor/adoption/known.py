"""What of a report was there before: a run with a baseline fails only on the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from auditor.adoption.baseline import Entry, Rename, causes_of, entries_for, merged, subject
from auditor.adoption.parts import divided
from auditor.adoption.places import files_of
from auditor.fingerprint import logical_id
from auditor.model import FIELD_OF, Finding, PolicyCount, Report, Status, Verdict
from auditor.spool import Spool

REASON = "in the baseline"
Key = tuple[str, ...]


class Matched(msgspec.Struct, frozen=True):
    """`known`: entries that something of the report answers to. `moved`: of these, those whose file has another name
    now, with what they are called there. `ambiguous`: entries that could be any of several findings, so are none.
    """

    known: frozenset[Entry]
    moved: Mapping[Entry, tuple[Entry, ...]]
    ambiguous: Mapping[Entry, tuple[Entry, ...]]


def match(entries: Iterable[Entry], report: Report, rename: Rename, exists: Callable[[str], bool]) -> Matched:
    """First each entry at its own resource; then what is left, by content, if its file is there no more.

    `exists`: whether a template is still there. Where more findings than entries are left, none is taken for known.
    """
    present: dict[Key, list[Entry]] = {}
    for verdict in report.verdicts:
        standing = verdict
        if verdict.status is Status.WAIVED:
            standing = msgspec.structs.replace(verdict, status=Status.FAIL)
        for found in entries_for(standing, report.header, rename) if verdict.error is None else ():
            present.setdefault(found.key, []).append(found)
    known = {entry for entry in entries if entry.key in present}
    recorded = {entry.key: entry for entry in entries}
    fresh: dict[Key, list[Entry]] = {}
    for key, found_there in present.items():
        before = recorded.get(key)
        for found in found_there if before is None else ():
            fresh.setdefault(_content(found), []).append(found)
    left: dict[Key, list[Entry]] = {}
    for entry in entries if report.header.kind == "template" else ():
        if entry not in known and not entry.account and any(not exists(file) for file in files_of(entry.resource)):
            left.setdefault(_content(entry), []).append(entry)
    moved: dict[Entry, tuple[Entry, ...]] = {}
    ambiguous: dict[Entry, tuple[Entry, ...]] = {}
    for content, gone in left.items():
        now = fresh.get(content, [])
        if not now:
            continue
        if len(now) > sum(entry.count for entry in gone):
            ambiguous.update(dict.fromkeys(gone, tuple(now)))
            continue
        pairs = dict(zip(gone, now, strict=False))  # equal in content: which is which makes no difference
        for position, found in enumerate(now):
            entry = gone[min(position, len(gone) - 1)]
            moved[entry] = (*moved.get(entry, ()), found)
        known.update(pairs)
    return Matched(frozenset(known), moved, ambiguous)


def _content(entry: Entry) -> Key:
    """What an entry says without the names of files."""
    place = (entry.account or "", entry.region or "")
    if entry.finding is not None:
        return (entry.policy, entry.type, *place, entry.finding)
    return (entry.policy, entry.type, *place, logical_id(entry.resource), *entry.causes)


def followed(entries: Iterable[Entry], matched: Matched) -> list[Entry]:
    """The entries, those that moved under their new names. Never more findings than before."""
    return merged(
        now for entry in entries for now in (matched.moved.get(entry, (entry,)) if entry in matched.known else (entry,))
    )


def without_known(report: Report, matched: Matched, rename: Rename) -> Report:
    """The report with its old findings WAIVED and its old doubts ACCEPTED, each "in the baseline"."""
    allowed = _Allowed(matched)
    spool, changed = Spool(), _Changed()
    for verdict in report.verdicts:
        parts = [verdict]
        if verdict.status in (Status.FAIL, Status.UNKNOWN) and verdict.error is None:
            parts = list(_parts(verdict, allowed, subject(verdict, report.header, rename)))
        for part in parts:
            spool.add(part)
        if parts != [verdict]:
            changed.note(verdict, parts)
    return msgspec.structs.replace(
        report, verdicts=spool, counts=changed.per_policy(report.counts), accounts=changed.per_account(report.accounts)
    )


def _parts(verdict: Verdict, allowed: _Allowed, about: Entry) -> Iterator[Verdict]:
    if verdict.status is Status.FAIL:
        old = {finding for finding in verdict.findings if finding.certain and allowed.take(about, finding)}
        if not old:
            yield verdict
            return
        part, rest = divided(verdict, old, REASON, "baseline")
        yield part
        if rest is None:
            return
        verdict = rest
    if verdict.status is Status.UNKNOWN and allowed.covers(about, causes_of(verdict)):
        verdict = msgspec.structs.replace(verdict, status=Status.ACCEPTED, reason=REASON, by="baseline")
    yield verdict


class _Allowed:
    """How often each finding may occur, and which causes may keep a verdict open."""

    def __init__(self, matched: Matched) -> None:
        self._counts: Counter[Key] = Counter()
        self._causes: dict[Key, frozenset[str]] = {}
        for entry in matched.known:
            if entry not in matched.moved:
                self._allow(entry, entry.count)
        for now in matched.moved.values():
            for found in now:
                self._allow(found, 1)

    def _allow(self, entry: Entry, count: int) -> None:
        if entry.finding is not None:
            self._counts[entry.key] += count
        else:
            self._causes[entry.key] = self._causes.get(entry.key, frozenset()) | {*entry.causes}

    def take(self, about: Entry, finding: Finding) -> bool:
        key = msgspec.structs.replace(about, finding=finding.content_fingerprint).key
        self._counts[key] -= 1
        return self._counts[key] >= 0

    def covers(self, about: Entry, causes: tuple[str, ...]) -> bool:
        return bool(causes) and self._causes.get(about.key, frozenset()).issuperset(causes)


class _Changed:
    """By how much the counts of a report change."""

    def __init__(self) -> None:
        self._delta: Counter[tuple[str, str, str]] = Counter()

    def note(self, before: Verdict, after: Iterable[Verdict]) -> None:
        about = before.resource or before.population
        account = about.account if about is not None else ""
        self._delta[before.policy, account, FIELD_OF[before.status]] -= 1
        for part in after:
            self._delta[part.policy, account, FIELD_OF[part.status]] += 1

    def per_policy(self, counts: Mapping[str, PolicyCount]) -> dict[str, PolicyCount]:
        changed = dict(counts)
        for (policy, _, field), number in self._delta.items():
            changed[policy] = _plus(changed[policy], field, number)
        return changed

    def per_account(self, accounts: Mapping[str, Mapping[str, PolicyCount]]) -> dict[str, dict[str, PolicyCount]]:
        changed = {policy: dict(counts) for policy, counts in accounts.items()}
        for (policy, account, field), number in self._delta.items():
            changed[policy][account] = _plus(changed[policy][account], field, number)
        return changed


def _plus(count: PolicyCount, field: str, number: int) -> PolicyCount:
    return msgspec.structs.replace(count, **{field: getattr(count, field) + number})
