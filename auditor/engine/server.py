"""One OPA of our own, from its start to its end: the process and the client that talks to it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.engine import version, wire
from auditor.engine.process import Process
from auditor.errors import EngineError

if TYPE_CHECKING:
    from auditor.engine.client import Client

_POLL_SECONDS = 0.005
_LOG_LINES = 20
_DEATH_SECONDS = 0.5  # between the moment that a connection breaks and that the process has an exit code


class Server:
    """Started by its construction, usable after `wait`."""

    def __init__(self, program: str, modules: Sequence[str]) -> None:
        self._process = Process(program, modules)
        self._client: Client | None = None

    def wait(self, seconds: float) -> str:
        """Return OPA's version when it answers; EngineError with its own words if it does not."""
        from auditor.engine.client import Client  # imports requests, while OPA is starting

        client = Client("http://localhost", path=self._process.socket)
        deadline = time.monotonic() + seconds
        while not (os.path.exists(self._process.socket) and client.check_health()):
            if self._process.ended() is not None:
                raise EngineError(f"OPA did not start: {self.last_words()}")
            if time.monotonic() > deadline:
                raise EngineError(f"OPA was not ready after {seconds:g} s: {self.last_words()}")
            time.sleep(_POLL_SECONDS)
        try:
            answer = client.report(wire.PROBE, seconds)
        except (wire.Died, wire.TimedOut, wire.Refused) as error:
            raise EngineError(f"OPA started, but does not answer: {error or self.last_words()}") from error
        wire.result(answer)
        self._client = client
        return version.checked(answer.provenance.version if answer.provenance else "", "OPA")

    def ask(self, body: bytes, seconds: float) -> wire.Answer:
        """See `Client.report`."""
        if self._client is None:
            raise EngineError("OPA was asked before it was ready")
        return self._client.report(body, seconds)

    def last_words(self) -> str:
        """Why it ended, as far as that is known: its exit code and the beginning of what it wrote."""
        code = self._process.ended(_DEATH_SECONDS)
        state = "still running" if code is None else f"exit code {code}"
        text = "\n".join(self._process.log().partition("\n\n")[0].splitlines()[:_LOG_LINES])  # without Go's stacks
        return f"{state}: {text}" if text else state

    def close(self) -> None:
        if self._client is not None:
            self._client.close_connection()
        self._process.close()
