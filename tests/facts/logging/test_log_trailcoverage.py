"""log.trailcoverage: selectors against single events, read in the plainest way; accounts against what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selector_events import (
    FIELDS,
    A,
    chosen,
    classes,
    disagreement,
    selectors,
    takes,
    takes_without_exceptions,
)

from auditor.facts.attach import ScopeView
from auditor.facts.logging.classes import Class
from auditor.facts.logging.coverage import ACCOUNT, BUCKET, FACT
from auditor.facts.logging.extent import data as extent_of_data
from auditor.facts.logging.recorders import STATUS, STORE, TRAIL
from auditor.facts.logging.selectors import selectors_of
from auditor.model import Gap, Hidden, Reason, Resource

OWN = "111122223333"
HIDDEN = Hidden(Reason.DENIED, "cloudtrail:GetEventSelectors")


@settings(max_examples=250, deadline=None)
@given(selectors, st.sampled_from(classes()), st.lists(chosen, min_size=20, max_size=20))
def test_selectors_take_a_class_as_its_events_say(
    tree: Mapping[str, Any], events: Class, tried: list[dict[str, str]]
) -> None:
    assert disagreement(tree, events, tried, takes) == ""


def test_the_events_would_notice_exceptions_that_are_forgotten() -> None:
    tree = {
        "AdvancedEventSelectors": [
            {
                "FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Data"]},
                    {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                    {"Field": "resources.ARN", "NotStartsWith": [A + "x"]},
                ]
            }
        ]
    }
    assert disagreement(tree, classes()[-1], [], takes_without_exceptions) != ""


# --- accounts -------------------------------------------------------------------------------------------------------


def made(type: str, name: str, properties: Mapping[str, Any], owners: tuple[str, ...] = ()) -> Resource:
    return Resource(type, name, OWN, None, name, f"arn:aws:x:::{name}", properties, owners=owners)


def trail(name: str = "main", **properties: Any) -> Resource:
    return made(TRAIL, name, {"IsLogging": True, "IsMultiRegionTrail": True} | properties)


def status(**properties: Any) -> Resource:
    return made(STATUS, "main/status", properties, ("main",))


def asked(resources: Sequence[Resource], gaps: Sequence[Gap] = ()) -> tuple[Any, set[str]]:
    by_type: dict[str, list[Resource]] = {}
    for each in resources:
        by_type.setdefault(each.type, []).append(each)
    by_gap: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_gap.setdefault(gap.type, []).append(gap)
    derived = FACT.compute(made(ACCOUNT, "account", {}), ScopeView(by_type, by_gap))
    return derived.value, {"/".join(map(str, one.path)) for one in derived.unknown}


def short(*resources: Resource, gaps: Sequence[Gap] = ()) -> Any:
    """What the trails lack; None where it is not known."""
    value, unknown = asked(resources, gaps)
    found = value["management"].get("falls_short")
    assert (found is not None) is ("management/falls_short" not in unknown)
    return None if found is None else [entry["why"] for entry in found]


def unlisted(type: str, parent: str | None = None, region: str | None = None) -> Gap:
    return Gap(OWN, region, type, None, (), Reason.DENIED, "refused", parent)


def test_canary() -> None:
    assert short() == ["no multi-region trail exists"]
    value, _ = asked([made(BUCKET, "a", {})])
    assert [[one["name"] for one in value["objects"][mode]["uncovered"]] for mode in ("read", "write")] == [
        ["a"],
        ["a"],
    ]


def test_a_good_trail_settles_it_whatever_else_is_hidden() -> None:
    assert short(trail(), trail("b", IsLogging=HIDDEN), gaps=[unlisted(TRAIL, region="eu-west-1")]) == []


@pytest.mark.parametrize("name", ["IsLogging", "IsMultiRegionTrail", "IncludeGlobalServiceEvents", "EventSelectors"])
def test_what_is_hidden_may_be_well_or_not(name: str) -> None:
    assert short(trail(**{name: HIDDEN})) is None
    stopped = {"IsLogging": False, "IsMultiRegionTrail": False, name: HIDDEN}
    assert short(trail(**stopped)) is not None


def test_each_trail_says_what_it_lacks() -> None:
    only_writes = [{"ReadWriteType": "WriteOnly"}]
    assert short(trail(IsLogging=False), trail("b", EventSelectors=only_writes)) == [
        "the trail is not logging",
        "the trail does not record every read management event",
    ]


def test_an_example_is_named() -> None:
    (why,) = short(trail(EventSelectors=[{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]))
    assert why == "the trail does not record every read management event (one with eventSource kms.amazonaws.com)"


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, True),
        ({"LatestDeliveryError": ""}, True),
        ({"LatestDeliveryError": "AccessDenied"}, False),
        ({"LatestDeliveryError": "AccessDenied", "LatestDeliveryTime": "2026-01-02T00:00:00Z"}, None),
        ({"LatestDeliveryError": HIDDEN}, None),
        (
            {
                "LatestDeliveryError": "AccessDenied",
                "LatestDeliveryTime": "2026-01-02T00:00:00+00:00",
                "LatestDeliveryAttemptTime": "2026-01-01T00:00:00Z",
            },
            True,
        ),
        (
            {
                "LatestDeliveryError": "AccessDenied",
                "LatestDeliveryTime": "2026-01-01T00:00:00+00:00",
                "LatestDeliveryAttemptTime": "2026-01-02T00:00:00Z",
            },
            False,
        ),
    ],
)
def test_an_error_counts_until_a_later_delivery(properties: dict[str, Any], expected: bool | None) -> None:
    found = short(trail(), status(**properties))
    assert (None if found is None else found == []) is expected


def test_a_status_that_was_refused_is_of_its_own_trail() -> None:
    assert short(trail(), gaps=[unlisted(STATUS, "main")]) is None
    assert short(trail(), gaps=[unlisted(STATUS, "other")]) == []


def uncovered(*resources: Resource, gaps: Sequence[Gap] = (), mode: str = "read") -> tuple[list[str], bool]:
    """The buckets, and whether there may be more."""
    value, unknown = asked(resources, gaps)
    return [one["name"] for one in value["objects"][mode]["uncovered"]], f"objects/{mode}/uncovered" in unknown


def recording(*values: str, name: str = "main", **more: Any) -> Resource:
    basic = {"DataResources": [{"Type": "AWS::S3::Object", "Values": list(values)}]}
    return trail(name, EventSelectors=[basic], **more)


BUCKETS = (made(BUCKET, "a", {}), made(BUCKET, "b", {}))


def test_trails_and_stores_cover_together() -> None:
    lake = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::b/"]},
    ]
    store = {"Status": "ENABLED", "MultiRegionEnabled": True, "AdvancedEventSelectors": [{"FieldSelectors": lake}]}
    assert uncovered(*BUCKETS, recording(A)) == (["b"], False)
    assert uncovered(*BUCKETS, recording(A), made(STORE, "lake", store)) == ([], False)
    assert uncovered(*BUCKETS, recording(A), made(STORE, "lake", store | {"MultiRegionEnabled": False})) == (
        ["b"],
        False,
    )


def test_a_bucket_that_was_not_seen_may_not_be_covered() -> None:
    gap = unlisted(BUCKET)
    assert uncovered(BUCKETS[0], recording(A), gaps=[gap]) == ([], True)
    assert uncovered(BUCKETS[0], recording("arn:aws:s3:::"), gaps=[gap]) == ([], False)
    assert uncovered(BUCKETS[0], recording("arn:aws:s3:::b/"), gaps=[gap]) == (["a"], True)


@pytest.mark.parametrize("type", [TRAIL, STORE, "Auditor::Organizations::Membership"])
def test_what_was_not_seen_may_record(type: str) -> None:
    assert uncovered(*BUCKETS, recording(A), gaps=[unlisted(type)]) == ([], True)
    assert uncovered(*BUCKETS, recording("arn:aws:s3"), gaps=[unlisted(type)]) == ([], False)


def test_hidden_values_are_only_those_of_their_bucket() -> None:
    half = [{"Type": "AWS::S3::Object", "Values": [A]}, {"Type": "AWS::Lambda::Function", "Values": HIDDEN}]
    assert uncovered(*BUCKETS, trail(EventSelectors=[{"DataResources": half}])) == (["b"], False)
    half[1] = {"Type": "AWS::S3::Object", "Values": HIDDEN}
    assert uncovered(*BUCKETS, trail(EventSelectors=[{"DataResources": half}])) == ([], True)


# --- how far recorders record ---------------------------------------------------------------------------------------


def contradiction(cover: Mapping[str, Any], tree: Mapping[str, Any], tried: Sequence[Mapping[str, str]]) -> str:
    """An event that the cover says is taken and a reading of single events does not, "" where there is none."""
    for one in tried:
        event = {**one, "eventCategory": "Data", "eventSource": "s3.amazonaws.com", "readOnly": "true"}
        event["resources.type"] = "AWS::S3::Object"
        arn = event["resources.ARN"]
        left_out = any(arn.startswith(each) for each in cover.get("except", ()))
        named = "only" not in cover or any(arn.startswith(each) for each in cover["only"])
        if (cover["all"] or (named and not left_out)) and not takes(tree, event):
            return str(event)
    return ""


near = st.sampled_from(["", A[:9], A, "arn:aws:s3:::b/", "x"])
chosen_arns = st.builds(lambda one, base: {**one, "resources.ARN": base + one["resources.ARN"]}, chosen, near)


@settings(max_examples=200, deadline=None)
@given(selectors, st.lists(chosen_arns, min_size=30, max_size=30))
def test_what_a_cover_says_is_taken_is_taken(tree: Mapping[str, Any], tried: list[dict[str, str]]) -> None:
    assert contradiction(extent_of_data(selectors_of(tree), "AWS::S3::Object", "read"), tree, tried) == ""


def test_the_events_would_notice_a_cover_without_its_exceptions() -> None:
    tree = advanced({"Field": "resources.ARN", "NotStartsWith": [A]})
    cover = extent_of_data(selectors_of(tree), "AWS::S3::Object", "read")
    event = {name: "x" for name in FIELDS} | {"resources.ARN": A + "x"}
    assert cover == {"all": False, "except": [A]} and contradiction(cover, tree, [event]) == ""
    assert contradiction({"all": True}, tree, [event]) != ""


def advanced(*fields: Mapping[str, Any], type: str = "AWS::S3::Object") -> dict[str, Any]:
    fixed = [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": [type]}]
    return {"AdvancedEventSelectors": [{"FieldSelectors": [*fixed, *fields]}]}


LAMBDA, TABLE = "AWS::Lambda::Function", "AWS::DynamoDB::Table"


@pytest.mark.parametrize(
    ("tree", "type", "expected"),
    [
        ({}, LAMBDA, {"all": False, "only": []}),
        (
            {"EventSelectors": [{"DataResources": [{"Type": LAMBDA, "Values": ["arn:aws:lambda"]}]}]},
            LAMBDA,
            {"all": True},
        ),
        (
            {"EventSelectors": [{"DataResources": [{"Type": TABLE, "Values": ["arn:aws:dynamodb"]}]}]},
            TABLE,
            {"all": True},
        ),
        (
            {"EventSelectors": [{"DataResources": [{"Type": LAMBDA, "Values": ["arn:aws:lambda"]}]}]},
            TABLE,
            {"all": False, "only": []},
        ),
        (advanced(type=TABLE), TABLE, {"all": True}),
        (advanced({"Field": "resources.ARN", "StartsWith": [A]}), "AWS::S3::Object", {"all": False, "only": [A]}),
        (advanced({"Field": "eventName", "Equals": ["PutItem"]}, type=TABLE), TABLE, {"all": False, "only": []}),
        (advanced({"Field": "eventType", "Equals": ["AwsApiCall"]}), "AWS::S3::Object", {"all": False, "only": []}),
        (
            advanced({"Field": "sessionCredentialFromConsole", "NotEquals": ["true"]}),
            LAMBDA,
            {"all": False, "only": []},
        ),
        (advanced({"Field": "eventSource", "Equals": ["s3.amazonaws.com"]}), "AWS::S3::Object", {"all": True}),
    ],
)
def test_the_cover_of_a_type(tree: Mapping[str, Any], type: str, expected: Mapping[str, Any]) -> None:
    value, _ = asked([trail(**tree)])
    assert value["data"][type]["read"] == expected


def test_a_cover_that_may_be_wider_is_left_out() -> None:
    value, unknown = asked([trail(EventSelectors=HIDDEN)])
    assert value["data"] == {type: {} for type in ("AWS::S3::Object", LAMBDA, TABLE)}
    assert f"data/{LAMBDA}/read" in unknown
    value, _ = asked([trail(EventSelectors=HIDDEN), trail("b", **advanced(type=TABLE))])
    assert value["data"][TABLE] == {"read": {"all": True}, "write": {"all": True}}


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ({}, {"covers": "complete"}),
        (
            {"EventSelectors": [{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]},
            {"covers": "excludes", "excludes": ["kms.amazonaws.com"]},
        ),
        ({"EventSelectors": [{"ReadWriteType": "WriteOnly"}]}, {"covers": "partial"}),
        (
            {
                "EventSelectors": [
                    {"ExcludeManagementEventSources": ["kms.amazonaws.com"]},
                    {"ExcludeManagementEventSources": ["rdsdata.amazonaws.com"]},
                ]
            },
            {"covers": "complete"},
        ),
        (advanced(), {"covers": "partial"}),
    ],
)
def test_what_a_recorder_takes_of_management(selectors: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    value, _ = asked([trail(**selectors), trail("stopped", IsLogging=False)])
    assert value["management"]["read"] == [{"recorder": "main", **expected}]


def test_recorders_say_what_they_lack() -> None:
    value, _ = asked([trail(IsLogging=False), made(STORE, "lake", {"Status": "ENABLED"}), trail("b", IsLogging=HIDDEN)])
    shown = [(one["id"], one["kind"], one.get("works"), one["problems"]) for one in value["recorders"]]
    assert shown == [
        ("main", "trail", False, ["the trail is not logging"]),
        ("b", "trail", None, []),
        ("lake", "store", True, []),
    ]
