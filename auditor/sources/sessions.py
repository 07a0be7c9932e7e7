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

from auditor.collectors.base import Refused, ask
from auditor.errors import SourceError

# The region whose endpoint answers for the global services of a partition.
HOMES = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-eusc": "eusc-de-east-1",
}

# Adaptive retries share one limiter per client: a tenth of the throttled answers of the other modes.
_CONFIG = {
    "retries": {"mode": "adaptive", "max_attempts": 10},
    "connect_timeout": 5,
    "read_timeout": 30,
    "max_pool_connections": 16,
    "tcp_keepalive": True,
    "user_agent_extra": "auditor",
    "s3": {"addressing_style": "path"} if os.environ.get("AWS_ENDPOINT_URL") else None,
}


@dataclass(frozen=True)
class Account:
    """An account that can be asked. `client(service, region)` gives one shared client each."""

    id: str
    partition: str
    home: str
    client: Callable[[str, str], Any]


def own_account(profile: str | None, attempts: int = 10) -> Account:
    """The account of the credentials at hand. SourceError says which are missing, expired or refused."""
    try:
        session = boto3.session.Session(profile_name=profile)
    except botocore.exceptions.ProfileNotFound as error:
        raise SourceError(f"{error}; `aws configure list-profiles` names those that exist") from error
    if session.get_credentials() is None:
        raise SourceError("no AWS credentials: set AWS_PROFILE or --profile, or AWS_ACCESS_KEY_ID and its secret")
    return _account(session, attempts)


def assumed(base: Account, session: botocore.session.Session, role_arn: str, external_id: str | None) -> Account:
    """An account through a role. The credentials refresh themselves during long runs."""
    arguments: dict[str, Any] = {"RoleSessionName": "auditor", "DurationSeconds": 3600}
    if external_id:
        arguments["ExternalId"] = external_id
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=session.create_client,
        source_credentials=session.get_credentials(),
        role_arn=role_arn,
        extra_args=arguments,
    )
    member = botocore.session.Session()
    member.register_component("data_loader", session.get_component("data_loader"))
    member._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
    return _account(boto3.session.Session(botocore_session=member, region_name=base.home), 10)


def _account(session: boto3.session.Session, attempts: int) -> Account:
    region = session.region_name or "us-east-1"
    config = Config(**{**_CONFIG, "retries": {"mode": "adaptive", "max_attempts": attempts}})
    _without_account_in_host(session)
    lock, clients = threading.Lock(), dict[tuple[str, str], Any]()

    def client(service: str, where: str) -> Any:
        with lock:  # making a client is not thread-safe, calling one is
            if (service, where) not in clients:
                clients[service, where] = session.client(service, region_name=where, config=config)
            return clients[service, where]

    identity = ask(client("sts", region), "get_caller_identity", "sts:GetCallerIdentity")
    if isinstance(identity, Refused):
        raise SourceError(f"AWS does not accept the credentials: {identity.message}")
    partition = identity["Arn"].split(":")[1]
    return Account(identity["Account"], partition, HOMES.get(partition, region), client)


def _without_account_in_host(session: boto3.session.Session) -> None:
    """S3 Control puts the account id before the host; an endpoint of one's own has no such name."""
    if not (os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT_URL_S3_CONTROL")):
        return

    def strip(params: dict[str, Any], **_: Any) -> None:
        params["url"] = re.sub(r"://\d{12}\.", "://", params["url"], count=1)

    session.events.register("before-call.s3-control", strip)


def regions_of(account: Account, globs: Sequence[str]) -> tuple[str, ...]:
    """The enabled regions that match a glob (all without one).

    SourceError where they cannot be listed and the globs are no plain names, or where none matches.
    """
    answer = ask(account.client("ec2", account.home), "describe_regions", "ec2:DescribeRegions")
    if isinstance(answer, Refused):
        if globs and not any(set(glob) & set("*?[") for glob in globs):
            return tuple(globs)
        raise SourceError(f"the regions of {account.id} cannot be listed ({answer.detail}): name them with --region")
    enabled = sorted(region["RegionName"] for region in answer["Regions"])
    chosen = tuple(r for r in enabled if not globs or any(fnmatch.fnmatchcase(r, glob) for glob in globs))
    if not chosen:
        raise SourceError(f"--region {' '.join(globs)}: matches none of {', '.join(enabled)}")
    return chosen
