"""From a log group on: subscription filters, of the group and of the account, and what they lead to.

Only a subscription without a pattern takes everything. A delivery stream goes on to its bucket; every other
destination ends in the account of its ARN.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationConfiguration.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from auditor.facts.base import View
from auditor.facts.iam.logic import F, T, Truth, U, every, truth
from auditor.facts.located import located
from auditor.facts.logging.ends import End, behind, not_listed, unseen
from auditor.facts.logging.replication import Writing, of_bucket
from auditor.facts.values import at, doubt, first_hidden, flag
from auditor.model import HIDDEN, Hidden, Json, Resource

GROUP = "AWS::Logs::LogGroup"
SUBSCRIPTION = "AWS::Logs::SubscriptionFilter"
ACCOUNT_POLICY = "AWS::Logs::AccountPolicy"
STREAM = "AWS::KinesisFirehose::DeliveryStream"
READS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    SUBSCRIPTION: (("LogGroupName",), ("FilterPattern",), ("FieldSelectionCriteria",), ("DestinationArn",)),
    ACCOUNT_POLICY: (("PolicyType",), ("PolicyDocument",), ("SelectionCriteria",)),
    STREAM: (("ExtendedS3DestinationConfiguration",),),
}

_BUCKET = "ExtendedS3DestinationConfiguration"
_NOT_IN = re.compile(r"\s*LogGroupName\s+NOT\s+IN\s*(\[.*\])\s*", re.DOTALL)


def of_group(group: Resource, via: str, parents: Sequence[str], view: View) -> Iterator[End]:
    """Where subscriptions take everything of the group. `parents`: for whom its own filters were asked."""
    kind = group.properties.get("LogGroupClass", "STANDARD")
    stands = U if isinstance(kind, HIDDEN) else truth(kind == "STANDARD")  # others have no subscriptions
    ends = [*_of_filters(group, via, parents, view), *_of_policies(group, via, view)]
    yield from behind(iter(ends), stands, doubt(kind, f"the class of {group.name}"))


def _of_filters(group: Resource, via: str, parents: Sequence[str], view: View) -> Iterator[End]:
    for filter in located(view, SUBSCRIPTION, (group.account, group.region)):
        named = filter.properties.get("LogGroupName")
        if isinstance(named, str) and named != group.name:
            continue
        belongs = T if isinstance(named, str) else U
        takes = every((belongs, _takes_all(filter.properties)))
        cause = doubt([named, *filter.properties.values()], f"what the subscription filter {filter.name} takes")
        target = filter.properties.get("DestinationArn")
        through = f"{via} and the subscription filter {filter.name}"
        yield from behind(_follow(target, through, filter.id, "DestinationArn", group, view), takes, cause)
    asked = (group.id, *parents)
    for cause in not_listed(view, group.account, group.region, (SUBSCRIPTION,), asked):
        yield unseen(via, group.id, "", cause)


def _takes_all(properties: Mapping[str, Json]) -> Truth:
    pattern, criteria = properties.get("FilterPattern"), properties.get("FieldSelectionCriteria")
    whole = U if isinstance(pattern, HIDDEN) else truth(pattern is None or str(pattern).strip() == "")
    return every((whole, T if criteria in (None, "") else U))


def _of_policies(group: Resource, via: str, view: View) -> Iterator[End]:
    for policy in located(view, ACCOUNT_POLICY, (group.account, group.region)):
        kind = policy.properties.get("PolicyType")
        if isinstance(kind, str) and kind != "SUBSCRIPTION_FILTER_POLICY":
            continue
        through = f"{via} and the account policy {policy.name}"
        document = _document(policy.properties.get("PolicyDocument"))
        if not isinstance(document, Mapping):
            yield unseen(through, policy.id, "PolicyDocument", doubt(document, "a policy document that is no object"))
            continue
        criteria = policy.properties.get("SelectionCriteria")
        takes = every((U if isinstance(kind, HIDDEN) else T, _takes_all(document), _selects(criteria, group.name)))
        cause = doubt([kind, criteria, document], f"which log groups {policy.name} takes")
        follow = _follow(document.get("DestinationArn"), through, policy.id, "PolicyDocument", group, view)
        yield from behind(follow, takes, cause)
    for cause in not_listed(view, group.account, group.region, (ACCOUNT_POLICY,), ()):
        yield unseen(via, group.id, "", cause)


def _document(value: Json) -> Json:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def _selects(criteria: Json, group: str) -> Truth:
    """AWS knows one form only for subscriptions: all groups but some."""
    if criteria in (None, ""):
        return T
    found = _NOT_IN.fullmatch(criteria) if isinstance(criteria, str) else None
    left_out = _document(found[1].replace("'", '"')) if found else None
    return truth(group not in left_out) if isinstance(left_out, list) else U


def _follow(arn: Json, via: str, id: str, place: str, group: Resource, view: View) -> Iterator[End]:
    parts = arn.split(":", 5) if isinstance(arn, str) else []
    if len(parts) < 6:
        yield unseen(via, id, place, doubt(arn, "a subscription without a destination"))
        return
    service, region, owner, name = parts[2:]
    yield End(via, "stream", name, owner, id, place, region)
    if service == "firehose" and owner == group.account:
        yield from _of_stream(str(arn), region, via, id, place, group.account, view)


def _of_stream(arn: str, region: str, via: str, id: str, place: str, account: str, view: View) -> Iterator[End]:
    stream = next((each for each in located(view, STREAM, (account, region)) if each.arn == arn), None)
    if stream is None:
        for cause in not_listed(view, account, region, (STREAM,), ()):
            yield unseen(via, id, place, cause)
        return
    via = f"{via} and the delivery stream {stream.name}"
    target = stream.properties.get(_BUCKET)
    if target is None:
        return
    bucket, sealing = at(target, "BucketARN"), at(target, "EncryptionConfiguration")
    if not isinstance(bucket, str):
        yield unseen(via, stream.id, _BUCKET, doubt(bucket, "a delivery stream without a bucket"))
        return
    key = sealing if isinstance(sealing, HIDDEN) else at(sealing, "KMSEncryptionConfig", "AWSKMSKeyARN")
    # without a key of its own the stream says nothing of encryption, and the default of the bucket holds
    ends = of_bucket(bucket.rpartition(":")[2], Writing(key, T), via, stream.id, _BUCKET, account, view)
    yield from behind(ends, *_keeps(at(target, "ProcessingConfiguration"), stream.name))


def _keeps(processing: Json, name: str) -> tuple[Truth, Hidden | None]:
    """Whether all records go on: a function may drop them."""
    is_on = flag(at(processing, "Enabled"), False)
    processors = at(processing, "Processors")
    kinds = [at(each, "Type") for each in processors] if isinstance(processors, list | tuple) else [processors]
    may_drop = "Lambda" in kinds or first_hidden(kinds) is not None
    holds = T if is_on is F or not may_drop else U
    return holds, doubt(processing, f"whether the function of {name} lets all records through")
