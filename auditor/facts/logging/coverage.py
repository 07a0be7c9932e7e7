"""`log.trailcoverage` of an account: which events are recorded in every region, and what falls short.

Value: `{"recorders": [...], "management": {"falls_short": [entry], "read": [...], "write": [...]}, "objects": {"read":
{"uncovered": [entry]}, "write": ...}, "data": {type: {"read": cover, "write": cover}}}` with entries `{"why",
"evidence": {"id", "pointer"}}`; those of buckets also have a `name`.
- `recorders` are trails and event data stores, `management/read` and `write` say what each that works takes of the
  reads and writes, and `data` which resources of a type all of them take together (`extent`).
- `falls_short` is empty if some trail records every read and write management event of all regions and can deliver.
  Otherwise it says of each trail what it lacks, or of the account that there is none.
- `uncovered` are the buckets some of whose object events (reads, writes) no trail and no event data store of all
  regions records. All of them together may cover a bucket.
A fact knows no parameters: who exempts a bucket takes it out of the list. What is not certain is left out and unknown
at its list. Event selectors are decided exactly (`classes`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.by_view import by_view
from auditor.facts.iam.logic import F, T, U, every
from auditor.facts.logging import extent
from auditor.facts.logging.classes import Class, missed
from auditor.facts.logging.extent import MODES
from auditor.facts.logging.recorders import STATUS, STORE, TRAIL, Check, Recorder, stores, trails, unlisted
from auditor.model import HIDDEN, Hidden, Json, Reason, Resource

ACCOUNT = "Auditor::Account::Account"
BUCKET = "AWS::S3::Bucket"
MEMBERSHIP = "Auditor::Organizations::Membership"

_SELECTORS = ("EventSelectors", "AdvancedEventSelectors")


def compute(account: Resource, view: View) -> Derived:
    """The same for every shard that the account travels with."""
    return _computed(view, account.id, account.account)


@by_view
def _computed(view: View, id: str, account: str) -> Derived:
    value: dict[str, Json] = {}
    unknown: list[Unknown] = []
    recorders = [*trails(view, account), *stores(view, account)]
    value["recorders"] = [extent.recorder(one) for one in recorders]
    short, cause = _management(id, account, view)
    if short is None:
        unknown.append(_unknown(("management", "falls_short"), cause))
    working = [one for one in recorders if one.works is T]
    taken: dict[str, Json] = {
        mode: list(filter(None, (extent.management(each, mode) for each in working))) for mode in MODES
    }
    value["management"] = taken if short is None else {"falls_short": short, **taken}
    objects: dict[str, Json] = {}
    for mode in MODES:
        uncovered, cause = _objects(mode, account, view)
        objects[mode] = {"uncovered": uncovered}
        if cause is not None:
            unknown.append(_unknown(("objects", mode, "uncovered"), cause))
    certain = [each for one in working for each in extent.certain(one.selectors)]
    doubt = next(_unseen_recorders(account, view), None) or _cause(recorders)
    data = {type: {mode: extent.data(certain, type, mode) for mode in MODES} for type in extent.TYPES}
    for type, covers in data.items() if doubt else ():
        for mode in [mode for mode, cover in covers.items() if not cover["all"]]:
            del covers[mode]  # there may be more
            unknown.append(_unknown(("data", type, mode), doubt))
    value["data"] = data
    return Derived({**value, "objects": objects}, tuple(unknown))


def _unknown(path: tuple[str, ...], cause: Hidden | None) -> Unknown:
    cause = cause or Hidden(Reason.UNRESOLVED, "which events are recorded")
    return Unknown(path, cause.reason, cause.detail)


# --- management events ----------------------------------------------------------------------------------------------


def _management(id: str, account: str, view: View) -> tuple[list[Json] | None, Hidden | None]:
    judged = [(one, [*one.everywhere, *one.delivers, *_records_management(one)]) for one in trails(view, account)]
    sums = [every(check.holds for check in checks) for _, checks in judged]
    if T in sums:
        return [], None
    hidden = next(unlisted(view, account, TRAIL), None)
    if hidden is None and U in sums:
        _, checks = judged[sums.index(U)]
        return None, next(check.cause for check in checks if check.holds is U)
    if hidden is not None:
        return None, hidden
    short = [_short(one, next(check for check in checks if check.holds is F)) for one, checks in judged]
    return short or [{"why": "no multi-region trail exists", "evidence": {"id": id, "pointer": ""}}], None


def _records_management(trail: Recorder) -> Iterator[Check]:
    for mode, read_only in MODES.items():
        events = Class((("eventCategory", "Management"), ("readOnly", read_only)))
        example = missed(extent.certain(trail.selectors), events)
        if example is None:
            yield Check(T, "", "")
            continue
        may = missed(trail.selectors, events) is None
        cause = next((one.doubt for one in trail.selectors if one.doubt), None)
        why = f"the trail does not record every {mode} management event{_for_example(example)}"
        yield Check(U if may else F, why, _place(trail), cause)


def _place(recorder: Recorder) -> str:
    return next((name for name in _SELECTORS if recorder.resource.properties.get(name)), "")


def _for_example(event: Mapping[str, str]) -> str:
    shown = ", ".join(f"{field} {value}" for field, value in sorted(event.items()))
    return f" (one with {shown})" if shown else ""


def _short(recorder: Recorder, check: Check) -> Json:
    pointer = f"/{check.place}" if check.place else ""
    return {"why": check.why, "evidence": {"id": recorder.resource.id, "pointer": pointer}}


# --- object events --------------------------------------------------------------------------------------------------


def _objects(mode: str, account: str, view: View) -> tuple[list[Json], Hidden | None]:
    """The buckets that are certainly not covered, and why there may be more."""
    recorders = [*trails(view, account), *stores(view, account)]
    certain = [each for one in recorders if one.works is T for each in extent.certain(one.selectors)]
    possible = [each for one in recorders if one.works is not F for each in one.selectors]
    everything = next((_all_buckets(one.resource.arn) for one in recorders), "arn:aws:s3:::")
    if missed(certain, _class(mode, everything)) is None:
        return [], None  # buckets that were not seen are covered too
    unseen = next(_unseen_recorders(account, view), None)
    uncovered: list[Json] = []
    doubt = next(unlisted(view, account, BUCKET), None)
    for bucket in view.related(BUCKET):
        if bucket.account != account:
            continue
        events = _class(mode, f"{_all_buckets(bucket.arn)}{bucket.name}/")
        example = missed(certain, events)
        if example is None:
            continue
        if unseen is not None or missed(possible, events) is None:
            doubt = doubt or unseen or _cause(recorders)
            continue
        why = f"not every {mode} event of the bucket's objects is recorded{_for_example(example)}"
        uncovered.append({"name": bucket.name, "why": why, "evidence": {"id": bucket.id, "pointer": ""}})
    return uncovered, doubt


def _all_buckets(arn: str) -> str:
    """What the ARNs of the buckets in the partition of `arn` start with."""
    return f"arn:{(arn.split(':') + [''])[1]}:s3:::"


def _class(mode: str, base: str) -> Class:
    fixed = {
        "eventCategory": "Data",
        "resources.type": "AWS::S3::Object",
        "eventSource": "s3.amazonaws.com",
        "readOnly": MODES[mode],
    }
    return Class(tuple(fixed.items()), (("resources.ARN", base),))


def _cause(recorders: Sequence[Recorder]) -> Hidden | None:
    for one in recorders:
        doubts = [check.cause for check in one.everywhere if check.holds is U]
        doubts += [selector.doubt for selector in one.selectors]
        if one.works is not F and any(doubts):
            return next(filter(None, doubts))
    return None


def _unseen_recorders(account: str, view: View) -> Iterator[Hidden]:
    """Why something that was not seen may record: a list that was refused, or the organization's own data stores."""
    yield from unlisted(view, account, TRAIL, STORE, MEMBERSHIP)
    for membership in view.related(MEMBERSHIP):
        if membership.account != account:
            continue
        manager = membership.properties.get("ManagementAccountId")
        if isinstance(manager, HIDDEN):
            yield Hidden(manager.reason, manager.detail)
        elif manager not in (None, "", account):
            detail = f"the organization's event data stores show only in its management account {manager}"
            yield Hidden(Reason.UNSUPPORTED, detail)


_RECORDER: tuple[tuple[str], ...] = tuple((name,) for name in _SELECTORS)

FACT = Fact(
    name="log.trailcoverage",
    version=2,
    on=(ACCOUNT,),
    reads={
        TRAIL: (("IsLogging",), ("IsMultiRegionTrail",), ("IncludeGlobalServiceEvents",), *_RECORDER),
        STATUS: (("LatestDeliveryError",), ("LatestDeliveryTime",), ("LatestDeliveryAttemptTime",)),
        STORE: (("Status",), ("IngestionEnabled",), ("MultiRegionEnabled",), ("AdvancedEventSelectors",)),
        MEMBERSHIP: (("ManagementAccountId",),),
    },
    compute=compute,
    joins=(TRAIL, STATUS, STORE, BUCKET, MEMBERSHIP),
)
