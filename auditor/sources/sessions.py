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
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import ProfileNotFound

from auditor.collectors.base import Refused, ask
from auditor.data.partitions import HOMES
from auditor.errors import SourceError

# Asked where regions cannot be listed, to tell one missing permission from no permission at all.
_PROBES = (("iam", "get_account_summary", "iam:GetAccountSummary"), ("s3", "list_buckets", "s3:ListAllMyBuckets"))


@dataclass(frozen=True)
class Patience:
    """Seconds for a connection and for an answer, and tries per call, the first included."""

    connect: float = 5
    read: float = 30
    attempts: int = 10


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
    if session.get_credentials() is None:
        raise SourceError(
            "no AWS credentials: set AWS_PROFILE or --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    return _account(session, patience)


def through_role(base: Account, role_arn: str, external_id: str | None, patience: Patience = Patience()) -> Account:
    """An account through a role, whose credentials refresh themselves. SourceError where the role is refused."""
    arguments: dict[str, Any] = {"RoleSessionName": "auditor", "DurationSeconds": 3600}
    if external_id:
        arguments["ExternalId"] = external_id
    # the first time by hand, because botocore's fetcher would let a ClientError out of any call
    answer = ask(base.client("sts", base.home), "assume_role", "sts:AssumeRole", RoleArn=role_arn, **arguments)
    if isinstance(answer, Refused):
        raise SourceError(f"the role {role_arn} cannot be assumed: {answer.detail}: {answer.message}")
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
    identity = ask(client("sts", region), "get_caller_identity", "sts:GetCallerIdentity")
    if isinstance(identity, Refused):
        hint = "" if session.region_name else "; no region is set: outside the partition aws, set AWS_DEFAULT_REGION"
        raise SourceError(f"AWS does not accept the credentials: {identity.message}{hint}")
    partition = identity["Arn"].split(":")[1]
    return Account(identity["Account"], partition, HOMES.get(partition, region), client, close, session)


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


def regions_of(account: Account, globs: Sequence[str]) -> tuple[str, ...]:
    """The enabled regions that match a glob (all without one).

    SourceError where nothing at all may be read, where the regions cannot be listed and the globs are no plain
    names, and where none matches.
    """
    answer = ask(account.client("ec2", account.home), "describe_regions", "ec2:DescribeRegions")
    if isinstance(answer, Refused):
        _require_some_permission(account, answer)
        if globs and not any(set(glob) & set("*?[") for glob in globs):
            return tuple(globs)
        raise SourceError(f"the regions of {account.id} cannot be listed ({answer.detail}): name them with --region")
    enabled = sorted(region["RegionName"] for region in answer["Regions"])
    chosen = tuple(r for r in enabled if not globs or any(fnmatch.fnmatchcase(r, glob) for glob in globs))
    if not chosen:
        raise SourceError(f"--region {' '.join(globs)}: matches none of {', '.join(enabled)}")
    return chosen


def _require_some_permission(account: Account, refused: Refused) -> None:
    for service, operation, action in _PROBES:
        if not isinstance(ask(account.client(service, account.home), operation, action), Refused):
            return
    raise SourceError(
        f"nothing may be read in {account.id} ({refused.message}): attach the policy that `auditor permissions` "
        "prints, or SecurityAudit"
    )
