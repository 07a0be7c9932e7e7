"""Live accounts into a snapshot file; what is judged afterwards is the file (`sources/file.py`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path as File

import msgspec

from auditor import __version__
from auditor.collectors.account import AccountRun, refused
from auditor.collectors.base import CredentialsError, Wanted
from auditor.facts.attach import ScopeView, attach
from auditor.facts.base import Fact
from auditor.model import Gap, Resource
from auditor.snapshot import FORMAT, HeaderLine, unplanted, writing
from auditor.sources.redact import redacted
from auditor.sources.sessions import Account, regions_of


class Collected(msgspec.Struct, frozen=True):
    """What a collection did: API calls by IAM action, resources by type, gaps."""

    calls: dict[str, int]
    gaps: int
    vanished: int


def collect(
    file: File,
    accounts: Sequence[Account],
    wanted: Wanted,
    at_source: Sequence[Fact],
    globs: Sequence[str],
    taken_at: str,
    progress: Callable[[str], None],
    parallel: int = 16,
) -> Collected:
    """Write a snapshot of the accounts. `at_source`: facts that read what must not be stored (secrets)."""
    regions = {account.id: regions_of(account, globs) for account in accounts}
    everywhere = tuple(sorted({region for names in regions.values() for region in names}))
    header = HeaderLine(FORMAT, __version__, taken_at, "live", tuple(regions), everywhere)
    calls: Counter[str] = Counter()
    gaps = vanished = 0
    with writing(file, header) as writer:
        for account in accounts:
            run = AccountRun(
                account.id,
                account.partition,
                account.home,
                regions[account.id],
                account.client,
                wanted,
                taken_at,
                parallel=parallel,
                progress=progress,
            )
            extra: list[Gap] = []  # of the account as a whole, and of what was removed or computed at the source
            stream = _stored(run, at_source, extra)
            writer.account(account.id, stream, partial(_all_gaps, run, extra), run.coverage)
            calls.update(run.calls)
            gaps += len(run.gaps) + len(extra)
            vanished += run.vanished
        writer.close()
    return Collected(dict(calls), gaps, vanished)


def _all_gaps(run: AccountRun, extra: list[Gap]) -> tuple[Gap, ...]:
    return (*run.gaps, *extra)


def _stored(run: AccountRun, at_source: Sequence[Fact], gaps: list[Gap]) -> Iterator[Resource]:
    """Resources as they may be kept. Credentials that end in the middle make the rest of the account a gap."""
    nothing = ScopeView({}, {})
    try:
        for resource in run.resources():
            seen, unknown = attach(resource, at_source, nothing)
            gaps += unknown
            kept = redacted(seen)
            gaps += [
                Gap(kept.account, kept.region, kept.type, kept.id, path, reason, detail)
                for path, reason, detail in unplanted(kept)
            ]
            yield kept
    except CredentialsError as error:
        gaps.append(refused(run.account, str(error)))
