"""Two accounts of moto, audited once through the real command: what came out, by policy, status and label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from faulty import refusing
from proof_accounts import seeded
from proof_kept import FAULT, ROLE
from proof_recorded import answers
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
    return audited(moto, FAULT, opa, tmp_path_factory.mktemp("kept"), "--role-arn", ROLE)


@pytest.fixture(scope="session")
def blind(moto: Moto, opa: str, tmp_path_factory: pytest.TempPathFactory) -> Said:
    """The first account for somebody who may ask for nothing but the regions and his own name."""
    refused = refusing("")

    def fault(service: str, said: str) -> Any:
        return None if service == "sts" else refused(service, said)

    return audited(moto, fault, opa, tmp_path_factory.mktemp("blind"))
