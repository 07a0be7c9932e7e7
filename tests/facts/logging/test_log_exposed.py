"""log.exposed: a bucket is exposed where a trail writes to it and it is open; either half alone closes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from auditor.facts.attach import ScopeView
from auditor.facts.logging.exposed import BUCKET, FACT, POLICY, STATUS
from auditor.facts.logging.recorders import TRAIL
from auditor.model import Gap, Hidden, Reason, Resource

OWN = "111122223333"
HIDDEN = Hidden(Reason.DENIED, "refused")
UNLISTED = Gap(OWN, None, TRAIL, None, (), Reason.DENIED, "cloudtrail:DescribeTrails")
ANYTHING = Gap(OWN, None, "*", None, (), Reason.UNSUPPORTED, "a macro")


def made(type: str, name: str, **properties: Any) -> Resource:
    return Resource(type, f"{type}/{name}", OWN, None, name, f"arn:aws:s3:::{name}", properties)


def policy(principal: Any, bucket: Any = "logs") -> Resource:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "*"}
    return made(POLICY, "logs", Bucket=bucket, PolicyDocument={"Statement": [statement]})


def grants(*uris: Any) -> Resource:
    return made(STATUS, "logs", BucketName="logs", Grants=[{"Grantee": {"URI": uri}} for uri in uris])


EVERYONE = "http://acs.amazonaws.com/groups/global/AllUsers"
OPEN = [policy("*"), grants("x", EVERYONE), made(BUCKET, "logs", AccessControl="PublicRead")]
CLOSED = [
    policy({"Service": "cloudtrail.amazonaws.com"}),
    grants("http://acs.amazonaws.com/groups/s3/LogDelivery"),
    made(BUCKET, "logs", AccessControl="Private"),
    made(BUCKET, "logs"),
]
UNSEEN = [
    made(POLICY, "logs", Bucket="logs", PolicyDocument=HIDDEN),
    policy({"AWS": HIDDEN}),
    grants(HIDDEN),
    made(STATUS, "logs", BucketName="logs", Grants=HIDDEN),
    made(BUCKET, "logs", AccessControl=HIDDEN),
]


def asked(one: Resource, *trails: Any, gaps: Sequence[Gap] = (), buckets: Sequence[str] = ("logs",)) -> Any:
    """How often it is certainly exposed; None where it may be."""
    held = {
        TRAIL: [made(TRAIL, f"t{n}", S3BucketName=name) for n, name in enumerate(trails)],
        BUCKET: [made(BUCKET, name) for name in buckets],
    }
    by_gap: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_gap.setdefault(gap.type, []).append(gap)
    derived = FACT.compute(one, ScopeView(held, by_gap))
    value: Any = derived.value
    return len(value["open"]) or (None if derived.unknown else 0)


@pytest.mark.parametrize("one", OPEN)
def test_an_open_bucket_is_exposed_where_a_trail_writes_to_it(one: Resource) -> None:
    assert asked(one, "logs") == 1
    assert asked(one, "other", "logs") == 1
    assert asked(one) == asked(one, "other") == 0
    assert asked(one, HIDDEN) is asked(one, gaps=[UNLISTED]) is asked(one, gaps=[ANYTHING]) is None
    assert asked(one, "logs", gaps=[UNLISTED]) == 1


@pytest.mark.parametrize("one", CLOSED)
def test_a_closed_bucket_is_not_whatever_trails_there_are(one: Resource) -> None:
    assert asked(one, "logs") == asked(one, HIDDEN) == asked(one, gaps=[UNLISTED]) == 0


@pytest.mark.parametrize("one", UNSEEN)
def test_what_was_not_seen_matters_where_a_trail_writes(one: Resource) -> None:
    assert asked(one, "logs") is asked(one, gaps=[UNLISTED]) is None
    assert asked(one) == asked(one, "other") == 0


def test_what_is_open_is_told_with_its_place() -> None:
    held = {TRAIL: [made(TRAIL, "t", S3BucketName="logs")]}
    value: Any = FACT.compute(OPEN[0], ScopeView(held, {})).value
    assert value["open"][0]["evidence"] == {"id": f"{POLICY}/logs", "pointer": "/PolicyDocument/Statement/0"}
    assert value["open"][0]["why"].startswith("its policy is public: everyone is a principal")
    mixed: Any = FACT.compute(grants(EVERYONE, HIDDEN), ScopeView(held, {}))
    assert len(mixed.value["open"]) == 1 and [one.path for one in mixed.unknown] == [("open",)]


def symbol(name: str) -> Hidden:
    return Hidden(Reason.UNRESOLVED, name, name)


@pytest.mark.parametrize(
    ("trail", "bucket", "expected"),
    [
        ("⟨Logs⟩", "⟨Logs⟩", 1),
        ("⟨Photos⟩", "⟨Logs⟩", 0),
        ("⟨Parameter⟩", "⟨Logs⟩", None),
        ("⟨Parameter⟩", "⟨Parameter⟩", 1),
    ],
)
def test_two_buckets_of_a_template_are_two(trail: str, bucket: str, expected: int | None) -> None:
    assert asked(policy("*", symbol(bucket)), symbol(trail), buckets=("⟨Logs⟩", "⟨Photos⟩")) == expected
    assert asked(policy("*", "logs"), symbol("⟨Parameter⟩"), buckets=("logs",)) is None
