"""A bounded parallel map that keeps the order: so many calls in flight, no more inputs read than that."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from auditor.model import Problem

T = TypeVar("T")


def windowed(call: Callable[[T], T], items: Iterable[T | Problem], width: int) -> Generator[T | Problem, None, None]:
    """`call` applied to each item in `width` threads; problems pass through at their place."""
    executor = ThreadPoolExecutor(max_workers=width, thread_name_prefix="auditor-engine")
    waiting: deque[Future[T] | Problem] = deque()

    def first() -> T | Problem:
        item = waiting.popleft()
        return item if isinstance(item, Problem) else item.result()

    try:
        for item in items:
            waiting.append(item if isinstance(item, Problem) else executor.submit(call, item))
            while len(waiting) > width:
                yield first()
        while waiting:
            yield first()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
