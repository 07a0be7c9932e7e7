"""An OPA that somebody else runs (`--opa-url`)."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from auditor.engine import version, wire
from auditor.engine.isolation import Isolation, Limits
from auditor.errors import EngineError
from auditor.model import Evaluation

if TYPE_CHECKING:
    from auditor.engine.client import Client


class RemoteOpa:
    """An OPA that somebody else runs and that holds this pack as a bundle (`--opa-url`). Implements `model.Engine`.

    Every answer carries the server's provenance (OPA REST API, "Provenance"): the revision of a loaded bundle has
    to be the pack's, so that a bundle that is exchanged during the run is noticed too.
    """

    version = ""

    def __init__(self, url: str, token: str | None, revision: str, limits: Limits | None = None) -> None:
        """`url` is the root of the server, without `/v1`; `token` is sent as bearer token."""
        if not _is_address(url):
            raise EngineError(f"{url} is no address of an OPA: http://HOST[:PORT] or https://HOST[:PORT] is needed")
        self._url, self._token, self._revision = url, token, revision
        self._isolation = Isolation(limits or Limits())
        self._client: Client | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Nothing to start: the same steps as for an OPA of our own."""

    def wait(self) -> None:
        """Make sure that the server answers, is new enough and holds the pack; else EngineError."""
        from auditor.engine.client import Client

        self._client = Client(self._url, token=self._token)
        try:
            answer = self._ask(wire.PROBE, self._isolation.limits.policy)
        except (wire.Died, wire.TimedOut) as error:
            raise EngineError(f"OPA at {self._url} cannot be reached: {error}") from error
        except wire.Refused as error:
            raise EngineError(f"OPA at {self._url} cannot evaluate the pack: {error}") from error
        wire.result(answer)
        self.version = version.checked(answer.provenance.version if answer.provenance else "", f"OPA at {self._url}")

    def close(self) -> None:
        if self._client is not None:
            self._client.close_connection()

    def seconds(self) -> float:
        return self._isolation.seconds()

    def evaluate(self, keys: Sequence[str], resources: bytes, parameters: bytes, taken_at: str) -> Evaluation:
        """See `model.Engine`; only after `wait`. EngineError when the connection is lost or the pack exchanged."""
        if not keys:
            return Evaluation({}, {})
        try:
            return self._isolation.together(self._ask, keys, wire.Shard(resources, parameters, taken_at))
        except wire.Died as error:
            raise EngineError(f"OPA at {self._url} is gone: {error}") from error

    def _ask(self, body: bytes, seconds: float) -> wire.Answer:
        if self._client is None:
            raise EngineError(f"OPA at {self._url} was not asked yet whether it holds the pack")
        answer = self._client.report(body, seconds)
        bundles = answer.provenance.bundles.values() if answer.provenance else ()
        held = sorted(bundle.revision for bundle in bundles if bundle.revision)
        if self._revision not in held:
            raise EngineError(
                f"OPA at {self._url} does not hold this pack: needed is a bundle with revision {self._revision}, "
                f"it holds {', '.join(held) or 'none'} (make one with `auditor policy bundle`)"
            )
        return answer


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a broken IPv6 address
        return False
