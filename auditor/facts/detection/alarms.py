"""Whether an alarm watches the metric of a filter, and one event is enough for it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html (the default value of a metric)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

import msgspec

from auditor.facts.detection.outcome import HOLDS, Outcome, all_of, broken, unsure
from auditor.facts.detection.reading import number
from auditor.facts.iam.logic import F, T, Truth, U, every, truth
from auditor.facts.values import at, first_hidden, flag
from auditor.model import HIDDEN, Json, Resource

ALARM = "AWS::CloudWatch::Alarm"
COMPOSITE = "AWS::CloudWatch::CompositeAlarm"
_ACTIONS = ("ActionsEnabled", "AlarmActions")
READS = tuple(
    (name,)
    for name in (
        *("AlarmName", *_ACTIONS, "Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic", "Period"),
        *("Unit", "Metrics", "Threshold", "ThresholdMetricId", "ComparisonOperator", "EvaluationPeriods"),
        *("DatapointsToAlarm", "TreatMissingData", "EvaluationCriteria"),
    )
)
MUTE = "AWS::CloudWatch::AlarmMuteRule"
MUTE_READS = (("MuteTargets", "AlarmNames"), ("Status",))
COMPOSITE_READS = tuple((name,) for name in ("AlarmName", *_ACTIONS, "AlarmRule", "ActionsSuppressor"))

_COMPARISONS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
}
_NEVER = ("LessThanThreshold", "LessThanOrEqualToThreshold")
_ALARM_STATE = re.compile(r"""ALARM\(\s*(?:"([^"]*)"|'([^']*)'|([^\s()]+))\s*\)""")


class Metric(msgspec.Struct, frozen=True):
    """What a filter emits: `value` for an event, `default` for a minute with other events only."""

    namespace: str
    name: str
    value: Decimal
    default: Json = None
    unit: Json = None
    dimensions: frozenset[str] = frozenset()


class Watched(msgspec.Struct, frozen=True):
    """What an alarm looks at, in either of its forms."""

    namespace: Json
    name: Json
    dimensions: Json
    statistic: Json
    period: Json
    unit: Json
    fills: bool = False


def watched(alarm: Resource) -> Iterator[Watched | None]:
    """What the alarm watches; None stands for more than is understood (mathematics, other accounts)."""
    get = alarm.properties.get
    if get("Metrics") in (None, [], ()):
        statistic = get("ExtendedStatistic") if get("Statistic") is None else get("Statistic")
        yield Watched(get("Namespace"), get("MetricName"), get("Dimensions"), statistic, get("Period"), get("Unit"))
        return
    queries = get("Metrics")
    if not isinstance(queries, list | tuple) or not all(isinstance(each, Mapping) for each in queries):
        yield None
        return
    stats = [each for each in queries if each.get("MetricStat") is not None]
    formulas = [each for each in queries if each.get("MetricStat") is None]
    for query in stats:
        simple = len(stats) == 1 and query.get("AccountId") in (None, alarm.account) and _passes(query, formulas)
        stat = query["MetricStat"]
        metric = at(stat, "Metric")
        one = Watched(
            at(metric, "Namespace"),
            at(metric, "MetricName"),
            at(metric, "Dimensions"),
            at(stat, "Stat"),
            at(stat, "Period"),
            at(stat, "Unit"),
            bool(formulas),
        )
        # of a formula that is not understood it is still known which metrics stand in it
        yield one if simple else msgspec.structs.replace(one, statistic=None, period=None)
    if not stats:
        yield None


def _passes(query: Json, formulas: list[Json]) -> bool:
    """The one metric is returned as it is, with zeros for what is missing, or as its own sum."""
    if not formulas:
        return query.get("ReturnData") in (None, True)
    text = formulas[0].get("Expression")
    plain = re.sub(r"\s", "", text).upper() if isinstance(text, str) else ""
    id = str(query.get("Id")).upper()
    returned = query.get("ReturnData") is False and formulas[0].get("ReturnData") in (None, True)
    return len(formulas) == 1 and returned and plain in (f"FILL({id},0)", f"SUM({id})", f"SUM([{id}])")


def is_about(one: Watched | None, metric: Metric) -> Truth:
    """Whether it is this metric that is watched."""
    if one is None:
        return U
    pairs = ((one.namespace, metric.namespace), (one.name, metric.name))
    return every(U if isinstance(value, HIDDEN) else truth(value == wanted) for value, wanted in pairs)


def trips(alarm: Resource, one: Watched | None, metric: Metric) -> Outcome:
    """The link of the alarm itself: its dimensions, and that one event brings it from OK to ALARM."""
    if one is None:
        return unsure("alarm", alarm.properties.get("Metrics"), f"what {alarm.name} computes is not known", alarm.id)
    get = alarm.properties.get

    def link(holds: Truth, property: str, why: str, value: Json = None) -> Outcome:
        if holds is T:
            return HOLDS
        if holds is F:
            return broken("alarm", f"the alarm {alarm.name} {why}", alarm.id, f"/{property}")
        return unsure("alarm", value, f"whether the alarm {alarm.name} {why} is not known", alarm.id, f"/{property}")

    special = next((name for name in ("ThresholdMetricId", "EvaluationCriteria") if get(name) is not None), None)
    points = get("EvaluationPeriods") if get("DatapointsToAlarm") is None else get("DatapointsToAlarm")
    return all_of(
        (
            link(
                _dimensions(one.dimensions, metric),
                "Dimensions",
                "has other dimensions than the filter",
                one.dimensions,
            ),
            link(_unit(one.unit, metric), "Unit", "counts another unit", one.unit),
            link(U if special else T, special or "", "has a threshold that is no number", get(special or "")),
            link(_one(points), "EvaluationPeriods", "wants more than one period", points),
            link(_breaches(alarm, one, metric), "Threshold", "does not go off at one event", _unseen(alarm, one)),
            link(_leaves(alarm, one, metric), "TreatMissingData", "is always on", get("TreatMissingData")),
        )
    )


def _unseen(alarm: Resource, one: Watched) -> Json:
    values = (one.statistic, one.period, alarm.properties.get("Threshold"), alarm.properties.get("ComparisonOperator"))
    return next((value for value in values if isinstance(value, HIDDEN)), None)


def _dimensions(dimensions: Json, metric: Metric) -> Truth:
    if dimensions is None:
        dimensions = []
    if not isinstance(dimensions, list | tuple):
        return U
    names = [at(each, "Name") for each in dimensions]
    if not all(isinstance(name, str) for name in names):
        return F if len(names) != len(metric.dimensions) else U
    if set(names) != metric.dimensions:
        return F
    return U if names else T  # their values are taken from events


def _unit(unit: Json, metric: Metric) -> Truth:
    if unit is None:
        return T
    if isinstance(unit, HIDDEN) or isinstance(metric.unit, HIDDEN):
        return U
    return truth(unit == (metric.unit or "None"))


def _one(points: Json) -> Truth:
    found = number(points)
    return U if found is None else truth(found <= 1)


def _breaches(alarm: Resource, one: Watched, metric: Metric) -> Truth:
    comparison = alarm.properties.get("ComparisonOperator")
    threshold = number(alarm.properties.get("Threshold"))
    if comparison in _NEVER:
        return F
    test = _COMPARISONS.get(comparison) if isinstance(comparison, str) else None
    if test is None or threshold is None or not isinstance(one.statistic, str):
        return U
    bounds = _bounds(one, metric)
    if bounds is None:
        return U
    low, high, quiet = bounds
    if quiet is not None and test(quiet, threshold):
        return U  # it may be on without any event
    return T if test(low, threshold) else U if test(high, threshold) else F


def _bounds(one: Watched, metric: Metric) -> tuple[Decimal, Decimal, Decimal | None] | None:
    """The least and the most of a period with one event, and the most of one without (None: no data)."""
    value, statistic = metric.value, one.statistic
    if metric.default is None:
        plain = {"Sum": value, "Maximum": value, "Minimum": value, "Average": value, "SampleCount": Decimal(1)}
        found = plain.get(str(statistic))
        return None if found is None else (found, found, None)
    default, seconds = number(metric.default), number(one.period)
    if default is None or seconds is None:
        return None
    minutes = max(seconds / 60, Decimal(1))
    rest = default * (minutes - 1)
    if statistic == "Sum":
        return min(value, value + rest), max(value, value + rest), max(default, default * minutes)
    if statistic == "Maximum":
        return value, max(value, default if minutes > 1 else value), default
    if statistic == "Minimum":
        low = min(value, default) if minutes > 1 else value
        return low, low, default
    if statistic == "Average":
        mean = (value + rest) / minutes
        return min(value, mean), max(value, mean), default
    return None


def _leaves(alarm: Resource, one: Watched, metric: Metric) -> Truth:
    """Without a default value there is no data most of the time: `breaching` then holds the alarm on for ever."""
    treats = alarm.properties.get("TreatMissingData")
    if metric.default is not None or one.fills or treats is None:
        return T
    return U if isinstance(treats, HIDDEN) else truth(treats != "breaching")


def acts(alarm: Resource) -> Outcome:
    """Whether its actions are on."""
    enabled = flag(alarm.properties.get("ActionsEnabled"), True)
    if enabled is T:
        return HOLDS
    if enabled is F:
        return broken("action", f"the actions of the alarm {alarm.name} are off", alarm.id, "/ActionsEnabled")
    value = alarm.properties.get("ActionsEnabled")
    return unsure("action", value, f"whether the alarm {alarm.name} acts is not known", alarm.id, "/ActionsEnabled")


def is_heard(alarm: Resource, mutes: Iterable[Resource]) -> Outcome:
    """Whether no mute rule covers it: one that has not expired keeps its actions back, now or at its times."""
    for mute in mutes:
        names, status = at(mute.properties, "MuteTargets", "AlarmNames"), mute.properties.get("Status")
        hidden = first_hidden([names, status])
        is_listed = isinstance(names, list | tuple) and alarm.name in names
        if status != "EXPIRED" and (hidden is not None or is_listed or not isinstance(names, list | tuple | None)):
            return unsure("action", hidden, f"{mute.name} mutes the alarm {alarm.name}", mute.id, "/MuteTargets")
    return HOLDS


def follows(composite: Resource, alarm: Resource) -> Outcome | None:
    """Whether a composite alarm goes off with this alarm alone; None where its rule does not name it."""
    rule = composite.properties.get("AlarmRule")
    if not isinstance(rule, str):
        return unsure("action", rule, f"the rule of {composite.name} is not known", composite.id, "/AlarmRule")
    named = [next(part for part in match if part) for match in _ALARM_STATE.findall(rule) if any(match)]
    if alarm.name not in named and alarm.arn not in named:
        return None
    rest = _ALARM_STATE.sub("", rule)
    if re.sub(r"\bOR\b|[()\s]", "", rest):
        return unsure("action", None, f"the rule of {composite.name} is not only ORed", composite.id, "/AlarmRule")
    if composite.properties.get("ActionsSuppressor") is not None:
        value = composite.properties["ActionsSuppressor"]
        return unsure("action", value, f"{composite.name} has a suppressor", composite.id, "/ActionsSuppressor")
    return HOLDS
