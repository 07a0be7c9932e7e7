"""Who is audited, with which credentials, in which regions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html (external id)
"""

from __future__ import annotations

import fnmatch
import os
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, InvalidRegionError, ProfileNotFound

from auditor.collectors.base import Refused, ask
from auditor.collectors.bodies import require_whole
from auditor.data.partitions import HOMES
from auditor.errors import SourceError
from auditor.model import Reason

# Asked where regions cannot be listed, to tell one missing permission from no permission at all.
_PROBES = (("iam", "get_account_summary", "iam:GetAccountSummary"), ("s3", "list_buckets", "s3:ListAllMyBuckets"))


@dataclass(frozen=True)
class Patience:
    """Seconds for a connection and for an answer, and tries per call, the first included."""

    connect: float = 5
    read: float = 30
    attempts: int = 10


class UnreachedError(SourceError):
    """One account cannot be asked: others may be."""

    def __init__(self, message: str, reason: Reason) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Account:
    """An account that can be asked. `client(service, region)` gives one shared client each; `close()` frees them."""

    id: str
    partition: str
    home: str
    client: Callable[[str, str], Any]
    close: Callable[[], None]
    session: boto3.session.Session


def own_account(profile: str | None, patience: Patience = Patience()) -> Account:
    """The account of the credentials at hand. SourceError says which are missing, expired or refused."""
    try:
        session = boto3.session.Session(profile_name=profile)
    except ProfileNotFound as error:
        raise SourceError(f"{error}; `aws configure list-profiles` names those that exist") from error
    try:
        credentials = session.get_credentials()
    except BotoCoreError as error:  # a key without its secret, a role without its source, a process that fails
        raise SourceError(f"the AWS credentials cannot be read: {error}") from error
    if credentials is None:
        raise SourceError(
            "no AWS credentials: set AWS_PROFILE or --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    return _account(session, patience)


def through_role(base: Account, role_arn: str, external_id: str | None, patience: Patience = Patience()) -> Account:
    """An account through a role, whose credentials refresh themselves. UnreachedError where the role is refused."""
    arguments: dict[str, Any] = {"RoleSessionName": "auditor", "DurationSeconds": 3600}
    if external_id:
        arguments["ExternalId"] = external_id
    # the first time by hand, because botocore's fetcher would let a ClientError out of any call
    answer = ask(base.client("sts", base.home), "assume_role", "sts:AssumeRole", RoleArn=role_arn, **arguments)
    if isinstance(answer, Refused):
        message = f"the role {role_arn} cannot be assumed: {answer.detail}: {answer.message}"
        raise UnreachedError(message, answer.reason)
    parent = base.session._session
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=parent.create_client,
        source_credentials=parent.get_credentials(),
        role_arn=role_arn,
        extra_args=arguments,
    )
    session = botocore.session.Session()
    session.register_component("data_loader", parent.get_component("data_loader"))
    session._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
    return _account(boto3.session.Session(botocore_session=session, region_name=base.home), patience)


def _account(session: boto3.session.Session, patience: Patience) -> Account:
    config = _config(patience)
    _without_account_in_host(session)
    session.events.register("after-call", require_whole)
    lock, clients = threading.Lock(), dict[tuple[str, str], Any]()

    def client(service: str, where: str) -> Any:
        with lock:  # making a client is not thread-safe, calling one is
            if (service, where) not in clients:
                clients[service, where] = session.client(service, region_name=where, config=config)
            return clients[service, where]

    def close() -> None:
        with lock:
            while clients:
                clients.popitem()[1].close()

    region = session.region_name or HOMES["aws"]
    try:
        identity = ask(client("sts", region), "get_caller_identity", "sts:GetCallerIdentity")
    except InvalidRegionError as error:
        raise SourceError(f"{error}; set AWS_DEFAULT_REGION to the name of a region, such as eu-west-1") from error
    if isinstance(identity, Refused):
        raise UnreachedError(_refusal(identity, session.region_name), identity.reason)
    partition = identity["Arn"].split(":")[1]
    return Account(identity["Account"], partition, HOMES.get(partition, region), client, close, session)


def _refusal(refused: Refused, region: str | None) -> str:
    """Credentials that are refused, or an endpoint that does not answer; and what else may be the cause."""
    if "(credentials)" not in refused.detail and refused.reason is not Reason.DENIED:
        return f"AWS does not answer: {refused.message}"
    hint = "" if region else "; no region is set: outside the partition aws, set AWS_DEFAULT_REGION"
    if any(word in refused.message for word in _SKEWED):
        hint = "; the clock of this machine is off"
    return f"AWS does not accept the credentials: {refused.message}{hint}"


# https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
_SKEWED = ("Signature expired", "Signature not yet current", "RequestTimeTooSkewed")


def _config(patience: Patience) -> Config:
    own_endpoint = os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT_URL_S3")
    return Config(
        # adaptive retries share one limiter per client: a tenth of the throttled answers of the other modes
        retries={"mode": "adaptive", "total_max_attempts": patience.attempts},
        connect_timeout=patience.connect,
        read_timeout=patience.read,
        max_pool_connections=16,
        tcp_keepalive=True,
        user_agent_extra="auditor",
        s3={"addressing_style": "path"} if own_endpoint else None,
    )


def _without_account_in_host(session: boto3.session.Session) -> None:
    """S3 Control puts the account id before the host; an endpoint of one's own has no such name."""
    if not (os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT_URL_S3_CONTROL")):
        return

    def strip(params: dict[str, Any], **_: Any) -> None:
        params["url"] = re.sub(r"://\d{12}\.", "://", params["url"], count=1)

    session.events.register("before-call.s3-control", strip)


class Regions(NamedTuple):
    """`left_out`: those that are enabled and match no glob."""

    chosen: tuple[str, ...]
    left_out: tuple[str, ...]


def regions_of(account: Account, globs: Sequence[str]) -> Regions:
    """The enabled regions that match a glob (all without one).

    SourceError where nothing at all may be read, where the regions cannot be listed and the globs are no plain
    names, and where none matches.
    """
    answer = ask(account.client("ec2", account.home), "describe_regions", "ec2:DescribeRegions")
    if isinstance(answer, Refused):
        _require_some_permission(account, answer)
        if globs and not any(set(glob) & set("*?[") for glob in globs):
            return Regions(tuple(map(_region, globs)), ())
        message = f"the regions of {account.id} cannot be listed ({answer.detail}): name them with --region"
        raise UnreachedError(message, answer.reason)
    enabled = sorted(region["RegionName"] for region in answer["Regions"])
    chosen = tuple(r for r in enabled if not globs or any(fnmatch.fnmatchcase(r, glob) for glob in globs))
    if not chosen:
        raise SourceError(f"--region {' '.join(globs)}: matches none of {', '.join(enabled)}")
    return Regions(chosen, tuple(region for region in enabled if region not in chosen))


def _region(name: str) -> str:
    if not re.fullmatch("[a-z]+(-[a-z0-9]+)+", name):
        raise SourceError(f"--region {name}: not the name of a region, such as eu-west-1")
    return name


def _require_some_permission(account: Account, refused: Refused) -> None:
    for service, operation, action in _PROBES:
        if not isinstance(ask(account.client(service, account.home), operation, action), Refused):
            return
    if refused.reason is not Reason.DENIED:
        raise UnreachedError(f"{account.id} does not answer: {refused.detail}: {refused.message}", refused.reason)
    raise UnreachedError(
        f"nothing may be read in {account.id} ({refused.message}): attach the policy that `auditor permissions` "
        "prints, or SecurityAudit",
        refused.reason,
    )
