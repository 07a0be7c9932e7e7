"""What commands that collect share: their options as one value, and the collection itself."""

from __future__ import annotations

import datetime
import functools
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.model import Plan
    from auditor.sources.live import Collected
    from auditor.sources.organization import Unreached
    from auditor.sources.sessions import Account


class Live(msgspec.Struct, frozen=True):
    """Which accounts and regions, through which roles, and how they are asked."""

    profiles: tuple[str, ...]
    regions: tuple[str, ...]
    role_arns: tuple[str, ...]
    external_id: str | None
    organization: bool
    role_name: str
    accounts: tuple[str, ...]
    excluded_accounts: tuple[str, ...]
    user_data: bool
    parallel: int
    timeout: float
    attempts: int

    @property
    def options(self) -> frozenset[str]:
        """The optional calls of the collectors that were chosen."""
        return frozenset({"user-data"} if self.user_data else ())


def live_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command gets them as `live`."""

    @functools.wraps(command)
    def gathered(*arguments: Any, **given: Any) -> Any:
        live = Live(**{name: given.pop(name) for name in Live.__struct_fields__})
        return command(*arguments, live=live, **given)

    decorated: Callable[..., Any] = gathered
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


user_data_option = click.option("--user-data", is_flag=True, help="Read each instance's user data, to find secrets.")

_OPTIONS = (
    click.option("--profile", "profiles", multiple=True, metavar="NAME", help="A profile of the AWS configuration."),
    click.option("--region", "regions", multiple=True, metavar="GLOB", help="Only these regions (globs, repeatable)."),
    click.option("--role-arn", "role_arns", multiple=True, metavar="ARN", help="An account through this role."),
    click.option("--external-id", metavar="ID", help="The external id that the roles ask for."),
    click.option("--organization", is_flag=True, help="Every account of the organization."),
    click.option(
        "--role-name", default="auditor", show_default=True, metavar="NAME", help="The role in its member accounts."
    ),
    click.option("--account", "accounts", multiple=True, metavar="GLOB", help="Only these accounts of it."),
    click.option(
        "--exclude-account", "excluded_accounts", multiple=True, metavar="GLOB", help="Not these accounts of it."
    ),
    user_data_option,
    click.option("--parallel", default=16, show_default=True, type=click.IntRange(1, 64), help="Calls in flight."),
    click.option(
        "--timeout", default=30.0, show_default=True, type=click.FloatRange(0.1), help="Seconds to wait for an answer."
    ),
    click.option(
        "--attempts", default=10, show_default=True, type=click.IntRange(1), help="Tries per call, the first included."
    ),
)


def collect(
    file: Path, plan: Plan, live: Live, regions: tuple[str, ...], into_folder: bool = False, resume: bool = False
) -> Collected:
    """Live accounts into a file, with a line per account and region at a terminal. Ctrl-C keeps what exists.

    `into_folder`: a file per account, with an index; `resume` leaves those that are complete there.
    """
    from auditor.cli import outputs
    from auditor.collectors.base import wanted_of
    from auditor.facts.table import FACTS
    from auditor.sources.folder import collect_folder
    from auditor.sources.live import Collection
    from auditor.sources.live import collect as collect_accounts

    accounts = _accounts(live)
    taken_at = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with _stoppable() as stop:
        collection = Collection(
            wanted=wanted_of(plan.reads),
            at_source=[FACTS["secret.scan"]] if "secret.scan" in plan.facts else [],
            globs=regions,
            taken_at=taken_at,
            options=live.options,
            parallel=live.parallel,
            stop=stop,
            progress=outputs.progress,
        )
        if into_folder:
            return collect_folder(file, accounts, collection, resume)
        return collect_accounts(file, accounts, collection)


def _accounts(live: Live) -> list[Account | Unreached]:
    from auditor.sources import organization, sessions

    patience = sessions.Patience(connect=min(5.0, live.timeout), read=live.timeout, attempts=live.attempts)
    if live.organization and live.role_arns:
        raise UsageError("--organization names its roles by --role-name; leave out --role-arn")
    if (live.accounts or live.excluded_accounts) and not live.organization:
        raise UsageError("--account and --exclude-account choose accounts of --organization")
    bases = [sessions.own_account(profile, patience) for profile in live.profiles or (None,)]
    found: list[Account | Unreached] = []
    for base in bases:
        if live.organization:
            chosen = organization.Chosen(live.accounts, live.excluded_accounts)
            found += organization.accounts(base, live.role_name, live.external_id, chosen, patience)
        elif live.role_arns:
            found += [sessions.through_role(base, arn, live.external_id, patience) for arn in live.role_arns]
        else:
            found.append(base)
    ids = [account.id for account in found]
    if twice := {id for id in ids if ids.count(id) > 1}:
        raise UsageError(f"the account {', '.join(sorted(twice))} is named more than once")
    return found


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C, or the end of a container, sets; the second one ends the program."""
    stop = threading.Event()

    def on_signal(number: int, frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        click.echo("auditor: stopping; what exists is kept", err=True)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
