"""Runs a service's table of calls in one place: plans, calls, pages, and turns every failure into a gap.

The only place that catches `ClientError`. A collector never makes a gap or claims coverage by itself: what is
covered is what was asked and answered, and what was read and not answered is a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from auditor.collectors import errors
from auditor.collectors.call import LIST, Call, Draft, Place, Service
from auditor.errors import SourceError
from auditor.model import Gap, Json, Path, Reason, Resource

# Types to top-level properties (or ("facts", ...), ("tags", ...) as "facts"/"tags"); LIST stands for existence.
Wanted = Mapping[str, frozenset[str]]


class CredentialsError(SourceError):
    """AWS does not accept the credentials (any more): the whole account is a gap from here on."""


def wanted_of(reads: Mapping[str, tuple[Path, ...]]) -> Wanted:
    """The plan's reads by first key; "*" wants every property."""
    return {type: frozenset({LIST, *(str(path[0]) for path in paths if path)}) for type, paths in reads.items()}


def planned(service: Service, wanted: Wanted) -> tuple[Call, ...]:
    """The calls of a service that somebody reads, in table order, with those that they build on."""
    chosen = {call.operation for call in service.calls if _is_read(call, wanted)}
    while True:
        parents = {call.of for call in service.calls if call.operation in chosen and call.of is not None}
        needed = {name for call in service.calls if call.operation in chosen for name in call.needs}
        listing = {
            call.operation
            for call in service.calls
            if any(type in parents and LIST in filled for type, filled in call.fills.items())
        }
        if needed | listing <= chosen:
            break
        chosen |= needed | listing
    return tuple(call for call in service.calls if call.operation in chosen)


def _is_read(call: Call, wanted: Wanted) -> bool:
    return any(
        type in wanted and ("*" in wanted[type] or wanted[type].intersection(filled))
        for type, filled in call.fills.items()
    )


class Collector:
    """One service in one place. Iterate `resources()` to the end; then read `gaps`, `lists`, `asked`, `vanished`."""

    def __init__(
        self, service: Service, client: Any, place: Place, wanted: Wanted, pool: Executor, count: Callable[[Call], None]
    ) -> None:
        self._service = service
        self._client = client
        self._wanted = wanted
        self._pool = pool
        self._count = count
        self._calls = planned(service, wanted)
        self._answers: dict[str, tuple[Json, ...] | None] = {}
        self._place = Place(place.account, place.partition, place.region, place.taken_at, self._answers)
        self.gaps: list[Gap] = []
        self.asked: dict[str, set[str]] = {}
        self.vanished = 0
        self._incomplete: set[str] = set()
        self._failed: dict[str, dict[str, tuple[Reason, str]]] = {}  # draft id -> property -> why

    def resources(self) -> Iterator[Resource]:
        for call in self._calls:
            for type, filled in call.fills.items():
                self.asked.setdefault(type, set()).update(filled)
        for call in self._calls:
            if call.keep:
                self._keep(call)
        for call in self._calls:
            if call.of is None and call.make is not None:
                yield from self._listed(call)

    @property
    def lists(self) -> frozenset[str]:
        """The types whose list in this place is complete."""
        listed = {type for call in self._calls for type, filled in call.fills.items() if LIST in filled}
        return frozenset(listed - self._incomplete)

    def _keep(self, call: Call) -> None:
        pages: list[Json] = []
        for page in self._pages(call, None):
            if isinstance(page, Gap):
                self._blind(call, None, page)
                self._answers[call.operation] = None
                return
            pages.append(page)
        self._answers[call.operation] = tuple(pages)

    def _listed(self, call: Call) -> Iterator[Resource]:
        assert call.make is not None
        pages = self._kept_pages(call) if call.keep else self._pages(call, None)
        for page in pages:
            if isinstance(page, Gap):
                self._blind(call, None, page)
                return
            drafts = list(call.make(page, self._place, None))
            for made in self._pool.map(self._detailed, drafts):
                for draft in made:
                    yield from self._finished(draft)

    def _kept_pages(self, call: Call) -> Iterator[Json | Gap]:
        yield from self._answers.get(call.operation) or ()

    def _detailed(self, draft: Draft) -> list[Draft]:
        """A resource with all its own calls answered, and what hangs on it; [] if it has gone meanwhile."""
        made = [draft]
        for call in self._calls:
            if call.of != draft.type:
                continue
            if call.when is not None and not call.when(draft):
                continue
            for page in self._pages(call, draft):
                if page is None:
                    self.vanished += 1
                    return []
                if isinstance(page, Gap):
                    self._blind(call, draft, page)
                    break
                if call.fill is not None:
                    draft.properties.update(call.fill(page, draft))
                if call.make is not None and page:
                    for child in call.make(page, self._place, draft):
                        made += self._detailed(child)
        return made

    def _pages(self, call: Call, draft: Draft | None) -> Iterator[Any]:
        """The answer's pages; {} for "there is none"; a `Gap` (without its target) as the last; None: vanished."""
        arguments = dict(call.arguments)
        if call.account_id:
            arguments["AccountId"] = self._place.account
        if call.params is not None and draft is not None:
            arguments.update(call.params(draft))
        try:
            self._count(call)
            if call.paged:
                first = True
                for page in self._client.get_paginator(call.operation).paginate(**arguments):
                    if not first:
                        self._count(call)
                    first = False
                    yield page
            else:
                yield getattr(self._client, call.operation)(**arguments)
        except ClientError as error:
            response: dict[str, Any] = dict(error.response)
            if errors.is_absent(call, response):
                yield {}
            elif errors.is_vanished(call, response):
                yield None
            elif errors.is_credentials(response):
                raise CredentialsError(f"{call.action}: {error}") from error
            else:
                yield self._gap(*errors.gap_of(call, response))
        except BotoCoreError as error:
            yield self._gap(Reason.FAILED, f"{call.action} ({type(error).__name__})")

    def _gap(self, reason: Reason, detail: str) -> Gap:
        return Gap(self._place.account, self._place.region, "", None, (), reason, detail)

    def _blind(self, call: Call, draft: Draft | None, gap: Gap) -> None:
        """File what a failed call would have filled."""
        for type, filled in call.fills.items():
            if LIST in filled:
                if draft is None:
                    self._incomplete.add(type)
                self._file(gap, type, None, (), draft)
            if draft is not None and type == draft.type:
                self._failed.setdefault(draft.id, {}).update({name: (gap.reason, gap.detail) for name in filled})

    def _file(self, gap: Gap, type: str, id: str | None, path: Path, parent: Draft | None) -> None:
        region = gap.region if parent is None else parent.region or gap.region
        place = (gap.account, region, type, id, path, gap.reason, gap.detail, parent.id if parent else None)
        self.gaps.append(Gap(*place))

    def _finished(self, draft: Draft) -> Iterator[Resource]:
        if draft.type not in self._wanted:
            return
        region = draft.region or self._place.region
        hidden = self._failed.pop(draft.id, {})
        hidden |= {name: (Reason(reason), detail) for name, (reason, detail) in draft.hidden.items()}
        for name, (reason, detail) in hidden.items():
            if name and (name in self._wanted[draft.type] or "*" in self._wanted[draft.type]):
                draft.properties.pop(name, None)
                place = (self._place.account, region, draft.type, draft.id, (name,), reason, detail)
                self.gaps.append(Gap(*place))
        yield Resource(
            type=draft.type,
            id=draft.id,
            account=self._place.account,
            region=region,
            name=draft.name,
            arn=draft.arn,
            properties=draft.properties,
            tags=draft.tags,
            owners=draft.owners,
        )


class Refused(msgspec.Struct, frozen=True):
    """An answer that did not come."""

    reason: Reason
    detail: str
    message: str


def ask(client: Any, operation: str, action: str, **arguments: Json) -> Json | Refused:
    """One call outside the tables (identity, regions, accounts): its answer, all pages' if it has pages."""
    call = Call(operation, action, {})
    try:
        if client.can_paginate(operation):
            return client.get_paginator(operation).paginate(**arguments).build_full_result()
        return getattr(client, operation)(**arguments)
    except ClientError as error:
        response: dict[str, Any] = dict(error.response)
        if errors.is_credentials(response):
            return Refused(Reason.FAILED, f"{action} (credentials)", str(error))
        return Refused(*errors.gap_of(call, response), str(error))
    except BotoCoreError as error:
        return Refused(Reason.FAILED, f"{action} ({type(error).__name__})", str(error))
