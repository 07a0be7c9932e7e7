"""A verdict of which some findings no longer count: that part, and what remains."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from auditor.model import By, Finding, Status, Verdict


def divided(verdict: Verdict, covered: Collection[Finding], reason: str, by: By) -> tuple[Verdict, Verdict | None]:
    """The WAIVED part of a FAIL, and the rest.

    The rest fails while a certain finding is left; where only doubt is left (findings that may not stand, gaps behind
    which more could be found), it is UNKNOWN; None where nothing is.
    """
    rest = tuple(finding for finding in verdict.findings if finding not in covered)
    waived = tuple(finding for finding in verdict.findings if finding in covered)
    part = msgspec.structs.replace(verdict, status=Status.WAIVED, findings=waived, gaps=(), reason=reason, by=by)
    if not rest and not verdict.gaps:
        return part, None
    status = Status.FAIL if any(finding.certain for finding in rest) else Status.UNKNOWN
    return part, msgspec.structs.replace(verdict, status=status, findings=rest)
