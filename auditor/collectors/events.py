"""Amazon EventBridge: event buses, their rules, and the targets of rules that are not disabled.

What a target is given (inputs, headers) may hold secrets and is never read.
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

BUS = "AWS::Events::EventBus"
RULE = "AWS::Events::Rule"
_GONE = ("ResourceNotFoundException",)


def _buses(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    if page.get("NextToken"):  # botocore has no paginator for this call
        raise ValueError("more event buses than one answer holds")
    for bus in page.get("EventBuses", ()):
        properties = picked(bus, "Name", "Arn")
        if bus.get("Policy"):
            properties["Policy"] = json.loads(bus["Policy"])
        yield Draft(BUS, bus["Arn"], bus["Name"], bus["Arn"], properties)


def _rules(page: Mapping[str, Json], place: Place, bus: Draft | None) -> Iterator[Draft]:
    assert bus is not None
    for rule in page.get("Rules", ()):
        properties = picked(rule, "Name", "Arn", "ScheduleExpression", "State", "RoleArn")
        properties["EventBusName"] = bus.name
        if rule.get("EventPattern"):
            properties["EventPattern"] = json.loads(rule["EventPattern"])
        yield Draft(RULE, rule["Arn"], rule["Name"], rule["Arn"], properties, owners=(bus.id,), context=bus.name)


def _targets(page: Mapping[str, Json], draft: Draft) -> dict[str, Json]:
    found = [picked(target, "Id", "Arn", "RoleArn") for target in page.get("Targets", ())]
    return {"Targets": [*draft.properties.get("Targets", []), *found]}


SERVICE = Service(
    client="events",
    scope="regional",
    calls=(
        Call("list_event_buses", "events:ListEventBuses", {BUS: (LIST, "Name", "Arn", "Policy")}, make=_buses),
        Call(
            "list_rules",
            "events:ListRules",
            {RULE: (LIST, "Name", "Arn", "EventBusName", "EventPattern", "ScheduleExpression", "State", "RoleArn")},
            of=BUS,
            params=lambda draft: {"EventBusName": draft.name},
            make=_rules,
            paged=True,
            gone=_GONE,
        ),
        Call(
            "list_targets_by_rule",
            "events:ListTargetsByRule",
            {RULE: ("Targets",)},
            of=RULE,
            params=lambda draft: {"Rule": draft.name, "EventBusName": draft.context},
            fill=_targets,
            when=lambda draft: draft.properties.get("State") != "DISABLED",
            paged=True,
            gone=_GONE,
        ),
    ),
)
