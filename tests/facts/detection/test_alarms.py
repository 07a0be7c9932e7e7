"""Alarms against periods that are played through minute by minute."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.detection import alarms
from auditor.facts.detection.alarms import COMPOSITE, Metric, follows, is_about, trips, watched
from auditor.facts.iam.logic import F, T, U
from auditor.model import Hidden, Reason, Resource

ACCOUNT, HERE = "111122223333", "eu-west-1"
UNSEEN = Hidden(Reason.DENIED, "hidden")
PLAIN: dict[str, Any] = {
    "Namespace": "CIS",
    "MetricName": "Root",
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
}


def alarm(type: str = alarms.ALARM, name: str = "root", **changes: Any) -> Resource:
    arn = f"arn:aws:cloudwatch:{HERE}:{ACCOUNT}:alarm:{name}"
    return Resource(type, arn, ACCOUNT, HERE, name, arn, {**PLAIN, **changes})


def outcome(metric: Metric, **changes: Any) -> Any:
    made = alarm(**changes)
    (one,) = watched(made)
    return trips(made, one, metric).truth


METRIC = Metric("CIS", "Root", Decimal(1))
STATISTICS = ("Sum", "Average", "Minimum", "Maximum")


def statistic(name: str, points: list[int]) -> Decimal:
    total = Decimal(sum(points))
    return {
        "Sum": total,
        "Average": total / len(points),
        "Minimum": Decimal(min(points)),
        "Maximum": Decimal(max(points)),
    }[name]


def goes_off(name: str, points: list[int], comparison: str, threshold: int) -> bool:
    found = statistic(name, points)
    return found > threshold if comparison == "GreaterThanThreshold" else found >= threshold


def answers(metric: Metric, minutes: int, name: str, comparison: str, threshold: int) -> set[bool]:
    """Whether one event is noticed, for any number of other minutes that have the default value."""
    value = int(metric.value)
    if metric.default is None:
        return {goes_off(name, [value], comparison, threshold)}
    said = set()
    for quiet in range(minutes):
        said.add(goes_off(name, [value, *[metric.default] * quiet], comparison, threshold))
    for quiet in range(1, minutes + 1):
        if goes_off(name, [metric.default] * quiet, comparison, threshold):
            said |= {True, False}  # it may be on already
    return said


cases = st.tuples(
    st.integers(1, 3),
    st.sampled_from([None, 0, 1, 2]),
    st.integers(1, 5),
    st.sampled_from(STATISTICS),
    st.sampled_from(["GreaterThanThreshold", "GreaterThanOrEqualToThreshold"]),
    st.integers(0, 8),
)


def agrees(case: tuple[int, int | None, int, str, str, int]) -> bool:
    value, default, minutes, name, comparison, threshold = case
    metric = Metric("CIS", "Root", Decimal(value), default)
    said = outcome(metric, Statistic=name, Period=60 * minutes, ComparisonOperator=comparison, Threshold=threshold)
    truth = answers(metric, minutes, name, comparison, threshold)
    if name == "Minimum" and said is F:
        return False in truth  # that one event is enough cannot be relied on
    return said is U or truth == {said is T}


@settings(max_examples=300, deadline=None)
@given(cases)
def test_one_event_against_periods_played_through(case: tuple[int, int | None, int, str, str, int]) -> None:
    assert agrees(case)


def test_the_played_periods_notice_a_default_value_that_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    case = (1, 0, 5, "Average", "GreaterThanOrEqualToThreshold", 1)
    assert agrees(case)
    right = alarms._bounds
    monkeypatch.setattr(alarms, "_bounds", lambda one, metric: right(one, Metric("", "", metric.value)))
    assert not agrees(case)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, T),
        ({"Metrics": []}, T),
        ({"Statistic": "SampleCount"}, T),
        ({"Statistic": None, "ExtendedStatistic": "p90"}, U),
        ({"Threshold": "1"}, T),
        ({"Threshold": UNSEEN}, U),
        ({"Threshold": UNSEEN, "EvaluationPeriods": 2}, F),
        ({"ComparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold"}, U),
        ({"ComparisonOperator": "LessThanThreshold"}, F),
        ({"EvaluationPeriods": 2, "DatapointsToAlarm": UNSEEN}, U),
        ({"EvaluationPeriods": UNSEEN, "DatapointsToAlarm": 1}, T),
        ({"TreatMissingData": "notBreaching"}, T),
        ({"TreatMissingData": UNSEEN}, U),
        ({"Unit": "Count"}, F),
        ({"Unit": "None"}, T),
        ({"Dimensions": [{"Name": "who", "Value": "x"}]}, F),
    ],
)
def test_what_an_alarm_needs(changes: dict[str, Any], expected: Any) -> None:
    assert outcome(METRIC, **changes) is expected


def test_the_names_of_dimensions_must_be_the_filters_and_their_values_are_not_known() -> None:
    metric = Metric("CIS", "Root", Decimal(1), dimensions=frozenset({"who"}))
    assert outcome(metric, Dimensions=[{"Name": "who", "Value": "x"}]) is U
    assert outcome(metric, Dimensions=[{"Name": "other", "Value": "x"}]) is F
    assert outcome(metric) is F


def queries(*formulas: dict[str, Any], returned: bool = False) -> list[Any]:
    metric = {"Namespace": "CIS", "MetricName": "Root"}
    return [
        {"Id": "m", "MetricStat": {"Metric": metric, "Stat": "Sum", "Period": 60}, "ReturnData": returned},
        *formulas,
    ]


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        (queries(returned=True), T),
        (queries({"Id": "e", "Expression": "FILL(m, 0)"}), T),
        (queries({"Id": "e", "Expression": "SUM(m)"}), T),
        (queries({"Id": "e", "Expression": "m * 0"}), U),
        (UNSEEN, U),
    ],
)
def test_queries_of_one_metric(metrics: Any, expected: Any) -> None:
    assert outcome(METRIC, Metrics=metrics) is expected


def test_another_metric_is_not_watched() -> None:
    (one,) = watched(alarm(Namespace="Other"))
    (unseen,) = watched(alarm(MetricName=UNSEEN))
    assert (is_about(one, METRIC), is_about(unseen, METRIC)) == (F, U)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ALARM(root)", T),
        ('ALARM("root") OR (ALARM(b))', T),
        (f"ALARM(arn:aws:cloudwatch:{HERE}:{ACCOUNT}:alarm:root)", T),
        ("ALARM(b)", None),
        ("OK(root)", None),
        ("ALARM(root) AND ALARM(b)", U),
        ("NOT ALARM(root)", U),
        (UNSEEN, U),
    ],
)
def test_a_composite_alarm_follows_where_its_rule_is_only_ored(rule: Any, expected: Any) -> None:
    found = follows(alarm(COMPOSITE, "any", AlarmRule=rule), alarm())
    assert (found.truth if found else None) is expected
