"""One account: every planned service in every region, many calls at a time, one stream of resources."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from auditor.collectors.base import Collector, Refused, Stopped, Wanted, ask, planned
from auditor.collectors.call import LIST, Call, Place, Service
from auditor.collectors.reach import Reach
from auditor.collectors.table import SERVICES, TEMPLATE_ONLY
from auditor.model import Gap, Path, Reason, Resource
from auditor.snapshot import AccountCoverage

_QUEUED = 2_000  # resources waiting for the writer; collectors wait beyond that
_TICK = 0.1  # seconds between looks at `stop`
_DONE = object()

Client = Callable[[str, str], Any]  # (service, region) -> boto3 client
Progress = Callable[[str], None]


@dataclass
class AccountRun:
    """The collection of one account. Iterate `resources()` to the end, then read `gaps` and `coverage()`.

    `options`: the optional calls to make. `stop`, once set, ends the stream early; `stopped` then says so.
    """

    account: str
    partition: str
    home: str  # the region where global services are asked
    regions: Sequence[str]
    client: Client
    wanted: Wanted
    taken_at: str
    services: Sequence[Service] = SERVICES
    parallel: int = 16
    options: frozenset[str] = frozenset()
    stop: threading.Event = field(default_factory=threading.Event)
    progress: Progress = lambda text: None
    left_out: tuple[str, ...] = ()  # regions that are enabled and that the user did not choose
    gaps: list[Gap] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    vanished: int = 0
    _left: Counter[str | None] = field(default_factory=Counter)  # region -> services that are not done there
    _found: Counter[str | None] = field(default_factory=Counter)
    _reach: Reach = field(default_factory=Reach)
    _lists: dict[str, set[str | None]] = field(default_factory=dict)
    _paths: dict[str, set[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def stopped(self) -> bool:
        return self.stop.is_set()

    def resources(self) -> Iterator[Resource]:
        """All resources, in no order. CredentialsError when AWS stops accepting the credentials."""
        tasks = [
            (service, region)
            for service in self.services
            if planned(service, self.wanted)
            for region in ([None] if service.scope == "global" else self.regions)
        ]
        self._left.update(region for _, region in tasks)
        ready: queue.Queue[Any] = queue.Queue(_QUEUED)
        end = threading.Event()
        details = ThreadPoolExecutor(self.parallel)
        runners = ThreadPoolExecutor(min(self.parallel, 8))
        for service, region in tasks:
            runners.submit(self._task, service, region, details, ready, end)
        try:
            for _ in tasks:
                while (item := self._next(ready)) is not _DONE:
                    if isinstance(item, BaseException):
                        raise item
                    yield item
        finally:
            # not waited for: nobody reads the answer of a call in flight
            end.set()
            runners.shutdown(wait=False, cancel_futures=True)
            details.shutdown(wait=False, cancel_futures=True)
            while not ready.empty():
                ready.get_nowait()

    def _next(self, ready: queue.Queue[Any]) -> Any:
        """The next thing that a task says; `_DONE` for everything once the user stopped the run."""
        while not self.stop.is_set():
            try:
                return ready.get(timeout=_TICK)
            except queue.Empty:
                continue
        return _DONE

    def _task(
        self,
        service: Service,
        region: str | None,
        details: ThreadPoolExecutor,
        ready: queue.Queue[Any],
        end: threading.Event,
    ) -> None:
        """Everything that a task meets ends in the queue: a fault in a thread must not become silence."""

        def still_wanted() -> None:
            if end.is_set() or self.stop.is_set():
                raise Stopped

        def count(call: Call) -> None:
            still_wanted()
            with self._lock:
                self.calls[call.action] += 1

        try:
            place = Place(self.account, self.partition, region, self.taken_at, regions=tuple(self.regions))
            client = self.client(service.client, region or self.home)
            collector = Collector(
                service,
                client,
                place,
                self.wanted,
                details,
                count,
                self.options,
                self.client,
                self._reach,
                self._trusted,
                still_wanted,
            )
            found = 0
            for resource in collector.resources():
                if end.is_set():
                    return
                ready.put(resource)
                found += 1
            self._finish(collector, region, found)
        except BaseException as fault:  # noqa: BLE001 - handed to the reader, which raises it
            if end.is_set() or self.stop.is_set():
                return
            ready.put(fault)
        ready.put(_DONE)

    def _trusted(self) -> bool:
        """Whether AWS still takes the credentials at home."""
        answer = ask(self.client("sts", self.home), "get_caller_identity", "sts:GetCallerIdentity")
        return not isinstance(answer, Refused)

    def _finish(self, collector: Collector, region: str | None, found: int) -> None:
        with self._lock:
            self.gaps += collector.gaps
            self.vanished += collector.vanished
            for type in collector.lists:
                self._lists.setdefault(type, set()).add(region)
            for type, names in collector.asked.items():
                self._paths.setdefault(type, set()).update(names)
            self._left[region] -= 1
            self._found[region] += found
            is_done = not self._left[region]
        if is_done:
            self.progress(f"{self.account} {region or 'global'}: {self._found[region]:,} resources")

    def coverage(self) -> AccountCoverage:
        """Types to the regions where their list is complete, and the properties that were asked for."""
        lists: dict[str, tuple[str, ...] | None] = {
            type: None if None in regions else tuple(sorted(r for r in regions if r is not None))
            for type, regions in self._lists.items()
        }
        lists |= dict.fromkeys(TEMPLATE_ONLY)
        paths: dict[str, tuple[Path, ...]] = {}
        for type, names in self._paths.items():
            if "*" not in names:
                paths[type] = tuple((name,) for name in sorted(names - {LIST})) + (("facts",),)
        return AccountCoverage(lists, paths, self.left_out)


def unseen(account: str, reason: Reason, detail: str) -> Gap:
    """The whole account, or the rest of it, is unseen."""
    return Gap(account, None, "*", None, (), reason, detail)
