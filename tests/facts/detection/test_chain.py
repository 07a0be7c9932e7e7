"""detect.chain: the first broken link, what a gap leaves open, and the facts of single filters and rules."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from chains import ACCOUNT, ROOT, resource, ways, working
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.attach import ScopeView, attach
from auditor.facts.detection import filters, rules, trails
from auditor.facts.iam.logic import F, T, U
from auditor.facts.logging.recorders import TRAIL
from auditor.model import Gap, Json, Reason, Resource

# each link, and what breaks it: the type, and the property that is then so
BREAKS: dict[str, tuple[str, dict[str, Json]]] = {
    "trail": ("AWS::CloudTrail::Trail", {"IsLogging": False}),
    "group": ("AWS::Logs::LogGroup", {"LogGroupClass": "INFREQUENT_ACCESS"}),
    "filter": ("AWS::Logs::MetricFilter", {"FilterPattern": "{ $.a = 1 }"}),
    "metric": (
        "AWS::Logs::MetricFilter",
        {"MetricTransformations": [{"MetricNamespace": "CIS", "MetricName": "Root", "MetricValue": "0"}]},
    ),
    "alarm": ("AWS::CloudWatch::Alarm", {"EvaluationPeriods": 3}),
    "action": ("AWS::CloudWatch::Alarm", {"ActionsEnabled": False}),
    "publisher": ("AWS::SNS::Topic", {"KmsMasterKeyId": "alias/aws/sns"}),
    "subscriber": ("Auditor::SNS::SubscriptionStatus", {"Confirmed": False}),
}
# the properties whose hiding leaves a link open
OPEN = {
    "trail": ("AWS::CloudTrail::Trail", "IsLogging"),
    "group": ("AWS::Logs::LogGroup", "LogGroupClass"),
    "filter": ("AWS::Logs::MetricFilter", "FilterPattern"),
    "metric": ("AWS::Logs::MetricFilter", "MetricTransformations"),
    "alarm": ("AWS::CloudWatch::Alarm", "Threshold"),
    "action": ("AWS::CloudWatch::Alarm", "ActionsEnabled"),
    "publisher": ("AWS::SNS::Topic", "KmsMasterKeyId"),
    "subscriber": ("Auditor::SNS::SubscriptionStatus", "Confirmed"),
}
LINKS = tuple(BREAKS)


def broken_at(held: list[Resource], link: str) -> list[Resource]:
    type, changes = BREAKS[link]
    return [
        resource(each.type, each.name, {**each.properties, **changes}, each.arn, each.owners)
        if each.type == type
        else each
        for each in held
    ]


def hidden_at(held: list[Resource], link: str) -> Gap:
    type, property = OPEN[link]
    one = next(each for each in held if each.type == type)
    return Gap(ACCOUNT, one.region, type, one.id, (property,), Reason.DENIED, "hidden")


def test_a_chain_that_holds_names_its_links() -> None:
    value, unknown = ways(working())
    assert value["filters"]["complete"] is True
    assert [each.split("/")[0].rsplit(":", 1)[0] for each in value["filters"]["path"][:1]] == ["AWS::CloudTrail:"]
    assert len(value["filters"]["path"]) == 6
    assert (unknown, "broken" in value) == (set(), False)


@pytest.mark.parametrize("links", [*itertools.combinations(LINKS, 1), *itertools.combinations(LINKS, 2)], ids="-".join)
def test_the_first_broken_link_is_named(links: tuple[str, ...]) -> None:
    held = working()
    for link in links:
        held = broken_at(held, link)
    value, unknown = ways(held)
    assert (value["filters"]["complete"], value["filters"]["link"]) == (False, links[0])
    assert value["broken"] == value["filters"]["why"]
    assert "filters" not in unknown


@pytest.mark.parametrize(("open", "broken"), list(itertools.product(LINKS, LINKS)))
def test_a_broken_link_settles_it_and_an_open_one_does_not(open: str, broken: str) -> None:
    held = working()
    value, unknown = ways(held, [hidden_at(held, open)])
    assert ("filters" in value, unknown) == (False, {"filters"})
    follows = open != "metric" or LINKS.index(broken) < LINKS.index(
        "metric"
    )  # no alarm can be joined to what is hidden
    if OPEN[open][0] != BREAKS[broken][0] and follows:
        value, unknown = ways(broken_at(held, broken), [hidden_at(held, open)])
        assert (value["filters"]["link"], unknown) == (broken, set())


def test_a_second_chain_that_holds_is_enough() -> None:
    held = working()
    dead = broken_at(held, "filter")[2]
    other = resource(dead.type, "dead", dead.properties)
    assert ways([other, *held])[0]["filters"]["complete"] is True
    assert ways([other, *held], [hidden_at([other], "filter")])[0]["filters"]["complete"] is True


def test_the_longest_of_the_broken_chains_is_told() -> None:
    held = broken_at(working(), "subscriber")
    dead = broken_at(working(), "filter")[2]
    value, _ = ways([resource(dead.type, "dead", dead.properties), *held])
    assert value["filters"]["link"] == "subscriber"


@pytest.mark.parametrize("type", sorted({type for type, _ in OPEN.values()} | {"AWS::SNS::Subscription"}))
def test_a_list_that_is_not_whole_may_hold_the_missing_link(type: str) -> None:
    gap = Gap(ACCOUNT, None, type, None, (), Reason.DENIED, "hidden")
    value, unknown = ways([each for each in working() if each.type != type], [gap])
    assert ("filters" in value, "filters" in unknown) == (False, True)
    elsewhere = Gap(ACCOUNT, "us-west-2", type, None, (), Reason.DENIED, "hidden")
    if type not in ("AWS::CloudTrail::Trail", "Auditor::SNS::SubscriptionStatus"):
        value, unknown = ways([each for each in working() if each.type != type], [elsewhere])
        assert value["filters"]["complete"] is False


# event selectors against what each of them says of one event
selectors = st.fixed_dictionaries(
    {},
    optional={
        "ReadWriteType": st.sampled_from(["All", "ReadOnly", "WriteOnly"]),
        "IncludeManagementEvents": st.booleans(),
    },
)


@settings(max_examples=100, deadline=None)
@given(st.lists(selectors, min_size=1, max_size=3))
def test_selectors_against_single_events(listed: list[dict[str, Any]]) -> None:
    def taken(reads: bool) -> bool:
        halves = {"All": (True, False), "ReadOnly": (True,), "WriteOnly": (False,)}
        return any(
            each.get("IncludeManagementEvents", True) and reads in halves[each.get("ReadWriteType", "All")]
            for each in listed
        )

    trail = resource(TRAIL, "t", {"IsLogging": True, "IsMultiRegionTrail": True, "EventSelectors": listed})
    assert trails.records(trail).truth is (T if taken(True) and taken(False) else F)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([{"Field": "eventCategory", "Equals": ["Management"]}], T),
        ([{"Field": "eventCategory", "Equals": ["Data"]}], F),
        ([{"Field": "readOnly", "Equals": ["true"]}], F),
        ([{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "Equals": ["true"]}], F),
        (
            [
                {"Field": "eventCategory", "Equals": ["Management"]},
                {"Field": "eventSource", "NotEquals": ["rdsdata.amazonaws.com"]},
            ],
            T,
        ),
        (
            [
                {"Field": "eventCategory", "Equals": ["Management"]},
                {"Field": "eventSource", "NotEquals": ["iam.amazonaws.com"]},
            ],
            F,
        ),
        ([{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "userIdentity.arn", "Equals": ["x"]}], F),
        ("x", U),
    ],
)
def test_advanced_selectors(fields: Any, expected: Any) -> None:
    properties = {"IsLogging": True, "IsMultiRegionTrail": True, "AdvancedEventSelectors": [{"FieldSelectors": fields}]}
    assert trails.records(resource(TRAIL, "t", properties)).truth is expected


def of(fact: Any, one: Resource) -> tuple[Any, set[Any]]:
    made, gaps = attach(one, [fact], ScopeView({}, {}))
    return made.facts[fact.name], {gap.path[2:] for gap in gaps}


def test_the_fact_of_a_filter_says_what_its_pattern_takes() -> None:
    value, unknown = of(filters.FACT, resource(filters.FILTER, "root", {"FilterPattern": ROOT}))
    assert (value["parsed"], value["form"], unknown) == (True, "json", set())
    taken = {name for name, takes in value["matches"].items() if takes}
    assert taken == {"sign-in", "write", "read"}
    assert {"write by IAMUser", "read by AWSService", "service event"} <= value["matches"].keys() - taken


def test_the_fact_of_a_filter_that_aws_would_refuse_says_why() -> None:
    value, unknown = of(filters.FACT, resource(filters.FILTER, "root", {"FilterPattern": "{ $.a EXISTS }"}))
    assert (value["parsed"], value["matches"]) == (False, {})
    assert "comparison" in value["error"] and ("matches", "write") in unknown


def test_the_fact_of_a_rule_says_what_it_takes_and_what_it_is_given() -> None:
    pattern = {"detail": {"userIdentity": {"type": ["Root"]}}}
    on = resource(rules.RULE, "r", {"EventPattern": pattern, "State": "ENABLED"})
    value, unknown = of(rules.FACT, on)
    assert (value["matches"]["read"], value["sees"]["read"], value["sees"]["write"]) == (True, False, True)
    assert (value["parsed"], value["matches"]["write by IAMUser"], unknown) == (True, False, set())
    value, _ = of(rules.FACT, resource(rules.RULE, "r", {"EventPattern": {"detail": "x"}, "State": "ENABLED"}))
    assert (value["parsed"], value["matches"], any(value["sees"].values())) == (False, {}, False)
    value, _ = of(rules.FACT, resource(rules.RULE, "r", {"ScheduleExpression": "rate(1 day)", "State": "ENABLED"}))
    assert not any(value["matches"].values())
