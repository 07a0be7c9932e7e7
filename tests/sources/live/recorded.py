"""An account whose answers are asked for once and replayed; a test refuses operations in the replay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from auditor.sources.sessions import Account

Memory = dict[str, Any]


class Client:
    """Answers like a boto3 client, from memory where it can."""

    def __init__(self, real: Any, place: str, memory: Memory, refused: frozenset[str]) -> None:
        self._real = real
        self._place = place
        self._memory = memory
        self._refused = refused

    @property
    def meta(self) -> Any:
        return self._real.meta

    def can_paginate(self, operation: str) -> bool:
        return bool(self._real.can_paginate(operation))

    def get_paginator(self, operation: str) -> Any:
        client = self

        class Paginator:
            def paginate(self, **arguments: Any) -> Any:
                real = client._real.get_paginator(operation)
                return Pages(client._said(operation, arguments, lambda: list(real.paginate(**arguments))))

        return Paginator()

    def __getattr__(self, operation: str) -> Any:
        return lambda **arguments: self._said(operation, arguments, lambda: getattr(self._real, operation)(**arguments))

    def _said(self, operation: str, arguments: dict[str, Any], ask: Any) -> Any:
        if f"{self._place.split('/')[0]}.{operation}" in self._refused:
            answer = {"Error": {"Code": "AccessDenied", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
            raise ClientError(answer, operation)  # type: ignore[arg-type]
        key = f"{self._place} {operation} {json.dumps(arguments, sort_keys=True)}"
        if key not in self._memory:
            try:
                self._memory[key] = ask()
            except Exception as error:  # noqa: BLE001 - replayed as it was
                self._memory[key] = error
        if isinstance(self._memory[key], Exception):
            raise self._memory[key]
        return self._memory[key]


class Pages(list[Any]):
    def build_full_result(self) -> Any:
        merged: dict[str, Any] = {}
        for page in self:
            for name, value in page.items():
                merged[name] = merged.get(name, []) + value if isinstance(value, list) else value
        return merged

    def __iter__(self) -> Iterator[Any]:
        return super().__iter__()


def replayed(account: Account, memory: Memory, refused: frozenset[str] = frozenset()) -> Account:
    """`refused`: "client.operation"."""
    real = account.client

    def client(service: str, region: str) -> Any:
        return Client(real(service, region), f"{service}/{region}", memory, refused)

    return Account(account.id, account.partition, account.home, client, account.close, account.session)
