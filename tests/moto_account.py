"""moto in server mode stands for AWS: real HTTP, real pagination, real botocore. Import the fixtures to use them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest


@contextmanager
def server(**settings: str) -> Iterator[str]:
    """The URL of a moto of its own; `settings` are environment variables that moto reads."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false"} | settings
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        for _ in range(600):
            try:
                urlopen(f"{url}/moto-api/", timeout=1).close()
                break
            except (URLError, OSError):
                time.sleep(0.05)
        yield url
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    with server() as url:
        yield url


def environment(url: str) -> dict[str, str]:
    """What makes boto3 ask that moto, and nobody else."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
    }


@pytest.fixture
def aws(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty account; gives a function that makes seeding clients."""
    import boto3

    urlopen(Request(f"{moto_url}/moto-api/reset", method="POST"), timeout=30).close()
    for name, value in environment(moto_url).items():
        monkeypatch.setenv(name, value)
    from auditor.sources.sessions import _without_account_in_host

    session = boto3.session.Session()
    _without_account_in_host(session)
    clients: dict[tuple[str, str], Any] = {}

    def client(service: str, region: str = "us-east-1") -> Any:
        if (service, region) not in clients:
            clients[service, region] = session.client(service, region_name=region)
        return clients[service, region]

    yield client
    for each in clients.values():
        each.close()
