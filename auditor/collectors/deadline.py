"""An answer within its time: a socket counts its timeout anew with every byte, and an endpoint may drip for ever."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

_TICK = 0.1  # seconds between looks at whether the answer is still wanted
_ATTEMPTS = 5  # of a client that names no number: botocore's legacy mode has most


class OverdueError(Exception):
    """No whole answer came in time."""


def seconds_for(client: Any) -> float:
    """For one call: twice what all its attempts may wait in silence, so that the pauses between them fit in too."""
    config = client.meta.config
    attempts = (config.retries or {}).get("total_max_attempts", _ATTEMPTS)
    return float(2 * attempts * (config.connect_timeout + config.read_timeout))


def within(seconds: float, ask: Callable[[], T], still_wanted: Callable[[], None] = lambda: None) -> T:
    """What `ask` gives or raises. OverdueError after so many seconds; what `still_wanted` raises, soon after it does.

    A call that is given up goes on in a thread of its own, which keeps neither the caller nor the program from ending.
    """
    said: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

    def asked() -> None:
        try:
            said.put((ask(), None))
        except BaseException as fault:  # noqa: BLE001 - handed to the caller, which raises it
            said.put((None, fault))

    threading.Thread(target=asked, daemon=True).start()
    until = time.monotonic() + seconds
    while True:
        try:
            answer, fault = said.get(timeout=max(0, min(_TICK, until - time.monotonic())))
        except queue.Empty:
            still_wanted()
            if time.monotonic() < until:
                continue
            raise OverdueError(f"no whole answer in {seconds:g} s") from None
        if fault is not None:
            raise fault
        return answer  # type: ignore[no-any-return]
