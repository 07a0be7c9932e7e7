"""`opa-python-client` with what an audit needs beside it: a unix socket, encoded bodies, a time limit per call.

Importing this module imports requests (0.1 s), so that it is imported when OPA is already starting.
"""

from __future__ import annotations

import socket
import sys
import types
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

from auditor.engine import wire
from auditor.errors import EngineError

# The package imports its asynchronous client, and with it aiohttp: half of the import's time for nothing here.
# A placeholder stands in its place meanwhile. It may go when opa_client imports that lazily (a test notices).
_ASYNC = "opa_client.opa_async"
_placeholder = types.ModuleType(_ASYNC)
_placeholder.AsyncOpaClient = None  # type: ignore[attr-defined]
sys.modules.setdefault(_ASYNC, _placeholder)
try:
    from opa_client.opa import OpaClient
except ImportError:  # a version that wants more of it gets the real one
    del sys.modules[_ASYNC]
    from opa_client.opa import OpaClient
if sys.modules.get(_ASYNC) is _placeholder:
    del sys.modules[_ASYNC]


class Client(OpaClient):  # type: ignore[misc]
    """Talks to one OPA, at a URL or at a unix socket. Several threads may share it."""

    def __init__(self, url: str, *, path: str | None = None, token: str | None = None) -> None:
        parts = urlsplit(url)
        self._path = path
        port = parts.port or (443 if parts.scheme == "https" else 80)
        super().__init__(host=parts.hostname, port=port, ssl=parts.scheme == "https", token=token, retries=0)
        self.root_url = f"{url.rstrip('/')}/{self.version}"
        self._server = f"OPA at {path or url}"

    def _init_session(self) -> requests.Session:
        session: requests.Session = super()._init_session()
        session.auth = _keep_headers
        if self._path:
            session.trust_env = False  # no proxy stands between us and our own socket
            session.mount("http://", _SocketAdapter(self._path))
        return session

    def report(self, body: bytes, seconds: float) -> wire.Answer:
        """Evaluate `data.main.report`. TimedOut, Died, Refused; EngineError for any other answer."""
        try:
            response = self._session.post(
                f"{self.root_url}/{wire.QUERY}?strict-builtin-errors=true&metrics=true&provenance=true",
                data=body,
                headers={"Content-Type": "application/json"},
                timeout=seconds,
                allow_redirects=False,
            )
        except requests.exceptions.ReadTimeout as error:
            raise wire.TimedOut from error
        except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            raise wire.Died(str(error)) from error
        except requests.exceptions.RequestException as error:
            raise EngineError(f"{self._server} cannot be asked: {error}") from error
        if response.status_code == 200:
            return wire.answer(response.content, self._server)
        refusal = wire.refusal(response.content)
        if response.status_code == 500 and refusal.errors:
            raise wire.Refused(refusal)
        raise EngineError(f"{self._server} answered {response.status_code} {response.reason}: {refusal.text()}")


def _keep_headers(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without an `auth`, requests overwrites the token with what ~/.netrc says of the host."""
    return request


class _SocketConnection(urllib3.connection.HTTPConnection):
    def __init__(self, path: str, **options: Any) -> None:
        super().__init__("localhost", **options)
        self._path = path

    def _new_conn(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(self.timeout)
        try:
            connection.connect(self._path)
        except OSError as error:
            connection.close()
            raise urllib3.exceptions.NewConnectionError(self, str(error)) from error
        return connection


class _SocketPool(urllib3.connectionpool.HTTPConnectionPool):
    def __init__(self, path: str, **options: Any) -> None:
        super().__init__("localhost", **options)
        self._path = path

    def _new_conn(self) -> _SocketConnection:
        self.num_connections += 1
        return _SocketConnection(self._path, timeout=self.timeout.connect_timeout)


class _SocketAdapter(requests.adapters.HTTPAdapter):
    def __init__(self, path: str) -> None:
        super().__init__()
        self._pool = _SocketPool(path, maxsize=8)

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> _SocketPool:
        return self._pool

    def close(self) -> None:
        self._pool.close()
        super().close()
