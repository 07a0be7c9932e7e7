"""From a bucket on: who owns it, and to which buckets all of it is replicated.

The name of a bucket tells no owner: it is the account of the snapshot whose list of buckets holds the name.
Objects encrypted with a KMS key are replicated only by a rule that says so.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from auditor.facts.base import View
from auditor.facts.by_view import by_view
from auditor.facts.iam.logic import F, T, Truth, U, every, some, truth
from auditor.facts.logging.ends import End, not_listed, unseen
from auditor.facts.values import at, doubt, first_hidden
from auditor.model import HIDDEN, Hidden, Json, Reason, Resource

BUCKET = "AWS::S3::Bucket"
OTHER = "Auditor::S3::OtherBucket"
READS = (("ReplicationConfiguration", "Rules", "*"), ("BucketEncryption", "ServerSideEncryptionConfiguration"))

_REPLICATION = "ReplicationConfiguration"
_SEALING = ("aws:kms", "aws:kms:dsse")


class Writing(msgspec.Struct, frozen=True):
    """How objects are written: with the key `key`, or with none (None) and then perhaps with the bucket's default."""

    key: Json
    takes_default: Truth


def of_bucket(name: str, writing: Writing, via: str, id: str, place: str, account: str, view: View) -> Iterator[End]:
    """The bucket, and what it replicates to where it is an own one. `id` and `place` name it."""
    own = _own(view, account).get(name)
    if own is None:
        owner, cause = _owner(name, account, view)
        yield End(via, "bucket", name, owner, id, place, cause=cause)
        return
    yield End(via, "bucket", name, account, id, place, own.region or "")
    yield from _replicas(own, writing, via, account, view)


def _replicas(bucket: Resource, writing: Writing, via: str, account: str, view: View) -> Iterator[End]:
    via = f"{via} and the replication of {bucket.name}"
    configuration = bucket.properties.get(_REPLICATION)
    if configuration is None:
        return
    rules = at(configuration, "Rules")
    if not isinstance(rules, list | tuple):
        yield unseen(via, bucket.id, _REPLICATION, doubt(rules, "a replication without rules"))
        return
    for rule in rules:
        if isinstance(rule, Mapping):
            yield _replica(rule, bucket, writing, via, account, view)
        else:
            yield unseen(via, bucket.id, _REPLICATION, doubt(rule, "a replication rule that is no object"))


def _replica(rule: Mapping[str, Json], bucket: Resource, writing: Writing, via: str, account: str, view: View) -> End:
    sealed, why = _sealed(bucket, writing)
    takes = some((_takes_sealed(rule), ~sealed))
    complete = every((_is_whole(rule), takes))
    name, owner, cause = _target(rule.get("Destination"), account, view)
    if complete is U:
        cause = first_hidden(rule) or why or cause
    return End(via, "bucket", name, owner, bucket.id, _REPLICATION, "", complete, cause)


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


def _takes_sealed(rule: Mapping[str, Json]) -> Truth:
    status = at(rule, "SourceSelectionCriteria", "SseKmsEncryptedObjects", "Status")
    return U if isinstance(status, HIDDEN) else truth(status == "Enabled")


def _sealed(bucket: Resource, writing: Writing) -> tuple[Truth, Hidden | None]:
    """Whether objects are encrypted with a KMS key, and why that is not known."""
    if isinstance(writing.key, HIDDEN):
        return U, doubt(writing.key, "")
    if writing.key not in (None, ""):
        return T, None
    default = bucket.properties.get("BucketEncryption")
    rules = at(default, "ServerSideEncryptionConfiguration")
    for rule in rules if isinstance(rules, list | tuple) else (rules,):
        algorithm = at(rule, "ServerSideEncryptionByDefault", "SSEAlgorithm")
        if isinstance(algorithm, HIDDEN):
            return (F if writing.takes_default is F else U), doubt(algorithm, "")
        if algorithm in _SEALING:
            detail = f"whether what is written without a key takes the default key of {bucket.name}"
            return writing.takes_default, Hidden(Reason.UNRESOLVED, detail)
    return F, None


def _target(destination: Json, account: str, view: View) -> tuple[str, str | None, Hidden | None]:
    """The name and the owner of the bucket, and why the owner is not known."""
    bucket, owner = at(destination, "Bucket"), at(destination, "Account")
    name = bucket.rpartition(":")[2] if isinstance(bucket, str) else ""
    if isinstance(owner, str):
        return name, owner, None
    if owner is not None or not name:
        return name, None, doubt(bucket if owner is None else owner, "a replication rule without a destination")
    return (name, account, None) if name in _own(view, account) else (name, *_owner(name, account, view))


def _owner(name: str, account: str, view: View) -> tuple[str | None, Hidden | None]:
    """The other account of the snapshot that lists the bucket."""
    for other in view.related(OTHER):
        if other.account == account and other.properties.get("BucketName") == name:
            owner = other.properties.get("AccountId")
            return (owner, None) if isinstance(owner, str) else (None, doubt(owner, "a bucket without an owner"))
    hidden = next(not_listed(view, account, None, (BUCKET,), ()), None)
    return None, hidden or Hidden(Reason.OUTSIDE, f"the bucket {name} is in no account of the snapshot")


@by_view
def _own(view: View, account: str) -> Mapping[str, Resource]:
    return {bucket.name: bucket for bucket in view.related(BUCKET) if bucket.account == account}
