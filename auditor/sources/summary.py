"""What a snapshot holds, in a few lines."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path as File

from auditor.errors import SourceError
from auditor.model import Gap, Reason
from auditor.snapshot import GapLine, HeaderLine, ResourceLine, TrailerLine, lines

_ACTION = re.compile(r"[a-z0-9-]+:[A-Z]\w+")


def summary(file: File) -> str:
    """Accounts, regions, resources by type, gaps by reason, the IAM actions that were refused; text with a newline."""
    header: HeaderLine | None = None
    trailer: TrailerLine | None = None
    types: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    unseen: dict[str, str] = {}
    refused: Counter[str] = Counter()
    for line in lines(file):
        if isinstance(line, HeaderLine):
            header = line
        elif isinstance(line, ResourceLine):
            types[line.resource.type] += 1
        elif isinstance(line, GapLine):
            reasons[line.gap.reason.value] += 1
            if line.gap.type == "*":
                unseen[line.gap.account] = line.gap.detail
            if action := _refused(line.gap):
                refused[action] += 1
        elif isinstance(line, TrailerLine):
            trailer = line
    if header is None:
        raise SourceError(f"{file}: not a snapshot: it has no header")
    whole = trailer is not None and trailer.complete
    text = [
        f"taken at   {header.taken_at} by auditor {header.tool}" + ("" if whole else "  (partial)"),
        f"accounts   {', '.join(header.accounts)}",
        f"regions    {', '.join(header.regions) or 'none'}",
        f"resources  {sum(types.values()):,}",
        *(f"  {count:>9,}  {type}" for type, count in sorted(types.items())),
        f"gaps       {sum(reasons.values()):,}",
        *(f"  {count:>9,}  {reason}" for reason, count in reasons.most_common()),
    ]
    if unseen:
        text += ["accounts not seen to the end", *(f"  {account}: {why}" for account, why in sorted(unseen.items()))]
    if refused:
        text += ["permissions missing", *(f"  {action}  ({count:,} gaps)" for action, count in sorted(refused.items()))]
    return "\n".join(text) + "\n"


def _refused(gap: Gap) -> str:
    found = _ACTION.match(gap.detail) if gap.reason is Reason.DENIED else None
    return found.group() if found else ""
