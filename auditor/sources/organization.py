"""The accounts of an organization, each through a role of one name.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from auditor.collectors.base import Refused, ask
from auditor.errors import SourceError
from auditor.model import Json, Reason
from auditor.sources.sessions import Account, Patience, UnreachedError, through_role

_AT_ONCE = 8


@dataclass(frozen=True)
class Unreached:
    """An account that cannot be asked at all, and why."""

    id: str
    reason: Reason
    detail: str


@dataclass(frozen=True)
class Chosen:
    """Which accounts of the organization: globs over account ids; without `include`, all but `exclude`."""

    include: Sequence[str] = ()
    exclude: Sequence[str] = ()

    def has(self, id: str) -> bool:
        wanted = not self.include or any(fnmatch.fnmatchcase(id, glob) for glob in self.include)
        return wanted and not any(fnmatch.fnmatchcase(id, glob) for glob in self.exclude)


def accounts(
    base: Account, role_name: str, external_id: str | None, chosen: Chosen, patience: Patience
) -> tuple[Account | Unreached, ...]:
    """Every chosen account; one that is suspended or refuses the role is `Unreached`, and the others go on.

    The account of `base` is asked with its own credentials: the role usually does not exist there. It is also asked
    about the organization in the place of the others, which AWS tells less. SourceError where the accounts cannot be
    listed, or none is chosen.
    """
    answer = ask(base.client("organizations", base.home), "list_accounts", "organizations:ListAccounts")
    if isinstance(answer, Refused):
        raise SourceError(
            f"the accounts of the organization cannot be listed ({answer.detail}: {answer.message}): run in its "
            "management account or a delegated administrator, or name accounts with --profile or --role-arn"
        )
    members = [member for member in answer["Accounts"] if chosen.has(member["Id"])]
    if not members:
        raise SourceError("no account of the organization is chosen by --account and --exclude-account")

    def reached(member: Json) -> Account | Unreached:
        id = member["Id"]
        if id == base.id:
            return base
        state = member.get("State") or member.get("Status")
        if state != "ACTIVE":
            return Unreached(id, Reason.FAILED, f"the account is {str(state).lower()}")
        role = f"arn:{base.partition}:iam::{id}:role/{role_name}"
        try:
            return _told_by(base, through_role(base, role, external_id, patience))
        except UnreachedError as error:
            return Unreached(id, error.reason, f"sts:AssumeRole ({error})")

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return tuple(_ordered(pool.map(reached, members)))


def _told_by(base: Account, member: Account) -> Account:
    """The member, with the clients of `base` for AWS Organizations."""

    def client(service: str, region: str) -> Any:
        return base.client(service, base.home) if service == "organizations" else member.client(service, region)

    return replace(member, client=client)


def _ordered(found: Iterator[Account | Unreached]) -> list[Account | Unreached]:
    return sorted(found, key=lambda each: each.id)
