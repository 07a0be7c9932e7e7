"""Two accounts of moto, audited once through the real command: what came out, by policy, status and label."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from faulty import refusing
from moto_account import server
from proof_data import seed_data
from proof_iam import seed_iam
from proof_kept import FAULT, ROLE, seed_kept
from proof_network import seed_network
from proof_recorded import answers
from proof_run import Moto, Said, audited
from proof_services import seed_services


@pytest.fixture(scope="session")
def moto() -> Iterator[Moto]:
    """Both accounts, seeded."""
    with server(MOTO_IAM_LOAD_MANAGED_POLICIES="true") as url:
        own = _clients(url, "testing", "testing")
        labels: dict[str, str] = {}
        for seed in (seed_iam, seed_data, seed_network, seed_services):
            labels |= seed(own)
        role = own("sts").assume_role(RoleArn=ROLE, RoleSessionName="seed")["Credentials"]
        labels |= seed_kept(_clients(url, role["AccessKeyId"], role["SecretAccessKey"], role["SessionToken"]))
        yield Moto(url, labels)


def _clients(url: str, *credentials: str) -> Callable[..., Any]:
    session = boto3.session.Session(*credentials)
    session.events.register("before-call.s3-control", _without_account_in_host)
    return lambda service, region="us-east-1": session.client(service, region, endpoint_url=url)


@pytest.fixture(scope="session")
def acme(moto: Moto, opa: str, tmp_path_factory: pytest.TempPathFactory) -> Said:
    return audited(moto, answers(moto.labels), opa, tmp_path_factory.mktemp("acme"), "--user-data")


@pytest.fixture(scope="session")
def kept(moto: Moto, opa: str, tmp_path_factory: pytest.TempPathFactory) -> Said:
    return audited(moto, FAULT, opa, tmp_path_factory.mktemp("kept"), "--role-arn", ROLE)


@pytest.fixture(scope="session")
def blind(moto: Moto, opa: str, tmp_path_factory: pytest.TempPathFactory) -> Said:
    """The first account for somebody who may ask for nothing but the regions and his own name."""
    refused = refusing("")

    def fault(service: str, said: str) -> Any:
        return None if service == "sts" or "Action=DescribeRegions" in said else refused(service, said)

    return audited(moto, fault, opa, tmp_path_factory.mktemp("blind"))


def _without_account_in_host(params: dict[str, Any], **_: Any) -> None:
    """S3 Control puts the account id before the host, where moto has no name."""
    params["url"] = re.sub(r"://\d{12}\.", "://", params["url"], count=1)
