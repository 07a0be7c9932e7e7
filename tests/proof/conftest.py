"""Two accounts of moto, audited once through the real command: what came out, by policy, status and label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from faulty import refusing
from proof_accounts import seeded
from proof_kept_recorded import ROLE, kept_answers
from proof_recorded import ACCOUNT, answers
from proof_run import Moto, Said, audited


@pytest.fixture(scope="session")
def moto() -> Iterator[Moto]:
    """Both accounts, seeded."""
    with seeded() as both:
        yield both


@pytest.fixture(scope="session")
def acme(moto: Moto, opa: str, tmp_path_factory: pytest.TempPathFactory) -> Said:
    return audited(moto, answers(moto.labels), opa, tmp_path_factory.mktemp("acme"), "--user-data")


@pytest.fixture(scope="session")
def kept(moto: Moto, opa: str, tmp_path_factory: pytest.TempPathFactory) -> Said:
    return audited(moto, kept_answers(moto.labels), opa, tmp_path_factory.mktemp("kept"), "--role-arn", ROLE)


@pytest.fixture(scope="session")
def together(moto: Moto, opa: str, tmp_path_factory: pytest.TempPathFactory) -> Said:
    """Both in one audit, for what only an account that keeps the logs of another can show."""
    policy = "cloudtrail-logs-centralized"
    archive = ("--policy", policy, "--set", f'{policy}.log_archive_accounts=["{ACCOUNT}"]')
    roles = ("--role-arn", f"arn:aws:iam::{ACCOUNT}:role/auditor", "--role-arn", ROLE)
    return audited(moto, kept_answers(moto.labels), opa, tmp_path_factory.mktemp("together"), *roles, *archive)


@pytest.fixture(scope="session")
def blind(moto: Moto, opa: str, tmp_path_factory: pytest.TempPathFactory) -> Said:
    """The first account for somebody who may ask for nothing but the regions and his own name."""
    refused = refusing("")

    def fault(service: str, said: str) -> Any:
        return None if service == "sts" else refused(service, said)

    return audited(moto, fault, opa, tmp_path_factory.mktemp("blind"))
