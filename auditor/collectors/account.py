"""One account: every planned service in every region, many calls at a time, one stream of resources."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from auditor.collectors.base import Collector, CredentialsError, Wanted, planned
from auditor.collectors.call import LIST, Call, Place, Service
from auditor.collectors.table import SERVICES, TEMPLATE_ONLY
from auditor.model import Gap, Path, Reason, Resource
from auditor.snapshot import AccountCoverage

_QUEUED = 2_000  # resources waiting for the writer; collectors wait beyond that
_DONE = object()

Client = Callable[[str, str], Any]  # (service, region) -> boto3 client
Progress = Callable[[str], None]


@dataclass
class AccountRun:
    """The collection of one account. Iterate `resources()` to the end, then read `gaps` and `coverage()`."""

    account: str
    partition: str
    home: str  # the region where global services are asked
    regions: Sequence[str]
    client: Client
    wanted: Wanted
    taken_at: str
    services: Sequence[Service] = SERVICES
    parallel: int = 16
    progress: Progress = lambda text: None
    gaps: list[Gap] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    vanished: int = 0
    _lists: dict[str, set[str | None]] = field(default_factory=dict)
    _paths: dict[str, set[str]] = field(default_factory=dict)
    _refused: list[CredentialsError] = field(default_factory=list)

    def resources(self) -> Iterator[Resource]:
        """All resources, in no order. CredentialsError when AWS stops accepting the credentials."""
        tasks = [
            (service, region)
            for service in self.services
            if planned(service, self.wanted)
            for region in ([None] if service.scope == "global" else self.regions)
        ]
        ready: queue.Queue[Any] = queue.Queue(_QUEUED)
        stop = threading.Event()
        with ThreadPoolExecutor(self.parallel) as details, ThreadPoolExecutor(min(self.parallel, 8)) as runners:
            for service, region in tasks:
                runners.submit(self._task, service, region, details, ready, stop)
            try:
                for _ in tasks:
                    while (item := ready.get()) is not _DONE:
                        if isinstance(item, BaseException):
                            raise item
                        yield item
            finally:
                stop.set()
                runners.shutdown(wait=False, cancel_futures=True)
                details.shutdown(wait=False, cancel_futures=True)
                while not ready.empty():
                    ready.get_nowait()

    def _task(
        self,
        service: Service,
        region: str | None,
        details: ThreadPoolExecutor,
        ready: queue.Queue[Any],
        stop: threading.Event,
    ) -> None:
        """Everything that a task meets ends in the queue: a fault in a thread must not become silence."""
        try:
            place = Place(self.account, self.partition, region, self.taken_at)
            client = self.client(service.client, region or self.home)
            collector = Collector(service, client, place, self.wanted, details, self._count)
            for resource in collector.resources():
                if stop.is_set():
                    return
                ready.put(resource)
            self._finish(collector, region)
            self.progress(f"{self.account} {region or 'global'} {service.client}")
        except BaseException as fault:  # noqa: BLE001 - handed to the reader, which raises it
            ready.put(fault)
        ready.put(_DONE)

    def _count(self, call: Call) -> None:
        self.calls[call.action] += 1

    def _finish(self, collector: Collector, region: str | None) -> None:
        self.gaps += collector.gaps
        self.vanished += collector.vanished
        for type in collector.lists:
            self._lists.setdefault(type, set()).add(region)
        for type, names in collector.asked.items():
            self._paths.setdefault(type, set()).update(names)

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
        return AccountCoverage(lists, paths)


def refused(account: str, detail: str) -> Gap:
    """The whole account is unseen."""
    return Gap(account, None, "*", None, (), Reason.DENIED, detail)
