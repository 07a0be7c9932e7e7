"""What records events in an account: trails (own, and shadows of an organization's) and event data stores.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventDataStore.html
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from auditor.facts.base import View
from auditor.facts.by_view import by_view
from auditor.facts.iam.logic import F, T, Truth, U, every
from auditor.facts.logging.selectors import Selector, selectors_of
from auditor.model import HIDDEN, Gap, Hidden, Json, Reason, Resource

TRAIL = "AWS::CloudTrail::Trail"
STATUS = "Auditor::CloudTrail::TrailStatus"
STORE = "AWS::CloudTrail::EventDataStore"


class Check(msgspec.Struct, frozen=True):
    """Something that a recorder must be; `why` says what it is where it is not. `cause`: what was not seen."""

    holds: Truth
    why: str
    place: str
    cause: Hidden | None = None


class Recorder(msgspec.Struct, frozen=True):
    """`everywhere`: it records all regions, now. `delivers`: what CIS asks of a trail beside that."""

    resource: Resource
    everywhere: tuple[Check, ...]
    delivers: tuple[Check, ...]
    selectors: tuple[Selector, ...]

    @property
    def works(self) -> Truth:
        return every(one.holds for one in self.everywhere)


@by_view
def trails(view: View, account: str) -> Sequence[Recorder]:
    return [_trail(one, view) for one in view.related(TRAIL) if one.account == account]


@by_view
def stores(view: View, account: str) -> Sequence[Recorder]:
    return [_store(one) for one in view.related(STORE) if one.account == account]


def unlisted(view: View, account: str, *types: str) -> Iterator[Hidden]:
    """Why resources of these types may be missing."""
    for type in types:
        for gap in view.gaps(type):
            if gap.id is None and gap.account == account:
                yield Hidden(gap.reason, gap.detail)


def _trail(trail: Resource, view: View) -> Recorder:
    properties = trail.properties
    delivers = (
        _flag(properties, "IncludeGlobalServiceEvents", "the trail leaves out global services", absent=T),
        _delivery(trail, view),
    )
    return Recorder(trail, everywhere(trail), delivers, selectors_of(properties))


def everywhere(trail: Resource) -> tuple[Check, ...]:
    """That it records, and in every region."""
    return (
        _flag(trail.properties, "IsLogging", "the trail is not logging", absent=F),
        _flag(trail.properties, "IsMultiRegionTrail", "the trail records one region only", absent=F),
    )


def _store(store: Resource) -> Recorder:
    properties = store.properties
    status = properties.get("Status")
    cause = Hidden(status.reason, status.detail) if isinstance(status, HIDDEN) else None
    holds = U if cause else T if status == "ENABLED" else F
    everywhere = (
        Check(holds, "the event data store is not enabled", "Status", cause),
        _flag(properties, "IngestionEnabled", "the event data store ingests nothing", absent=T),
        _flag(properties, "MultiRegionEnabled", "the event data store records one region only", absent=T),
    )
    return Recorder(store, everywhere, (), selectors_of(properties))


def _flag(properties: Mapping[str, Json], name: str, why: str, absent: Truth) -> Check:
    value = properties.get(name)
    if value is None:
        return Check(absent, why, name)
    if isinstance(value, bool):
        return Check(T if value else F, why, name)
    cause = value if isinstance(value, HIDDEN) else Hidden(Reason.UNRESOLVED, f"{name} that is no boolean")
    return Check(U, why, name, Hidden(cause.reason, cause.detail))


def _delivery(trail: Resource, view: View) -> Check:
    """An error is only told with its time where AWS still fills LatestDeliveryAttemptTime."""
    hidden = next(iter(_status_gaps(trail, view)), None)
    if hidden is not None:
        return Check(U, "", "", Hidden(hidden.reason, hidden.detail))
    for status in _statuses(view).get(trail.id, ()):
        error = status.properties.get("LatestDeliveryError")
        if error in (None, ""):
            continue
        why = f"the trail cannot deliver to its bucket ({error})"
        unseen = [
            value
            for name in ("LatestDeliveryError", "LatestDeliveryTime", "LatestDeliveryAttemptTime")
            if isinstance(value := status.properties.get(name), HIDDEN)
        ]
        if unseen:
            return Check(U, "", "", Hidden(unseen[0].reason, unseen[0].detail))
        delivered = status.properties.get("LatestDeliveryTime")
        attempted = _instant(status.properties.get("LatestDeliveryAttemptTime"))
        if delivered is None:
            return Check(F, why, "S3BucketName")
        last = _instant(delivered)
        if last is None or attempted is None:
            return Check(
                U, "", "", Hidden(Reason.UNRESOLVED, f"whether {trail.name} delivered after the error {error}")
            )
        return Check(T if last >= attempted else F, why, "S3BucketName")
    return Check(T, "", "")


def _status_gaps(trail: Resource, view: View) -> Iterator[Gap]:
    for gap in view.gaps(STATUS):
        if gap.id is None and gap.account == trail.account and gap.parent in (None, trail.id):
            yield gap


@by_view
def _statuses(view: View) -> Mapping[str, Sequence[Resource]]:
    """By the trail that they hang on."""
    index: dict[str, list[Resource]] = {}
    for status in view.related(STATUS):
        for owner in status.owners:
            index.setdefault(owner, []).append(status)
    return index


def _instant(text: Json) -> datetime.datetime | None:
    if not isinstance(text, str):
        return None
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)
