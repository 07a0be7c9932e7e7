"""`log.destination` of an account: the other accounts in which the logs of its trails end.

Value: `{"outside": [{"account", "via", "evidence": {"id", "pointer"}}], "siblings": [account]}`. `outside` holds a
complete path each: a logging multi-region trail (own or of the organization) that writes to a bucket of another
account, or to an own bucket that replicates all objects to one. `siblings` are those of these accounts that are of the
account's own organization. What is not certain is left out and unknown at its list.

The name of a bucket tells no owner: it is the account of the snapshot whose list of buckets holds the name. A bucket
that no account of the snapshot lists has an unknown owner.

Objects encrypted with a KMS key, such as the log files of a trail that names one, are replicated only by a rule that
says so.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.iam.logic import F, T, Truth, U, every, truth
from auditor.facts.logging.coverage import ACCOUNT, BUCKET, MEMBERSHIP
from auditor.facts.logging.recorders import TRAIL, trails, unlisted
from auditor.facts.network.by_view import by_view
from auditor.model import HIDDEN, Hidden, Json, Reason, Resource, pointer

OTHER = "Auditor::S3::OtherBucket"


class End(msgspec.Struct, frozen=True):
    """Where logs end: in the account `owner`, or (None) in one that is not known for the reason `cause`."""

    owner: str | None
    via: str
    id: str
    place: str
    cause: Hidden | None = None


def compute(account: Resource, view: View) -> Derived:
    return _computed(view, account.account)


@by_view
def _computed(view: View, account: str) -> Derived:
    ends = [end for end in _ends(account, view) if end.owner != account]
    doubts = [*unlisted(view, account, TRAIL), *(end.cause for end in ends if end.cause is not None)]
    outside = [
        {"account": end.owner, "via": end.via, "evidence": {"id": end.id, "pointer": pointer((end.place,))}}
        for end in ends
        if end.owner is not None
    ]
    unknown = [Unknown((name,), one.reason, one.detail) for one in doubts for name in ("outside", "siblings")]
    siblings: list[str] = []
    for owner in dict.fromkeys(str(entry["account"]) for entry in outside):
        kinship = _is_sibling(owner, account, view)
        if kinship is T:
            siblings.append(owner)
        elif kinship is U:
            unknown.append(Unknown(("siblings",), Reason.UNRESOLVED, f"whether {owner} is of the same organization"))
    return Derived({"outside": outside, "siblings": siblings}, tuple(dict.fromkeys(unknown)))


def _ends(account: str, view: View) -> Iterator[End]:
    for recorder in trails(view, account):
        if recorder.works is F:
            continue
        trail = recorder.resource
        if recorder.works is U:
            cause = next(check.cause for check in recorder.everywhere if check.holds is U)
            yield End(None, "", trail.id, "S3BucketName", cause)
            continue
        yield from _of_trail(trail, account, view)


def _of_trail(trail: Resource, account: str, view: View) -> Iterator[End]:
    name = trail.properties.get("S3BucketName")
    via = f"the trail {trail.name}"
    if not isinstance(name, str):
        yield End(None, via, trail.id, "S3BucketName", _hidden(name, "a trail without a bucket"))
        return
    own = _own(view, account).get(name)
    if own is None:
        owner, cause = _owner(name, account, view)
        yield End(owner, via, trail.id, "S3BucketName", cause)
    else:
        yield from _replicas(own, trail.properties.get("KMSKeyId"), via, account, view)


def _replicas(bucket: Resource, key: Json, via: str, account: str, view: View) -> Iterator[End]:
    """`key`: what the objects are encrypted with."""
    via, place = f"{via} and the replication of {bucket.name}", "ReplicationConfiguration"
    configuration = bucket.properties.get(place)
    if configuration is None:
        return
    rules = configuration.get("Rules") if isinstance(configuration, Mapping) else configuration
    if not isinstance(rules, list | tuple):
        yield End(None, via, bucket.id, place, _hidden(rules, "a replication without rules"))
        return
    for rule in rules:
        if not isinstance(rule, Mapping):
            yield End(None, via, bucket.id, place, _hidden(rule, "a replication rule that is no object"))
            continue
        whole = min(_is_whole(rule), _takes_encrypted(rule, key))
        if whole is F:
            continue
        owner, cause = _target(rule.get("Destination"), account, view)
        if whole is U:
            unseen = next(filter(None, map(_unseen, (key, *rule.values()))), None)
            owner, cause = None, unseen or _hidden(None, "a rule's filter")
        yield End(owner, via, bucket.id, place, cause)


def _is_whole(rule: Mapping[str, Json]) -> Truth:
    """Whether the rule is on and takes every object."""
    status, prefix, filter = rule.get("Status"), rule.get("Prefix", ""), rule.get("Filter", {})
    parts = [U if isinstance(status, HIDDEN) else truth(status == "Enabled")]
    parts.append(U if isinstance(prefix, HIDDEN) else truth(prefix == ""))
    if isinstance(filter, Mapping):
        for name, value in filter.items():
            parts.append(U if isinstance(value, HIDDEN) else truth(name == "Prefix" and value == ""))
    else:
        parts.append(U)
    return every(parts)


def _takes_encrypted(rule: Mapping[str, Json], key: Json) -> Truth:
    if key is None:
        return T
    criteria: Json = rule
    for name in ("SourceSelectionCriteria", "SseKmsEncryptedObjects", "Status"):
        criteria = criteria.get(name) if isinstance(criteria, Mapping) else criteria
    if criteria == "Enabled":
        return T
    return U if isinstance(criteria, HIDDEN) or isinstance(key, HIDDEN) else F


def _target(destination: Json, account: str, view: View) -> tuple[str | None, Hidden | None]:
    if not isinstance(destination, Mapping):
        return None, _hidden(destination, "a replication rule without a destination")
    owner = destination.get("Account")
    if isinstance(owner, str):
        return owner, None
    bucket = destination.get("Bucket")
    if owner is not None or not isinstance(bucket, str):
        return None, _hidden(bucket if owner is None else owner, "a destination without a bucket")
    name = bucket.rpartition(":")[2]
    return (account, None) if name in _own(view, account) else _owner(name, account, view)


def _owner(name: str, account: str, view: View) -> tuple[str | None, Hidden | None]:
    """The other account of the snapshot that lists the bucket."""
    for other in view.related(OTHER):
        if other.account == account and other.properties.get("BucketName") == name:
            owner = other.properties.get("AccountId")
            return (owner, None) if isinstance(owner, str) else (None, _hidden(owner, "a bucket without an owner"))
    unseen = next(unlisted(view, account, BUCKET), None)
    return None, unseen or Hidden(Reason.OUTSIDE, f"the bucket {name} is in no account of the snapshot")


@by_view
def _own(view: View, account: str) -> Mapping[str, Resource]:
    return {bucket.name: bucket for bucket in view.related(BUCKET) if bucket.account == account}


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
        for other in view.related(OTHER)
        if other.properties.get("AccountId") == owner
    ]
    known = [one for one in theirs if isinstance(one, str)]
    return truth(known[0] == mine) if known else U


def _unseen(value: Json) -> Hidden | None:
    if isinstance(value, Mapping):
        return next(filter(None, map(_unseen, value.values())), None)
    return Hidden(value.reason, value.detail) if isinstance(value, HIDDEN) else None


def _hidden(value: Json, otherwise: str) -> Hidden:
    return _unseen(value) or Hidden(Reason.UNRESOLVED, otherwise)


FACT = Fact(
    name="log.destination",
    version=1,
    on=(ACCOUNT,),
    reads={
        TRAIL: (("S3BucketName",), ("KMSKeyId",), ("IsLogging",), ("IsMultiRegionTrail",)),
        BUCKET: (("ReplicationConfiguration", "Rules", "*"),),
        MEMBERSHIP: (("OrganizationId",), ("ManagementAccountId",)),
        OTHER: (("BucketName",), ("AccountId",), ("OrganizationId",)),
    },
    compute=compute,
    joins=(TRAIL, BUCKET, MEMBERSHIP, OTHER),
)
