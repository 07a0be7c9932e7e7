"""An account whose answers a function gives: the collectors without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from auditor.collectors.account import AccountRun
from auditor.collectors.base import wanted_of
from auditor.model import Path

Reads = dict[str, tuple[Path, ...]]
Answer = Callable[[str, str, str, dict[str, Any]], Any]  # (service, region, operation, arguments)


class Client:
    """Says what `answer` says: a dict, pages (a list or a generator), or the error that it raises."""

    meta = SimpleNamespace(config=Config(retries={"total_max_attempts": 1}))

    def __init__(self, service: str, region: str, answer: Answer) -> None:
        self._where = (service, region)
        self._answer = answer

    def can_paginate(self, operation: str) -> bool:
        return False

    def get_paginator(self, operation: str) -> Any:
        client = self

        class Paginator:
            def paginate(self, **arguments: Any) -> Iterator[Any]:
                answer = client._answer(*client._where, operation, arguments)
                yield from [answer] if isinstance(answer, dict) else answer

        return Paginator()

    def __getattr__(self, operation: str) -> Any:
        return lambda **arguments: self._answer(*self._where, operation, arguments)


def refused(operation: str, code: str, status: int = 400) -> ClientError:
    response = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, operation)  # type: ignore[arg-type]


def running(answer: Answer, reads: Reads, regions: tuple[str, ...] = ("eu-west-1",), **more: Any) -> AccountRun:
    clients: dict[tuple[str, str], Client] = {}

    def client(service: str, region: str) -> Client:
        return clients.setdefault((service, region), Client(service, region, answer))

    return AccountRun("111122223333", "aws", "us-east-1", regions, client, wanted_of(reads), "", **more)
