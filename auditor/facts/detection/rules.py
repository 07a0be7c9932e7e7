"""Whether event rules report the uses of root: in every region, on the default bus or where it forwards to.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html
(read-only management events reach only rules that ask for all of them)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.detection import admission, event_pattern, probes
from auditor.facts.detection.delivery import reaches
from auditor.facts.detection.outcome import HOLDS, Outcome, all_of, any_of, behind, broken, then, unsure
from auditor.facts.detection.reading import maybe
from auditor.facts.iam.logic import F, T, Truth, U, every
from auditor.facts.located import located
from auditor.model import HIDDEN, Json, Reason, Resource

RULE = "AWS::Events::Rule"
BUS = "AWS::Events::EventBus"
REGION = "Auditor::Account::Region"
READS = (("EventBusName",), ("EventPattern",), ("State",), ("Targets",))
_ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
_READ_ONLY = ("Describe", "Get", "List")
_HOPS = 3


def reports(account: Resource, partition: str, view: View) -> Outcome:
    """All regions that are enabled; a trail must log there too, which is asked before."""

    def regions() -> Iterator[Outcome]:
        for region in view.related(REGION):
            if region.account == account.account:
                yield _region(region, partition, view)
        yield from maybe("rule", view, REGION, account, None)

    found = list(regions())
    return all_of(found) if found else broken("rule", "no region is known")


def _region(region: Resource, partition: str, view: View) -> Outcome:
    seen = probes.in_region(region.account, partition, region.name)
    others = tuple(probes.others_in_region(region.account, partition, region.name).values())
    return all_of(_reported(event, others, region, region.name, "default", 0, view) for event in seen.values())


def _reported(
    event: Json, others: tuple[Json, ...], region: Resource, name: str, bus: str, hops: int, view: View
) -> Outcome:
    """One event on one bus: some rule takes it and tells somebody, or forwards it to a bus on which that holds."""

    def ways() -> Iterator[Outcome]:
        for rule in located(view, RULE, (region.account, name)):
            on = _bus(rule)
            if on == bus:
                taken = _takes(rule, event, others)
                yield then(taken, partial(_targets, rule, event, others, region, hops, view))
            elif on is None:
                value = rule.properties.get("EventBusName")
                yield unsure("rule", value, f"the bus of the rule {rule.name} is not known", rule.id, "/EventBusName")
        yield from maybe("rule", view, RULE, region, name)
        yield from maybe("rule", view, BUS, region, name)

    return any_of(ways(), broken("rule", f"no event rule in {name}"))


def _bus(rule: Resource) -> str | None:
    named = rule.properties.get("EventBusName")
    if named is None:
        return "default"
    return named.rsplit("/", 1)[-1] if isinstance(named, str) else None


def sees(rule: Resource, event: Mapping[str, Json]) -> Truth:
    """Whether the rule is given the event and its pattern takes it. A rule with a schedule only takes none."""
    state = rule.properties.get("State", "ENABLED")
    taken = F if state == "DISABLED" else _matches(rule, event)
    if taken is F:
        return F
    if not isinstance(state, str):
        return U
    detail = event["detail"]
    withheld = detail["readOnly"] and str(detail["eventName"]).startswith(_READ_ONLY)
    return F if state != _ALL and withheld else taken


def _matches(rule: Resource, event: Mapping[str, Json]) -> Truth:
    pattern = rule.properties.get("EventPattern")
    if pattern is None:
        return F
    try:
        return U if isinstance(pattern, HIDDEN) else event_pattern.matches(event_pattern.parse(pattern), event)
    except event_pattern.Malformed:
        return U


def _takes(rule: Resource, event: Json, others: tuple[Json, ...]) -> Outcome:
    seen = sees(rule, event)
    if seen is F:
        what = f"{event['detail']['eventName']} of root"
        return broken(
            "rule", f"the rule {rule.name} is not given {what}, or does not take it", rule.id, "/EventPattern"
        )
    quiet = every(~sees(rule, other) for other in others)
    if quiet is F:
        return broken("rule", f"the rule {rule.name} takes events of others", rule.id, "/EventPattern")
    if min(seen, quiet) is T:
        return behind((rule.id,), HOLDS)
    value = next((v for key in ("EventPattern", "State") if isinstance(v := rule.properties.get(key), HIDDEN)), None)
    return unsure("rule", value, f"what the rule {rule.name} takes is not known", rule.id, "/EventPattern")


def _targets(rule: Resource, event: Json, others: tuple[Json, ...], region: Resource, hops: int, view: View) -> Outcome:
    targets = rule.properties.get("Targets")
    if not isinstance(targets, list | tuple):
        if targets is not None:
            return unsure("target", targets, f"the targets of {rule.name} are not known", rule.id, "/Targets")
        targets = []

    def ways() -> Iterator[Outcome]:
        for target in targets:
            arn = target.get("Arn") if isinstance(target, Mapping) else target
            parts = arn.split(":", 5) if isinstance(arn, str) else []
            if len(parts) == 6 and parts[2] == "events" and parts[5].startswith("event-bus/"):
                yield _forwarded(parts, rule, event, others, region, hops, view)
            else:
                yield reaches(arn, "target", rule, admission.rules(rule), (event,), view)

    return any_of(ways(), broken("target", f"the rule {rule.name} has no target", rule.id, "/Targets"))


def _forwarded(
    parts: list[str], rule: Resource, event: Json, others: tuple[Json, ...], region: Resource, hops: int, view: View
) -> Outcome:
    if parts[4] != region.account:
        return unsure("target", None, f"{rule.name} forwards to another account", rule.id, "/Targets")
    if hops >= _HOPS:
        return broken("target", f"{rule.name} forwards for the {hops + 1}th time", rule.id, "/Targets")
    return _reported(event, others, region, parts[3], parts[5].removeprefix("event-bus/"), hops + 1, view)


def _compute(rule: Resource, view: View) -> Derived:
    pattern = rule.properties.get("EventPattern")
    here = probes.in_region(rule.account, "aws", rule.region or probes.home_of("aws"))
    others = probes.others_in_region(rule.account, "aws", rule.region or probes.home_of("aws"))
    events = {**here, **others}
    try:
        if pattern is not None and not isinstance(pattern, HIDDEN):
            event_pattern.parse(pattern)
        error = ""
    except event_pattern.Malformed as malformed:
        error = str(malformed)
    taken = {name: _matches(rule, event) for name, event in events.items()}
    given = {name: sees(rule, event) for name, event in events.items()}
    value: Json = {
        "parsed": not error,
        "matches": {name: each is T for name, each in taken.items() if each is not U},
        "sees": {name: each is T for name, each in given.items() if each is not U},
    }
    unknown = [
        Unknown((part, name), Reason.UNRESOLVED, error or f"what the rule {rule.name} takes is not known")
        for part, answers in (("matches", taken), ("sees", given))
        for name, each in answers.items()
        if each is U
    ]
    return Derived(value | ({"error": error} if error else {}), tuple(unknown))


# `detect.eventpattern` of a rule, its pattern on sample events: `{parsed, matches: {probe: bool}, sees: {...}, error}`;
# `sees`: with what EventBridge gives to a rule in this state.
FACT = Fact(
    name="detect.eventpattern",
    version=1,
    on=(RULE,),
    reads={RULE: (("EventPattern",), ("State",))},
    compute=_compute,
)
