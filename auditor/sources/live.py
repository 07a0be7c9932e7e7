"""Live accounts into a snapshot file; what is judged afterwards is the file (`sources/file.py`)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path as File

import msgspec

from auditor import __version__
from auditor.collectors.account import AccountRun, unseen
from auditor.collectors.base import CredentialsError, Refused, Stopped, Wanted, ask
from auditor.collectors.permissions import ANALYZER, MEMBERSHIP
from auditor.facts.attach import ScopeView, attach
from auditor.facts.base import Fact
from auditor.model import Gap, Reason, Resource
from auditor.snapshot import FORMAT, AccountCoverage, HeaderLine, unplanted, writing
from auditor.sources.organization import Unreached
from auditor.sources.redact import redacted
from auditor.sources.sessions import Account, Regions, UnreachedError, regions_of

_AT_ONCE = 8


class Collected(msgspec.Struct, frozen=True):
    """What a collection did: API calls by IAM action, gaps, resources that vanished; not complete: stopped.

    `unfinished`: accounts that could not be asked, or not to the end.
    """

    calls: dict[str, int]
    gaps: int
    vanished: int
    complete: bool = True
    unfinished: int = 0


@dataclass(frozen=True)
class Collection:
    """What is collected, and how. `at_source`: facts that read what must not be stored (secrets).

    `stop`, once set, ends the collection: what exists is kept, and the snapshot says that it is partial.
    """

    wanted: Wanted
    at_source: Sequence[Fact]
    globs: Sequence[str]
    taken_at: str
    options: frozenset[str] = frozenset()
    parallel: int = 16
    stop: threading.Event = field(default_factory=threading.Event)
    progress: Callable[[str], None] = lambda text: None


def collect(
    file: File, accounts: Sequence[Account | Unreached], collection: Collection, alone: bool | None = None
) -> Collected:
    """Write a snapshot of the accounts, one after the other.

    What cannot be asked is a gap of that account, except that a single account (`alone`) that cannot be asked is a
    SourceError, raised before anything is written. OutputError where the file cannot be written.
    """
    alone = len(accounts) == 1 if alone is None else alone
    with ThreadPoolExecutor(_AT_ONCE) as pool:  # an account that hangs delays no other
        reached = list(pool.map(lambda account: _located(account, collection.globs, alone), accounts))
    everywhere = tuple(sorted({region for _, regions in reached for region in regions.chosen}))
    ids = tuple(account.id for account, _ in reached)
    header = HeaderLine(FORMAT, __version__, collection.taken_at, "live", ids, everywhere)
    calls: Counter[str] = Counter()
    gaps = vanished = unfinished = 0
    with writing(file, header) as writer:
        for account, regions in reached:
            extra: list[Gap] = []  # of the account as a whole, and of what was removed or computed at the source
            if isinstance(account, Unreached):
                extra.append(unseen(account.id, account.reason, account.detail))
                writer.account(account.id, (), partial(tuple, extra), AccountCoverage)
                gaps += 1
                unfinished += 1
                continue
            extra += _organization_analyzers(account, collection)
            run = _run(account, regions, collection)
            writer.account(
                account.id,
                _stored(run, collection.at_source, extra),
                partial(_gaps, run, extra),
                partial(_coverage, run, collection.at_source),
            )
            account.close()
            calls.update(run.calls)
            gaps += len(run.gaps) + len(extra)
            vanished += run.vanished
            unfinished += any(gap.type == "*" for gap in extra)
        complete = not collection.stop.is_set()
        writer.close(complete)
    return Collected(dict(calls), gaps, vanished, complete, unfinished)


def _located(account: Account | Unreached, globs: Sequence[str], alone: bool) -> tuple[Account | Unreached, Regions]:
    """The clients are freed: a thousand accounts that wait for their turn hold none."""
    if isinstance(account, Unreached):
        return account, Regions((), ())
    try:
        return account, regions_of(account, globs)
    except UnreachedError as error:
        if alone:
            raise
        return Unreached(account.id, error.reason, str(error)), Regions((), ())
    finally:
        account.close()


def _run(account: Account, regions: Regions, collection: Collection) -> AccountRun:
    def unless_stopped(**_: object) -> None:
        if collection.stop.is_set():
            raise Stopped

    account.session.events.register("request-created", unless_stopped)  # else each call would use up its attempts
    return AccountRun(
        account.id,
        account.partition,
        account.home,
        regions.chosen,
        account.client,
        collection.wanted,
        collection.taken_at,
        parallel=collection.parallel,
        options=collection.options,
        stop=collection.stop,
        progress=collection.progress,
        left_out=regions.left_out,
    )


def _organization_analyzers(account: Account, collection: Collection) -> list[Gap]:
    """An organization's analyzer stands in its administrator's account, and nothing tells yet which that is.

    A lone account has none.
    """
    if ANALYZER not in collection.wanted:
        return []
    answer = ask(account.client("organizations", account.home), "describe_organization", MEMBERSHIP)
    if isinstance(answer, Refused):
        if answer.code == "AWSOrganizationsNotInUseException":
            return []
        reason, detail = answer.reason, answer.detail
    else:
        reason = Reason.UNSUPPORTED
        detail = "an analyzer of the organization, in its administrator's account, is not looked for"
    return [Gap(account.id, None, ANALYZER, None, (), reason, detail)]


def _gaps(run: AccountRun, extra: list[Gap]) -> tuple[Gap, ...]:
    return (*run.gaps, *extra)


def _coverage(run: AccountRun, at_source: Sequence[Fact]) -> AccountCoverage:
    return msgspec.structs.replace(run.coverage(), facts={fact.name: fact.version for fact in at_source})


def _stored(run: AccountRun, at_source: Sequence[Fact], gaps: list[Gap]) -> Iterator[Resource]:
    """Resources as they may be kept. Where credentials end in the middle, the rest of the account is a gap."""
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
        gaps.append(unseen(run.account, Reason.DENIED, str(error)))
    if run.stopped:
        gaps.append(unseen(run.account, Reason.FAILED, "the collection was stopped before its end"))
