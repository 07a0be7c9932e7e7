"""Denials and gaps make verdicts (`docs/verdicts.md`).

FAIL: it would fail whatever the hidden parts hold. PASS: it would pass whatever they hold. UNKNOWN: anything
else. Rego only denies; whether a denial stands, and whether silence is a pass, is decided here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

import msgspec

from auditor.model import (
    Access,
    Coverage,
    Denial,
    Gap,
    Path,
    Policy,
    Reason,
    Resource,
    Sign,
    Status,
    Word,
    overlaps,
    unseen_parent,
)

NEEDS = frozenset({Sign.NEEDS})
SEEKS = frozenset({Sign.SEEKS})
BOTH = NEEDS | SEEKS
NOTHING: frozenset[Sign] = frozenset()

_SIGNS = {Sign.NEEDS: NEEDS, Sign.SEEKS: SEEKS, Sign.BOTH: BOTH}
_NUMBER = re.compile(r"([0-9]{1,18})")
_STRENGTH = {Word.MISSING: 0, Word.ABSENT: 1, Word.FOUND: 2}

# An unknown verdict names at most so many of its causes: the rest is the same cause on other resources.
MAX_GAPS = 20


class Judged(msgspec.Struct, frozen=True):
    """The verdict on one subject: the denials that stand, those that may not, and the gaps that decided.

    A FAIL has the gaps behind which more could be found: they are what is left of it once its denials are waived.
    `status` None: a silent stand-in, which has no verdict.
    """

    status: Status | None
    standing: tuple[Denial, ...] = ()
    doubtful: tuple[Denial, ...] = ()
    gaps: tuple[Gap, ...] = ()


class Blindness:
    """What one policy cannot see in one scope of what concerns subjects of one type.

    `coverage` None: more gaps of a scope whose coverage another one holds (those of facts, shard by shard).
    `owners`: resource id to the ids it is attached to. `types`: resource id to its type, for the parents of gaps.
    """

    def __init__(
        self,
        policy: Policy,
        subject_type: str,
        gaps: Iterable[Gap],
        coverage: Coverage | None,
        owners: Mapping[str, tuple[str, ...]],
        types: Mapping[str, str],
    ) -> None:
        self._policy = policy
        self._subject_type = subject_type
        self._coverage = coverage
        self._types = types
        self._by_type: dict[str, list[Access]] = {}
        for access in policy.accesses:
            if access.by and subject_type not in access.by:
                continue
            self._by_type.setdefault(access.type, []).append(access)
        self._own: dict[str, list[Gap]] = {}
        self._for_parent: dict[str, list[tuple[Gap, frozenset[Sign]]]] = {}
        self._for_all: list[tuple[Gap, frozenset[Sign]]] = []
        for gap in gaps:
            self._file(gap, owners)

    def _file(self, gap: Gap, owners: Mapping[str, tuple[str, ...]]) -> None:
        if gap.type == "*":
            self._for_all.append((gap, BOTH))
            return
        if gap.id is not None and gap.type == self._subject_type:
            self._own.setdefault(gap.id, []).append(gap)
        signs = self._signs_of_others(gap)
        is_owned = self._only_owned(gap.type)
        if not signs or (is_owned and gap.parent == unseen_parent(self._subject_type)):
            return  # what hangs on subjects that were not seen says nothing about those that were
        parents = (gap.parent,) if gap.parent is not None else owners.get(gap.id or "", ())
        of_subjects = all(self._types.get(parent) == self._subject_type for parent in parents)
        if parents and of_subjects and is_owned:
            for parent in parents:
                self._for_parent.setdefault(parent, []).append((gap, signs))
        else:
            self._for_all.append((gap, signs))

    def _signs_of_others(self, gap: Gap) -> frozenset[Sign]:
        """The signs with which the policy reads what the gap hides on resources other than the subject."""
        signs = NOTHING
        for access in self._by_type.get(gap.type, ()):
            if not access.subject and (gap.id is None or overlaps(access.path, gap.path)):
                signs |= _SIGNS[access.sign]
        return signs

    def _only_owned(self, type: str) -> bool:
        return all(access.owned for access in self._by_type.get(type, ()) if not access.subject)

    def touching(self, subject: Resource) -> list[tuple[Gap, frozenset[Sign]]]:
        """The gaps that matter for this subject, each with the signs of the reads that it hides."""
        result = [
            (gap, signs)
            for gap, signs in self._for_all
            # a gap on the subject itself is weighed below, with all reads of it
            if self._in_scope(gap, subject) and not (gap.type == subject.type and gap.id == subject.id)
        ]
        result += [pair for pair in self._for_parent.get(subject.id, ()) if self._in_scope(pair[0], subject)]
        for gap in self._own.get(subject.id, ()):
            signs = NOTHING
            for access in self._by_type.get(subject.type, ()):
                if overlaps(access.path, gap.path):
                    signs |= _SIGNS[access.sign]
            if gap.reason is Reason.OUTSIDE:
                signs &= NEEDS  # the rest of a stand-in can only take its own denials away
            if signs:
                result.append((gap, signs))
        if self._coverage is not None:
            result += self._unproven(subject, self._coverage)
        return result

    def _in_scope(self, gap: Gap, subject: Resource) -> bool:
        if self._policy.scope == "organization":
            return True
        if gap.account != subject.account:
            return False
        return self._policy.scope == "account" or gap.region is None or gap.region == subject.region

    def _left_out(self, coverage: Coverage, type: str, subject: Resource) -> str | None:
        """A global subject (a bucket, the account) may have to do with what stands in any region.

        A regional one is taken to have to do with its own region only.
        """
        if self._policy.scope == "region" or self._only_owned(type):
            return None
        is_anywhere = subject.region is None or is_global(coverage, subject.type)
        return left_out(coverage, type) if is_anywhere else None

    def _unproven(self, subject: Resource, coverage: Coverage) -> list[tuple[Gap, frozenset[Sign]]]:
        """A closed world needs positive proof: what coverage does not list as complete is a gap."""
        result = []
        for type, accesses in self._by_type.items():
            signs = NOTHING
            for access in accesses:
                if not access.subject:
                    signs |= _SIGNS[access.sign]
            detail = _unlisted(coverage, type, subject) or self._left_out(coverage, type, subject)
            if signs and detail is not None:
                gap = Gap(subject.account, None, type, None, (), Reason.OUTSIDE, detail)
                result.append((gap, signs))
            asked = coverage.paths.get(type)
            if asked is None:
                continue
            for access in accesses:
                elsewhere = access.subject and type != subject.type
                if access.path and not elsewhere and not any(overlaps(access.path, path) for path in asked):
                    own = subject.id if access.subject else None
                    place = (subject.account, subject.region, type, own, access.path)
                    result.append((Gap(*place, Reason.UNSUPPORTED, "not collected"), _SIGNS[access.sign]))
        return result


def is_global(coverage: Coverage, type: str) -> bool:
    """Whether one list of an account holds all resources of the type, whatever their regions."""
    return coverage.lists is not None and coverage.lists.get(type, ()) is None


def left_out(coverage: Coverage, type: str) -> str | None:
    """Why who has to do with every region does not see all of a type: the user left regions out. None where he does."""
    if not coverage.left_out or coverage.lists is None or coverage.lists.get(type) is None:
        return None
    return f"{type} was not collected in {len(coverage.left_out)} regions that were left out"


def populations(gaps: Iterable[Gap], subjects: Container[str]) -> Iterator[Gap]:
    """The gaps that hide whole subjects: a list of a subject's type, or everything.

    What lies outside the scope on purpose is none of them.
    """
    for gap in gaps:
        if gap.id is None and gap.reason is not Reason.OUTSIDE and (gap.type == "*" or gap.type in subjects):
            yield gap


def _unlisted(coverage: Coverage, type: str, subject: Resource) -> str | None:
    """Why the list of a type is not proven to be complete for this subject; None where it is."""
    if coverage.related is not None:
        if type == subject.type or type.startswith("Auditor::") or (subject.type, type) in coverage.related:
            return None
        return f"nothing in a template connects {type} with {subject.type}"
    if coverage.lists is None:
        return None
    if type not in coverage.lists:
        return f"{type} was not collected"
    regions = coverage.lists[type]
    if regions is None or subject.region is None or subject.region in regions:
        return None
    return f"{type} was not collected in {subject.region}"


def judge(subject: Resource, denials: Sequence[Denial], blindness: Sequence[Blindness]) -> Judged:
    """`denials` have source paths and are all of this subject."""
    touching = [pair for layer in blindness for pair in layer.touching(subject)]
    if not denials:
        seeks = tuple(gap for gap, signs in touching if Sign.SEEKS in signs)
        if subject.stand_in:
            return Judged(None)
        return Judged(Status.UNKNOWN, gaps=seeks[:MAX_GAPS]) if seeks else Judged(Status.PASS)
    needs = tuple(gap for gap, signs in touching if Sign.NEEDS in signs)
    # an unexpanded macro may add anything to any resource: "*" gaps lie over every path
    own = [gap.path for gap, _ in touching if gap.type == "*" or (gap.id == subject.id and gap.type == subject.type)]
    standing: list[Denial] = []
    doubtful: list[Denial] = []
    for denial in strongest(denials):
        (standing if _stands(denial, needs, own) else doubtful).append(denial)
    if standing:
        rest = [gap for gap, signs in touching if Sign.SEEKS in signs or (doubtful and Sign.NEEDS in signs)]
        return Judged(Status.FAIL, tuple(standing), tuple(doubtful), tuple(rest[:MAX_GAPS]))
    return Judged(Status.UNKNOWN, (), tuple(doubtful), needs[:MAX_GAPS])


def _stands(denial: Denial, needs: Sequence[Gap], own: Sequence[Path]) -> bool:
    if denial.kind is Word.FOUND or not needs:
        return True
    return denial.kind is Word.ABSENT and not any(overlaps(path, denial.path) for path in own)


def strongest(denials: Iterable[Denial]) -> list[Denial]:
    """One denial per path and evidence, in a stable order.

    The strongest word is kept, and of its messages the first, as a person would sort them: `22/tcp` before `10250/tcp`.
    """
    kept: dict[tuple[object, ...], Denial] = {}
    for denial in denials:
        key = (denial.path, denial.evidence)
        if key not in kept or _rank(denial) < _rank(kept[key]):
            kept[key] = denial
    return sorted(kept.values(), key=lambda d: ([str(key) for key in d.path], d.message))


def _rank(denial: Denial) -> tuple[int, list[tuple[str, int]], str]:
    """Texts and numbers take turns in a message."""
    parts = _NUMBER.split(denial.message)
    turns = zip(parts[::2], [*map(int, parts[1::2]), 0], strict=True)
    return -_STRENGTH[denial.kind], list(turns), denial.message
