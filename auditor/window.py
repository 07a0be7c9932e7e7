"""A bounded parallel map that keeps the order: so many calls in flight, no more inputs read than that."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")


def windowed(call: Callable[[S], T], items: Iterable[S], width: int) -> Generator[T, None, None]:
    """`call` applied to each item in `width` threads, in order."""
    executor = ThreadPoolExecutor(max_workers=width, thread_name_prefix="auditor-engine")
    waiting: deque[Future[T]] = deque()
    try:
        for item in items:
            waiting.append(executor.submit(call, item))
            while len(waiting) > width:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
