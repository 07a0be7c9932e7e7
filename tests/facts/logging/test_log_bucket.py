"""log.bucket: names seen in part against all that they may be."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.attach import ScopeView
from auditor.facts.logging.bucket import BALANCER, CLASSIC, DISTRIBUTION, FACT
from auditor.model import Hidden, Hole, Reason, Resource, Text

UNSEEN = (Reason.UNRESOLVED, "not seen")
_pieces = st.one_of(
    st.sampled_from(("", "logs", "-")),
    st.builds(Hole, st.just("App"), st.sampled_from(("any", "name"))),
)
names = st.lists(_pieces, min_size=1, max_size=3)


def asked(type: str, properties: dict[str, Any]) -> bool | None:
    derived = FACT.compute(Resource(type, "r", "1", None, "r", None, properties), ScopeView({}, {}))
    named = (derived.value or {}).get("named")
    assert [one.path for one in derived.unknown] == ([("named",)] if named is None else [])
    return named


def holding(value: Any) -> list[bool | None]:
    """What each type says of the same bucket name."""
    attributes = [
        {"Key": "idle_timeout.timeout_seconds", "Value": "60"},
        {"Key": "access_logs.s3.bucket", "Value": value},
    ]
    return [
        asked(DISTRIBUTION, {"DistributionConfig": {"Logging": {"Bucket": value}}}),
        asked(BALANCER, {"LoadBalancerAttributes": attributes}),
        asked(CLASSIC, {"AccessLoggingPolicy": {"S3BucketName": value}}),
    ]


def completions(parts: list[str | Hole]) -> set[str]:
    fillings = [(one,) if isinstance(one, str) else ("x",) if one.kind == "name" else ("", "x") for one in parts]
    return {"".join(filled) for filled in product(*fillings)}


@given(names)
def test_certain_exactly_where_every_completion_agrees(parts: list[str | Hole]) -> None:
    is_seen = all(isinstance(one, str) for one in parts)
    value = "".join(map(str, parts)) if is_seen else Text(tuple(parts), *UNSEEN)
    truths = {text != "" for text in completions(parts)}
    assert holding(value) == [truths.pop() if len(truths) == 1 else None] * 3


def test_a_domain_name_that_aws_gives_a_bucket_is_never_empty() -> None:
    for attribute in ("DomainName", "DualStackDomainName", "RegionalDomainName"):
        assert holding(Hidden(*UNSEEN, f"Logs.{attribute}")) == [True] * 3
    assert holding(Hidden(*UNSEEN, "Nested.Outputs.DomainName")) == [None] * 3
    assert holding(Hidden(*UNSEEN)) == [None] * 3


def test_nothing_there_is_no_name() -> None:
    assert [asked(type, {}) for type in (DISTRIBUTION, BALANCER, CLASSIC)] == [False] * 3
    assert asked(BALANCER, {"LoadBalancerAttributes": [{"Key": "connection_logs.s3.bucket", "Value": "logs"}]}) is False


def test_what_is_hidden_above_the_name_hides_it() -> None:
    hidden = Hidden(*UNSEEN)
    assert asked(DISTRIBUTION, {"DistributionConfig": {"Logging": hidden}}) is None
    assert asked(BALANCER, {"LoadBalancerAttributes": [hidden]}) is None
    assert asked(BALANCER, {"LoadBalancerAttributes": [{"Key": hidden, "Value": "logs"}]}) is None
    assert asked(BALANCER, {"LoadBalancerAttributes": [{"Key": hidden, "Value": ""}]}) is False
