"""Runs a service's table of calls in one place: plans, calls, pages, and turns every failure into a gap.

The only place that catches `ClientError`. A collector never makes a gap or claims coverage by itself: what is
covered is what was asked and answered, and what was read and not answered is a gap.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from functools import partial
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from auditor.collectors import errors
from auditor.collectors.call import LIST, Call, Draft, Place, Service
from auditor.collectors.deadline import OverdueError, seconds_for, within
from auditor.collectors.reach import Reach
from auditor.errors import SourceError
from auditor.model import Gap, Hidden, Json, Path, Reason, Resource, unseen_parent

# Types to top-level properties (or ("facts", ...), ("tags", ...) as "facts"/"tags"); LIST stands for existence.
Wanted = Mapping[str, frozenset[str]]


# What AWS prepares on demand (`Call.later`) is asked for so many times, with seconds between.
_TRIES = 30
_PAUSE = 1.0

_END = object()


class CredentialsError(SourceError):
    """AWS does not accept the credentials (any more): the whole account is a gap from here on."""


class Stopped(Exception):
    """The user stopped the run: nothing more is asked."""


def wanted_of(reads: Mapping[str, tuple[Path, ...]]) -> Wanted:
    """The plan's reads by first key; "*" wants every property."""
    return {type: frozenset({LIST, *(str(path[0]) for path in paths if path)}) for type, paths in reads.items()}


def planned(service: Service, wanted: Wanted) -> tuple[Call, ...]:
    """The calls of a service that somebody reads, in table order, with those that they build on."""
    chosen = {call.operation for call in service.calls if _is_read(call, wanted)}
    while True:
        parents = {call.of for call in service.calls if call.operation in chosen and call.of is not None}
        listing = {
            call.operation
            for call in service.calls
            if any(type in parents and LIST in filled for type, filled in call.fills.items())
        }
        if listing <= chosen:
            break
        chosen |= listing
    return tuple(call for call in service.calls if call.operation in chosen)


def _is_read(call: Call, wanted: Wanted) -> bool:
    return any(
        type in wanted and ("*" in wanted[type] or wanted[type].intersection(filled))
        for type, filled in call.fills.items()
    )


class Collector:
    """One service in one place. Iterate `resources()` to the end; then read `gaps`, `lists`, `asked`, `vanished`.

    What a resource's own calls could not see stands in it as `Hidden`, and is in no gap here. `options`: those
    optional calls that the user chose. `count` is told of every request, and may raise `Stopped`; so may
    `still_wanted`, which is asked while an answer is waited for. `client_of` gives the client of another service or
    region, for calls and resources of these. `trusted` says whether the credentials are still good elsewhere: then a
    region that does not take them is a gap, and not the end of the account.
    """

    def __init__(
        self,
        service: Service,
        client: Any,
        place: Place,
        wanted: Wanted,
        pool: Executor,
        count: Callable[[Call], None],
        options: frozenset[str] = frozenset(),
        client_of: Callable[[str, str], Any] | None = None,
        reach: Reach | None = None,
        trusted: Callable[[], bool] = lambda: False,
        still_wanted: Callable[[], None] = lambda: None,
    ) -> None:
        self._service = service.client
        self._client = client
        self._client_of = client_of
        self._reach = reach or Reach()
        self._trusted = trusted
        self._still_wanted = still_wanted
        self._lock = threading.Lock()
        self._wanted = wanted
        self._pool = pool
        self._count = count
        self._options = options
        self._calls = planned(service, wanted)
        self._answers: dict[str, tuple[Json, ...]] = {}
        self._place = Place(place.account, place.partition, place.region, place.taken_at, self._answers, place.regions)
        self.gaps: list[Gap] = []
        self.asked: dict[str, set[str]] = {}
        self.vanished = 0
        self._incomplete: set[str] = set()
        self._hidden: dict[str, dict[str, Hidden]] = {}  # type -> property -> why, on every resource of the type
        self._dead: dict[str | None, str] = {}  # region -> why its endpoint is not asked again: it would cost as long

    def resources(self) -> Iterator[Resource]:
        for call in self._calls:
            for type, filled in call.fills.items():
                self.asked.setdefault(type, set()).update(filled)
                if call.rest and LIST in filled and type in self._wanted:
                    place = (self._place.account, self._place.region, type, None, ())
                    self.gaps.append(Gap(*place, Reason.UNSUPPORTED, call.rest, unseen_parent(type)))
        for call in self._calls:
            if call.keep:
                self._keep(call)
        for call in self._calls:
            if call.of is None and call.make is not None:
                yield from self._listed(call)

    @property
    def lists(self) -> frozenset[str]:
        """The types whose list in this place is complete, or whose gaps name what was not asked for."""
        listed = {type for call in self._calls for type, filled in call.fills.items() if LIST in filled}
        return frozenset(listed - self._incomplete)

    def _keep(self, call: Call) -> None:
        pages: list[Json] = []
        for page in self._pages(call, None):
            if isinstance(page, Hidden):
                self._blind(call, None, page)
            else:
                pages.append(page)
        self._answers[call.operation] = tuple(pages)

    def _listed(self, call: Call) -> Iterator[Resource]:
        assert call.make is not None
        pages = iter(self._answers[call.operation]) if call.keep else self._pages(call, None)
        for page in pages:
            if isinstance(page, Hidden):
                self._blind(call, None, page)
                return
            try:
                drafts = list(call.make(page, self._place, None))
            except _MALFORMED as error:
                self._blind(call, None, _malformed(call, error))
                return
            for made in self._pool.map(self._detailed, drafts):
                for draft in made:
                    yield from self._finished(draft)

    def _detailed(self, draft: Draft) -> list[Draft]:
        """A resource with all its own calls answered, and what hangs on it; [] if it has gone meanwhile."""
        made = [draft]
        for call in self._calls:
            if call.of != draft.type or (call.when is not None and not call.when(draft)):
                continue
            if call.option and call.option not in self._options:
                detail = f"{call.action} is asked only with --{call.option}"
                self._blind(call, draft, Hidden(Reason.UNSUPPORTED, detail))
                continue
            for page in self._pages(call, draft):
                if page is None:
                    with self._lock:
                        self.vanished += 1
                    return []
                if isinstance(page, Hidden):
                    self._blind(call, draft, page)
                    break
                try:
                    if call.fill is not None:
                        draft.properties.update(call.fill(page, draft))
                    children = list(call.make(page, self._place, draft)) if call.make is not None and page else []
                except _MALFORMED as error:
                    self._blind(call, draft, _malformed(call, error))
                    break
                for child in children:
                    made += self._detailed(child)
        return made

    def _pages(self, call: Call, draft: Draft | None) -> Iterator[Any]:
        """The answer's pages; {} for "there is none"; a `Hidden` (why it did not come) as the last; None: vanished."""
        region = (draft.region if draft is not None else None) or self._place.region
        if why := self._dead.get(region) or self._reach.given_up(region):
            yield Hidden(Reason.FAILED, f"{call.action} ({why})")
            return
        pages = 0
        try:
            for page in self._asked(call, draft, region):
                self._reach.answers(region)
                pages += 1
                yield page
            return
        except ClientError as error:
            self._reach.answers(region)
            response: dict[str, Any] = dict(error.response)
            if errors.is_absent(call, response):
                yield {}
                return
            if errors.is_vanished(call, response):
                yield None
                return
            if errors.is_credentials(response) or error.operation_name == "AssumeRole":
                if not (errors.is_of_a_region(response) and region is not None and self._trusted()):
                    raise CredentialsError(f"{call.action}: {error}") from error
                self._dead[region] = f"{region} does not take the credentials"
                hidden = Hidden(Reason.FAILED, f"{call.action} ({self._dead[region]})")
            else:
                hidden = Hidden(*errors.gap_of(call, response))
        except (ConnectionError, ReadTimeoutError, OverdueError) as error:  # after all retries
            self._dead[region] = f"timeout: {error}" if isinstance(error, OverdueError) else type(error).__name__
            self._reach.is_silent(region, call.client or self._service)
            hidden = Hidden(Reason.FAILED, f"{call.action} ({self._dead[region]})")
        except (BotoCoreError, ResponseParserError, *_MALFORMED) as error:  # botocore lets a ValueError out over a date
            hidden = Hidden(Reason.FAILED, f"{call.action} ({type(error).__name__})")
        if pages:
            hidden = Hidden(hidden.reason, f"{hidden.detail} after {pages:,} {'page' if pages == 1 else 'pages'}")
        yield hidden

    def _asked(self, call: Call, draft: Draft | None, region: str | None) -> Iterator[Json]:
        """The pages as botocore gives them, with all that it raises."""
        arguments = dict(call.arguments)
        if call.account_id:
            arguments["AccountId"] = self._place.account
        if call.params is not None and draft is not None:
            arguments.update(call.params(draft))
        client = self._client
        where = region or self._place.region
        if self._client_of is not None and where is not None and (call.client or where != self._place.region):
            client = self._client_of(call.client or self._service, where)
        self._count(call)
        if not call.paged:
            yield self._answer(client, call, arguments)
            return
        pages = iter(client.get_paginator(call.method).paginate(**arguments))
        first = True
        while (page := self._in_time(client, partial(next, pages, _END))) is not _END:
            if not first:
                self._count(call)
            first = False
            yield page

    def _answer(self, client: Any, call: Call, arguments: Mapping[str, Json]) -> Json:
        """One answer; what AWS is still preparing is asked for again."""
        ask = partial(getattr(client, call.method), **arguments)
        for _ in range(_TRIES):
            try:
                return self._in_time(client, ask)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") not in call.later:
                    raise
            time.sleep(_PAUSE)
            self._count(call)
        return self._in_time(client, ask)

    def _in_time(self, client: Any, ask: Callable[[], Any]) -> Any:
        return within(seconds_for(client), ask, self._still_wanted)

    def _blind(self, call: Call, draft: Draft | None, why: Hidden) -> None:
        """What a failed call would have filled: lists are gaps here, properties hidden in their resources."""
        parent = None if draft is None or draft.is_step else draft
        for type, filled in call.fills.items():
            if LIST in filled and type in self._wanted:
                if parent is None:
                    self._incomplete.add(type)
                region = self._place.region if parent is None else parent.region or self._place.region
                place = (self._place.account, region, type, None, ())
                self.gaps.append(Gap(*place, why.reason, why.detail, parent.id if parent else None))
            elif LIST not in filled and draft is None:
                self._hidden.setdefault(type, {}).update(dict.fromkeys(filled, why))
            if draft is not None and type == draft.type:
                draft.properties.update(dict.fromkeys(filled, why))
        self._unasked(call, why, set())

    def _unasked(self, call: Call, why: Hidden, seen: set[str]) -> None:
        """What is listed for each of what `call` did not list was not asked for, and is no more seen than they are."""
        for parent in [type for type, filled in call.fills.items() if LIST in filled and type not in seen]:
            seen.add(parent)
            for nested in self._calls:
                if nested.of != parent:
                    continue
                for type, filled in nested.fills.items():
                    if LIST in filled and type in self._wanted and type not in call.fills:
                        place = (self._place.account, self._place.region, type, None, ())
                        self.gaps.append(Gap(*place, why.reason, why.detail, unseen_parent(parent)))
                self._unasked(nested, why, seen)

    def _finished(self, draft: Draft) -> Iterator[Resource]:
        if draft.type not in self._wanted:
            return
        region = draft.region or self._place.region
        properties = {**draft.properties, **self._hidden.get(draft.type, {})}
        wanted = self._wanted[draft.type]
        for name in ("tags", LIST):  # no properties: tags stand beside them
            why = properties.pop(name, None)
            if isinstance(why, Hidden) and name and ("*" in wanted or name in wanted):
                place = (self._place.account, region, draft.type, draft.id, (name,))
                self.gaps.append(Gap(*place, why.reason, why.detail))
        yield Resource(
            type=draft.type,
            id=draft.id,
            account=self._place.account,
            region=region,
            name=draft.name,
            arn=draft.arn,
            properties={
                name: value
                for name, value in properties.items()
                if not isinstance(value, Hidden) or name in wanted or "*" in wanted
            },
            tags=draft.tags,
            owners=draft.owners,
        )


# What the mapping functions raise over an answer that is not what AWS's model of it says.
_MALFORMED = (AttributeError, KeyError, TypeError, ValueError)


def _malformed(call: Call, error: Exception) -> Hidden:
    return Hidden(Reason.FAILED, f"{call.action} (an answer of another shape: {type(error).__name__})")


class Refused(msgspec.Struct, frozen=True):
    """An answer that did not come; `code` is AWS's, where AWS answered."""

    reason: Reason
    detail: str
    message: str
    code: str = ""


def ask(client: Any, operation: str, action: str, **arguments: Json) -> Json | Refused:
    """One call outside the tables (identity, regions, accounts): its answer, all pages' if it has pages."""
    call = Call(operation, action, {})
    if client.can_paginate(operation):
        asked = client.get_paginator(operation).paginate(**arguments).build_full_result
    else:
        asked = partial(getattr(client, operation), **arguments)
    try:
        return within(seconds_for(client), asked)
    except ClientError as error:
        response: dict[str, Any] = dict(error.response)
        if errors.is_credentials(response):
            return Refused(Reason.FAILED, f"{action} (credentials)", str(error))
        return Refused(*errors.gap_of(call, response), str(error), response.get("Error", {}).get("Code", ""))
    except OverdueError as error:
        return Refused(Reason.FAILED, f"{action} (timeout: {error})", str(error))
    except (BotoCoreError, ResponseParserError) as error:
        return Refused(Reason.FAILED, f"{action} ({type(error).__name__})", str(error))
