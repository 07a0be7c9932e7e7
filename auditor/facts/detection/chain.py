"""`detect.chain` of an account: whether somebody is told when the root user is used.

Value: `{"root_usage": {"filters": way, "rules": way, "broken": text}}`, a way being `{"complete": true, "path": [ids],
"notes": [...]}` or `{"complete": false, "link", "why", "evidence": {"id", "pointer"}, "path"}`.
- `filters`: trail, log group, metric filter, metric, alarm, action, publisher, subscriber.
- `rules`: trail, and in every enabled region event rule, target, publisher, subscriber.
A way that is broken names the first broken link of the longest chain; one that is not decided is unknown at its
name. `broken` is the text of the way by filters, where that is broken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import msgspec

from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.detection import admission, alarms, delivery, filters, rules, trails
from auditor.facts.detection.outcome import HOLDS, Outcome, all_of, any_of, behind, broken, then, unsure
from auditor.facts.detection.reading import maybe, number
from auditor.facts.iam.logic import F, T, U
from auditor.facts.located import located
from auditor.facts.logging.recorders import TRAIL
from auditor.facts.values import at
from auditor.model import HIDDEN, Json, Resource

ACCOUNT = "Auditor::Account::Account"
GROUP = "AWS::Logs::LogGroup"


def _compute(account: Resource, view: View) -> Derived:
    partition = account.properties.get("Partition")
    known = partition if isinstance(partition, str) else "aws"
    ways = {
        "filters": any_of(_trails(account, known, view), broken("trail", "there is no multi-region trail")),
        "rules": then(
            any_of(
                (*_recorders(account, view), *maybe("trail", view, TRAIL, account, None)),
                broken("trail", "there is no trail"),
            ),
            lambda: rules.reports(account, known, view),
        ),
    }
    value: dict[str, Json] = {name: _shown(way) for name, way in ways.items() if way.truth is not U}
    if ways["filters"].truth is F:
        value["broken"] = ways["filters"].why
    unknown = tuple(
        Unknown(("root_usage", name), cause.reason, cause.detail)
        for name, way in ways.items()
        if way.truth is U
        for cause in way.causes
    )
    return Derived({"root_usage": value}, tuple(dict.fromkeys(unknown)))


def _shown(way: Outcome) -> Json:
    if way.truth is T:
        return {"complete": True, "path": list(way.path), "notes": list(way.notes)}
    shown: dict[str, Json] = {"complete": False, "link": way.link, "why": way.why, "path": list(way.path)}
    return shown | ({"evidence": {"id": way.at, "pointer": way.pointer}} if way.at else {})


def _recorders(account: Resource, view: View) -> Iterator[Outcome]:
    for trail in view.related(TRAIL):
        if trail.account == account.account:
            yield behind((trail.id,), trails.records(trail))


def _trails(account: Resource, partition: str, view: View) -> Iterator[Outcome]:
    for trail in view.related(TRAIL):
        if trail.account == account.account:
            follow = then(trails.records(trail), partial(_group, trail, partition, view))
            yield behind((trail.id,), follow)
    yield from maybe("trail", view, TRAIL, account, None)


def _group(trail: Resource, partition: str, view: View) -> Outcome:
    named = trail.properties.get("CloudWatchLogsLogGroupArn")
    at = (trail.id, "/CloudWatchLogsLogGroupArn")
    if named is None:
        return broken("group", f"the trail {trail.name} writes to no log group", *at)
    parts = named.split(":") if isinstance(named, str) else []
    if len(parts) < 7:
        return unsure("group", named, f"the log group of {trail.name} is not known", *at)
    arn, region = named.removesuffix(":*"), parts[3]
    if parts[4] != trail.account:
        return unsure("group", None, f"the log group {arn} is of another account", *at)
    groups = (each for each in located(view, GROUP, (trail.account, region)) if each.arn.removesuffix(":*") == arn)
    group = next(groups, None)
    if group is None:
        none = broken("group", f"the log group {arn} does not exist", *at)
        return any_of(maybe("group", view, GROUP, trail, region), none)
    return behind((group.id,), then(_standard(group), partial(_filters, group, partition, view)))


def _standard(group: Resource) -> Outcome:
    kind = group.properties.get("LogGroupClass")
    if kind is None or kind == "STANDARD":
        return HOLDS
    if isinstance(kind, HIDDEN):
        return unsure("group", kind, f"the class of {group.name} is not known", group.id, "/LogGroupClass")
    return broken("group", f"metric filters do not work on the class of {group.name}", group.id, "/LogGroupClass")


def _filters(group: Resource, partition: str, view: View) -> Outcome:
    def ways() -> Iterator[Outcome]:
        for filter in located(view, filters.FILTER, (group.account, group.region)):
            named = filter.properties.get("LogGroupName")
            if isinstance(named, HIDDEN):
                yield unsure("filter", named, f"the log group of {filter.name} is not known", filter.id)
            elif named == group.name:
                yield then(filters.takes_root(filter, partition), partial(_metrics, filter, view))
        yield from maybe("filter", view, filters.FILTER, group, group.region, group.id)

    return any_of(ways(), broken("filter", f"the log group {group.name} has no metric filter", group.id))


def _metrics(filter: Resource, view: View) -> Outcome:
    listed = filter.properties.get("MetricTransformations")
    if not isinstance(listed, list | tuple):
        listed = [] if listed is None else [listed]
    none = broken("metric", f"the filter {filter.name} makes no metric", filter.id, "/MetricTransformations")
    return any_of((_metric(filter, each, view) for each in listed), none)


def _metric(filter: Resource, made: Json, view: View) -> Outcome:
    place = (filter.id, "/MetricTransformations")
    namespace, name, value = (at(made, key) for key in ("MetricNamespace", "MetricName", "MetricValue"))
    counted = number(value)
    if counted is not None and counted <= 0:
        return broken("metric", f"the filter {filter.name} counts {counted}", *place)
    dimensions = _names(filter, made)
    if not isinstance(namespace, str) or not isinstance(name, str) or counted is None or dimensions is None:
        unseen = next((each for each in (made, namespace, name, value) if isinstance(each, HIDDEN)), None)
        return unsure("metric", unseen, f"what the filter {filter.name} counts is not known", *place)
    metric = alarms.Metric(namespace, name, counted, at(made, "DefaultValue"), at(made, "Unit"), dimensions)
    return _alarms(filter, metric, view)


def _names(filter: Resource, made: Json) -> frozenset[str] | None:
    """The names of the dimensions; None where they were not seen."""
    listed, system = at(made, "Dimensions"), filter.properties.get("EmitSystemFieldDimensions")
    if not isinstance(listed, list | tuple | None) or not isinstance(system, list | tuple | None):
        return None
    names = [at(each, "Key") for each in listed or ()] + list(system or ())
    return frozenset(names) if all(isinstance(name, str) for name in names) else None


def _alarms(filter: Resource, metric: alarms.Metric, view: View) -> Outcome:
    def ways() -> Iterator[Outcome]:
        for alarm in located(view, alarms.ALARM, (filter.account, filter.region)):
            for one in alarms.watched(alarm):
                about = alarms.is_about(one, metric)
                if about is F:
                    continue
                goes_off = alarms.trips(alarm, one, metric)
                if about is U and goes_off.truth is not F:
                    unseen = next((e for e in _metric_of(alarm) if isinstance(e, HIDDEN)), None)
                    goes_off = unsure("alarm", unseen, f"what the alarm {alarm.name} watches is not known", alarm.id)
                yield behind((alarm.id,), then(goes_off, partial(_actions, alarm, view)))
        yield from maybe("alarm", view, alarms.ALARM, filter, filter.region)

    return any_of(ways(), broken("alarm", f"no alarm watches {metric.name} in {metric.namespace}", filter.id))


def _metric_of(alarm: Resource) -> Iterator[Json]:
    yield from (alarm.properties.get(key) for key in ("Namespace", "MetricName", "Metrics"))


def _actions(alarm: Resource, view: View) -> Outcome:
    """Its own actions, or those of a composite alarm that follows it."""

    def ways() -> Iterator[Outcome]:
        yield _own(alarm, view)
        for composite in located(view, alarms.COMPOSITE, (alarm.account, alarm.region)):
            follows = alarms.follows(composite, alarm)
            if follows is not None:
                yield behind((composite.id,), then(follows, partial(_own, composite, view)))
        yield from maybe("action", view, alarms.COMPOSITE, alarm, alarm.region)

    return any_of(ways(), HOLDS)


def _own(alarm: Resource, view: View) -> Outcome:
    listed = alarm.properties.get("AlarmActions")
    if not isinstance(listed, list | tuple):
        listed = [] if listed is None else [listed]
    none = broken("action", f"the alarm {alarm.name} has no action", alarm.id, "/AlarmActions")
    message = (delivery.alarm_message(alarm),)
    publisher = admission.alarms(alarm)

    def ways() -> Iterator[Outcome]:
        for arn in listed:
            of = msgspec.structs.replace(publisher, service="lambda.alarms.cloudwatch.amazonaws.com")
            is_function = isinstance(arn, str) and ":lambda:" in arn
            yield delivery.reaches(arn, "action", alarm, of if is_function else publisher, message, view)

    return then(all_of((alarms.acts(alarm), *_mutes(alarm, view))), lambda: any_of(ways(), none))


def _mutes(alarm: Resource, view: View) -> Iterator[Outcome]:
    yield alarms.is_heard(alarm, located(view, alarms.MUTE, (alarm.account, alarm.region)))
    yield from maybe("action", view, alarms.MUTE, alarm, alarm.region)


_JOINED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    TRAIL: (*trails.READS, ("CloudWatchLogsLogGroupArn",)),
    GROUP: (("LogGroupClass",),),
    filters.FILTER: (*filters.READS, ("MetricTransformations",), ("EmitSystemFieldDimensions",)),
    alarms.ALARM: alarms.READS,
    alarms.COMPOSITE: alarms.COMPOSITE_READS,
    alarms.MUTE: alarms.MUTE_READS,
    admission.TOPIC: (("KmsMasterKeyId",), ("FifoTopic",)),
    admission.TOPIC_POLICY: (("Topics",), ("PolicyDocument",)),
    delivery.SUBSCRIPTION: delivery.SUBSCRIPTION_READS,
    delivery.STATUS: delivery.STATUS_READS,
    admission.KEY: (("Enabled",), ("KeyPolicy",)),
    admission.REPLICA: (("Enabled",), ("KeyPolicy",)),
    admission.ALIAS: (("TargetKeyId",),),
    admission.PERMISSION: tuple(
        (name,) for name in ("FunctionName", "Action", "Principal", "SourceArn", "SourceAccount", "PrincipalOrgID")
    ),
    admission.FUNCTION_POLICY: (("ResourceArn",), ("PolicyDocument",)),
    rules.RULE: rules.READS,
    rules.BUS: (("Name",),),
    rules.REGION: (("RegionName",),),
}

FACT = Fact(
    name="detect.chain",
    version=2,
    on=(ACCOUNT,),
    reads={ACCOUNT: (("Partition",),), **_JOINED},
    compute=_compute,
    joins=tuple(_JOINED),
)
