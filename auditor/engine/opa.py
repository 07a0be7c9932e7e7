"""OPA as the engine: a server of our own for the time of one run."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from auditor.engine import wire
from auditor.engine.isolation import Isolation, Limits, merged
from auditor.engine.server import Server
from auditor.errors import EngineError
from auditor.model import Evaluation


class ManagedOpa:
    """`opa run --server` with exactly these Rego files, on a private socket, for the time of a `with` block.

    `start` returns at once, so that the caller can import what is heavy before `wait`. Afterwards nothing is
    left, however the block, the thread or the process ends. Implements `model.Engine`.
    """

    version = ""

    def __init__(self, program: str, modules: Sequence[str], limits: Limits | None = None) -> None:
        self._program = program
        self._modules = tuple(modules)
        self._isolation = Isolation(limits or Limits())
        self._lock = threading.Lock()  # guards what follows; never held for long
        self._replacing = threading.Lock()  # one thread replaces a dead server, the others wait for it
        self._servers: set[Server] = set()
        self._closed = False
        self._deaths = 0
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start OPA and return at once."""
        if self._server is None:
            self._server = self._spawn()

    def wait(self) -> None:
        """Return when OPA answers; EngineError with OPA's own words if it does not, or is too old."""
        self.start()
        assert self._server is not None
        self.version = self._server.wait(self._isolation.limits.start)

    def close(self) -> None:
        """End OPA. Evaluations still running in other threads end with an EngineError."""
        with self._lock:
            self._closed = True
            servers = tuple(self._servers)
        for server in servers:
            self._end(server)

    def seconds(self) -> float:
        return self._isolation.seconds()

    def evaluate(self, keys: Sequence[str], resources: bytes, parameters: bytes, taken_at: str) -> Evaluation:
        """See `model.Engine`; only after `wait`. EngineError when OPA died too often or does not answer as OPA."""
        if not keys:
            return Evaluation({}, {})
        server = self._server
        if server is None:
            raise EngineError("OPA was not started")
        shard = wire.Shard(resources, parameters, taken_at)
        try:
            return self._isolation.together(server.ask, keys, shard)
        except wire.Died:
            self._replace(server)
            return self._replay(keys, shard)

    def _replace(self, dead: Server) -> None:
        """A new server for all threads, once per dead one."""
        with self._replacing:
            if self._server is not dead:
                return
            self._bury(dead)
            fresh = self._spawn()
            fresh.wait(self._isolation.limits.start)
            self._server = fresh

    def _replay(self, keys: Sequence[str], shard: wire.Shard) -> Evaluation:
        """Each policy alone, on a server that no other thread uses: if it dies again, it is certain who did it."""
        parts = []
        server: Server | None = None
        try:
            for key in keys:
                if server is None:
                    server = self._spawn()
                    server.wait(self._isolation.limits.start)
                try:
                    parts.append(self._isolation.alone(server.ask, key, shard))
                except wire.Died:
                    reason = self._bury(server)
                    server = None
                    parts.append(self._isolation.blame(key, f"it killed OPA ({reason}); not asked again in this run"))
        finally:
            if server is not None:
                self._end(server)
        return merged(*parts)

    def _bury(self, server: Server) -> str:
        """Count a death, clear it away, say what OPA said; EngineError if there were too many."""
        reason = server.last_words()
        self._end(server)
        with self._lock:
            self._deaths += 1
            if self._closed:
                raise EngineError("OPA was ended while it was evaluating")
            if self._deaths > self._isolation.limits.deaths:
                raise EngineError(f"OPA died {self._deaths} times, last: {reason}")
        return reason

    def _spawn(self) -> Server:
        with self._lock:
            if self._closed:
                raise EngineError("OPA was ended while it was evaluating")
            server = Server(self._program, self._modules)
            self._servers.add(server)
        return server

    def _end(self, server: Server) -> None:
        server.close()
        with self._lock:
            self._servers.discard(server)
