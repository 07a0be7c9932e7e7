"""`log.destination` of an account: where the logs of its trails end, and in which other accounts.

Value: `{"sources": [{"source", "ends": [end], "evidence": {"id", "pointer"}}], "outside": [{"account", "via",
"evidence"}], "siblings": [account]}`.
- `sources`: each trail with the ends that were seen, `{"via", "kind": bucket|group|stream, "name", "account", "region",
  "class": own|archive|foreign, "complete"}`. An end is complete if all that the trail records gets there: it logs, of
  all regions, and no step on the way leaves anything out. `archive` is any other account of the same organization.
- `outside`: a complete path to another account each. `siblings` are those of these accounts that are of the account's
  own organization. A fact knows no parameters: who names archives compares `outside`.
- A trail writes to a bucket, which may replicate (`replication`), and perhaps to a log group, from where subscriptions
  (`forwarding`) and the organization's rules (`centralization`) go on.
What is not certain is left out and unknown at its list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.by_view import by_view
from auditor.facts.iam.logic import F, T, Truth, U, truth
from auditor.facts.located import located
from auditor.facts.logging import centralization, forwarding
from auditor.facts.logging.coverage import ACCOUNT, MEMBERSHIP
from auditor.facts.logging.ends import End, behind, not_listed, unseen
from auditor.facts.logging.recorders import TRAIL, Recorder, trails, unlisted
from auditor.facts.logging.replication import BUCKET, OTHER, READS, Writing, of_bucket
from auditor.facts.values import doubt
from auditor.model import HIDDEN, Hidden, Json, Reason, Resource, pointer

_GROUP = "CloudWatchLogsLogGroupArn"


def compute(account: Resource, view: View) -> Derived:
    return _computed(view, account.account)


@by_view
def _computed(view: View, account: str) -> Derived:
    listed = [(one.resource, list(_ends(one, account, view))) for one in trails(view, account)]
    kin = {owner: _is_sibling(owner, account, view) for owner in _owners(listed) - {account}}
    kin[account] = F
    ends = [end for _, ends in listed for end in ends if end.owner != account and end.complete is not F]
    certain = [end for end in ends if end.owner is not None and end.complete is T]
    doubts = [*unlisted(view, account, TRAIL), *(_cause(end) for end in ends if end not in certain)]
    unknown = [Unknown((name,), one.reason, one.detail) for one in doubts for name in ("outside", "siblings")]
    reached = list(dict.fromkeys(str(end.owner) for end in certain))
    unknown += [
        Unknown(("siblings",), Reason.UNRESOLVED, f"whether {owner} is of the same organization")
        for owner in reached
        if kin[owner] is U
    ]
    value: dict[str, Json] = {
        "sources": [_source(trail, ends, account, kin) for trail, ends in listed],
        "outside": [{"account": end.owner, "via": end.via, "evidence": _evidence(end)} for end in certain],
        "siblings": [owner for owner in reached if kin[owner] is T],
    }
    return Derived(value, tuple(dict.fromkeys(unknown)))


def _owners(listed: Sequence[tuple[Resource, list[End]]]) -> set[str]:
    return {end.owner for _, ends in listed for end in ends if end.owner is not None}


def _cause(end: End) -> Hidden:
    return end.cause or doubt(None, f"whether everything ends in {end.name}")


def _source(trail: Resource, ends: Sequence[End], account: str, kin: dict[str, Truth]) -> Json:
    """What of it is certain."""
    shown: list[Json] = []
    for end in ends:
        if end.owner is None or not end.kind:
            continue
        one: dict[str, Json] = {"via": end.via, "kind": end.kind, "name": end.name, "account": end.owner}
        if end.region:
            one["region"] = end.region
        if kin[end.owner] is not U:
            one["class"] = "own" if end.owner == account else "archive" if kin[end.owner] is T else "foreign"
        if end.complete is not U:
            one["complete"] = end.complete is T
        shown.append(one)
    return {"source": trail.name, "ends": shown, "evidence": {"id": trail.id, "pointer": ""}}


def _evidence(end: End) -> Json:
    return {"id": end.id, "pointer": pointer((end.place,))}


def _ends(recorder: Recorder, account: str, view: View) -> Iterator[End]:
    trail = recorder.resource
    cause = next((check.cause for check in recorder.everywhere if check.holds is U), None)
    ends = [*_of_bucket(trail, account, view), *_of_group(trail, account, view)]
    yield from behind(iter(ends), recorder.works, cause)


def _of_bucket(trail: Resource, account: str, view: View) -> Iterator[End]:
    name, via = trail.properties.get("S3BucketName"), f"the trail {trail.name}"
    if not isinstance(name, str):
        yield unseen(via, trail.id, "S3BucketName", doubt(name, "a trail without a bucket"))
        return
    # AWS says that a trail without a key uses S3's own, and also that it needs the bucket's default key
    writing = Writing(trail.properties.get("KMSKeyId"), U)
    yield from of_bucket(name, writing, via, trail.id, "S3BucketName", account, view)


def _of_group(trail: Resource, account: str, view: View) -> Iterator[End]:
    arn, via = trail.properties.get(_GROUP), f"the trail {trail.name}"
    if arn in (None, ""):
        return
    parts = arn.split(":") if isinstance(arn, str) else []
    if len(parts) < 7:
        yield unseen(via, trail.id, _GROUP, doubt(arn, "a log group that is no ARN"))
        return
    region, owner, name = parts[3], parts[4], parts[6]
    if owner != account:
        yield End(via, "group", name, owner, trail.id, _GROUP, region)
        return
    groups = located(view, forwarding.GROUP, (account, region))
    group = next((each for each in groups if each.name == name), None)
    if group is None:
        for cause in not_listed(view, account, region, (forwarding.GROUP,), ()):
            yield unseen(via, trail.id, _GROUP, cause)
        return
    yield End(via, "group", name, account, trail.id, _GROUP, region)
    through = f"{via}, the log group {name}"
    yield from forwarding.of_group(group, through, [one.id for one in _delivering(view, arn)], view)
    yield from centralization.of_group(group, through, view)


@by_view
def _delivering(view: View, group: str) -> Sequence[Resource]:
    return [one for one in view.related(TRAIL) if one.properties.get(_GROUP) == group]


def _is_sibling(owner: str, account: str, view: View) -> Truth:
    if next(unlisted(view, account, MEMBERSHIP), None) is not None:
        return U
    own = [one.properties for one in view.related(MEMBERSHIP) if one.account == account]
    mine = next((one.get("OrganizationId") for one in own), None)
    if isinstance(mine, HIDDEN):
        return U
    if mine is None:
        return F
    if owner == own[0].get("ManagementAccountId"):
        return T
    theirs = [
        other.properties.get("OrganizationId")
        for type in (OTHER, centralization.TOLD)
        for other in view.related(type)
        if other.properties.get("AccountId") == owner
    ]
    known = [one for one in theirs if isinstance(one, str)]
    return truth(known[0] == mine) if known else U


FACT = Fact(
    name="log.destination",
    version=2,
    on=(ACCOUNT,),
    reads={
        TRAIL: (("S3BucketName",), ("KMSKeyId",), ("IsLogging",), ("IsMultiRegionTrail",), (_GROUP,)),
        BUCKET: READS,
        forwarding.GROUP: (("LogGroupClass",), ("KmsKeyId",)),
        **forwarding.READS,
        **centralization.READS,
        MEMBERSHIP: (("OrganizationId",), ("ManagementAccountId",)),
        OTHER: (("BucketName",), ("AccountId",), ("OrganizationId",)),
    },
    compute=compute,
    joins=(TRAIL, BUCKET, forwarding.GROUP, *forwarding.READS, *centralization.READS, MEMBERSHIP, OTHER),
)
