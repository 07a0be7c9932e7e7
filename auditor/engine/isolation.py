"""One evaluation in which a bad policy costs only its own verdicts.

All policies are asked at once. One that errors is named by OPA's stack trace, dropped, and the rest is asked
again. When the time is over nobody is named, so that each policy is asked alone; what then exceeds its own
limit is remembered and not asked again in this run.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import msgspec

from auditor.engine import wire
from auditor.model import Denial, Evaluation


class Limits(msgspec.Struct, frozen=True):
    """Seconds for all policies on one shard, for one policy on it, for OPA to start; how often OPA may die in a run."""

    shard: float = 30.0
    policy: float = 10.0
    start: float = 30.0
    deaths: int = 10


# Sends an encoded input, waits at most so many seconds: TimedOut, Died, Refused.
Ask = Callable[[bytes, float], wire.Answer]


class Isolation:
    """What one run has learnt of its policies: which are bad, how slow a shard may be. Safe for several threads."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._lock = threading.Lock()
        self._bad: dict[str, str] = {}
        self._patience = limits.shard
        self._nanoseconds = 0

    def seconds(self) -> float:
        return self._nanoseconds / 1e9

    def blame(self, key: str, reason: str) -> Evaluation:
        """Never ask this policy again; `reason` is its failure from now on."""
        with self._lock:
            return _failed(key, self._bad.setdefault(key, reason))

    def together(self, ask: Ask, keys: Sequence[str], shard: wire.Shard) -> Evaluation:
        """Ask for all at once, dropping whom OPA names, else each alone. Died passes."""
        failures = {key: self._bad[key] for key in keys if key in self._bad}
        pending = [key for key in keys if key not in failures]
        while len(pending) > 1:
            try:
                return merged(Evaluation({}, failures), self._asked(ask, pending, shard, self._patience))
            except wire.Refused as error:
                culprit = error.refusal.culprit(pending)
                if culprit is None:
                    break
                failures[culprit] = error.refusal.text()
                pending.remove(culprit)
            except wire.TimedOut:
                return merged(Evaluation({}, failures), self._slow(ask, pending, shard))
        return merged(Evaluation({}, failures), *(self.alone(ask, key, shard) for key in pending))

    def alone(self, ask: Ask, key: str, shard: wire.Shard) -> Evaluation:
        """Ask for one policy; what it does wrong is its failure. Died passes."""
        if key in self._bad:
            return _failed(key, self._bad[key])
        try:
            return self._asked(ask, [key], shard, self.limits.policy)
        except wire.Refused as error:
            return _failed(key, error.refusal.text())
        except wire.TimedOut:
            limit = f"{self.limits.policy:g} s"
            return self.blame(key, f"stopped: not finished within {limit} on one shard; not asked again in this run")

    def _slow(self, ask: Ask, keys: Sequence[str], shard: wire.Shard) -> Evaluation:
        started = time.monotonic()
        found = merged(*(self.alone(ask, key, shard) for key in keys))
        if not any(key in self._bad for key in keys):
            # Many policies or a slow machine, nobody stuck: the next shards get the time that this one needed.
            self._patience = max(self._patience, 2 * (time.monotonic() - started))
        return found

    def _asked(self, ask: Ask, keys: Sequence[str], shard: wire.Shard, seconds: float) -> Evaluation:
        answer = ask(shard.body(keys), seconds)
        with self._lock:
            self._nanoseconds += answer.nanoseconds
        return merged(*(_decoded(key, answer) for key in keys))


def _decoded(key: str, answer: wire.Answer) -> Evaluation:
    denials = wire.result(answer).get(key)
    if denials is None:
        return _failed(key, f"no result: data.policy.{key}.deny is not loaded or undefined")
    try:
        return Evaluation({key: wire.denials(denials)}, {})
    except msgspec.ValidationError as error:
        return _failed(key, f"data.policy.{key}.deny is not a set of denials as data.lib.deny makes them: {error}")


def _failed(key: str, reason: str) -> Evaluation:
    return Evaluation({}, {key: reason})


def merged(*parts: Evaluation) -> Evaluation:
    denials: dict[str, tuple[Denial, ...]] = {}
    failures: dict[str, str] = {}
    for part in parts:
        denials.update(part.denials)
        failures.update(part.failures)
    return Evaluation(denials, failures)
