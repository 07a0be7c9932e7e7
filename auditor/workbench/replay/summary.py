"""A whole replay: what differs, counted, and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from auditor.render.text import named, plain, unseen_of
from auditor.workbench.replay.changed import Changed
from auditor.workbench.replay.replay import Change, Outcome, Replayed

_KINDS = ("new", "gone", "changed", "same")


class Summary(msgspec.Struct, frozen=True):
    """`counts`: verdicts that are new, gone, changed, same. `changes` in the order of their policies."""

    against: str
    snapshots: int
    policies: Changed
    counts: Mapping[str, int]
    changes: tuple[Change, ...]
    problems: tuple[str, ...]


def summed(against: str, snapshots: int, policies: Changed, replayed: Iterable[Replayed]) -> Summary:
    """Only what differs is kept."""
    counts: Counter[str] = Counter()
    changes: list[Change] = []
    problems: dict[str, None] = {}
    for one in replayed:
        counts["same"] += one.same
        counts.update(change.kind for change in one.changes)
        changes += one.changes
        problems.update(dict.fromkeys(one.problems))
    changes.sort(key=lambda change: change.policy)
    counted = {kind: counts[kind] for kind in _KINDS}
    return Summary(against, snapshots, policies, counted, tuple(changes), tuple(problems))


def lines(summary: Summary, most: int) -> Iterator[str]:
    """For people; so many of the changes at most."""
    policies = summary.policies
    for word, ids in (("changed", policies.changed), ("new", policies.new), ("gone", policies.gone)):
        if ids:
            yield f"{word} since {summary.against}: {', '.join(ids)}"
    if not policies.all:
        yield f"no policy differs from {summary.against}"
        return
    policy = None
    for change in summary.changes[:most]:
        if change.policy != policy:
            policy = change.policy
            yield from ("", policy)
        yield from _change(change)
    if (more := len(summary.changes) - most) > 0:
        yield f"and {more:,} more (--all)"
    total = ", ".join(f"{summary.counts[kind]:,} {kind}" for kind in _KINDS)
    yield from ("", f"{summary.snapshots:,} snapshot{'s' if summary.snapshots > 1 else ''}: {total}")
    for problem in summary.problems:
        yield f"problem: {plain(problem)}"


def _change(change: Change) -> Iterator[str]:
    about = named(change.resource) if change.resource is not None else ""
    if change.population is not None:
        about = unseen_of(change.population)
    yield f"  {_word(change.before)} → {_word(change.after)}  {plain(about)}  {plain(change.snapshot)}"
    before = set(change.before.said) if change.before is not None else set()
    after = set(change.after.said) if change.after is not None else set()
    for sign, said in (("-", before - after), ("+", after - before)):
        for pointer, message in sorted(said):
            yield f"      {sign} {plain(message)}{f' ({plain(pointer)})' if pointer else ''}"
    if change.after is not None and change.after.error is not None:
        yield f"      the policy failed: {plain(change.after.error)}"


def _word(outcome: Outcome | None) -> str:
    return "-" if outcome is None else outcome.status.value
