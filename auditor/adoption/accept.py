"""The blind spots that the configuration names: their UNKNOWN is ACCEPTED."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from fnmatch import fnmatchcase

import msgspec

from auditor.adoption.rules import fault, warning
from auditor.config import Accept, Waivers
from auditor.model import Gap, Status, Verdict

_ACTION = re.compile(r"\b[a-z0-9-]+:[A-Z][A-Za-z0-9]+\b")


class Acceptance:
    """Call it on each verdict; ask `notes` at the end."""

    def __init__(self, rows: Sequence[Accept], rules: Waivers, today: date) -> None:
        self._all = rows
        self._rules = rules
        self._today = today
        self._rows = [row for row in rows if fault(rules, row.expires, today) is None]
        self._used: set[int] = set()

    def __call__(self, verdict: Verdict) -> tuple[Verdict]:
        """ACCEPTED where every gap of an UNKNOWN verdict is accepted by some row."""
        if verdict.status is not Status.UNKNOWN or not verdict.gaps or verdict.error is not None:
            return (verdict,)
        rows = [self._rows_for(gap) for gap in verdict.gaps]
        self._used.update(*rows)
        if not all(rows):
            return (verdict,)
        reasons = dict.fromkeys(self._rows[row[0]].reason for row in rows)
        return (msgspec.structs.replace(verdict, status=Status.ACCEPTED, reason="; ".join(reasons), by="accept"),)

    def _rows_for(self, gap: Gap) -> list[int]:
        return [index for index, row in enumerate(self._rows) if _accepts(row, gap)]

    def notes(self, partial: bool = False) -> Iterator[str]:
        """`partial`: not everything was judged, so that none is called unused."""
        for row in self._all:
            said = fault(self._rules, row.expires, self._today) or warning(self._rules, row.expires, self._today)
            if said is not None:
                yield f"{_named(row)} {said}"
        for index, row in enumerate(self._rows):
            if index not in self._used and not partial:
                yield f"{_named(row)} matched nothing: remove it"


def _named(row: Accept) -> str:
    return f'accepted blind spot "{row.reason}" ({row.owner})'


def _accepts(row: Accept, gap: Gap) -> bool:
    action = _ACTION.search(gap.detail)
    pairs = (
        (row.account, gap.account),
        (row.region, gap.region or "*"),
        (row.type, gap.type),
        (row.action, action.group() if action else ""),
        (row.detail, gap.detail),
    )
    return all(glob is None or fnmatchcase(value, glob) for glob, value in pairs)
