"""An account in which somebody is told of root, and what detect.chain says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from auditor.facts.attach import ScopeView, attach
from auditor.facts.detection import chain
from auditor.model import Gap, Json, Resource
from auditor.snapshot import plant

ACCOUNT, HERE = "111122223333", "eu-west-1"
TOPIC = f"arn:aws:sns:{HERE}:{ACCOUNT}:alerts"
GROUP = f"arn:aws:logs:{HERE}:{ACCOUNT}:log-group:trail:*"
ROOT = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'


def resource(type: str, name: str, properties: Json, arn: str = "", owners: tuple[str, ...] = ()) -> Resource:
    arn = arn or f"{type}/{name}"
    return Resource(type, arn, ACCOUNT, None if type == chain.ACCOUNT else HERE, name, arn, properties, owners=owners)


def working() -> list[Resource]:
    made = [{"MetricNamespace": "CIS", "MetricName": "Root", "MetricValue": "1"}]
    alarm = {
        **{"Namespace": "CIS", "MetricName": "Root", "Statistic": "Sum", "Period": 300, "EvaluationPeriods": 1},
        **{"Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "AlarmActions": [TOPIC]},
    }
    trail = {"IsLogging": True, "IsMultiRegionTrail": True, "CloudWatchLogsLogGroupArn": GROUP}
    subscribed = resource("AWS::SNS::Subscription", "s", {"TopicArn": TOPIC}, owners=(TOPIC,))
    status = {"Arn": subscribed.arn, "Confirmed": True}
    pattern = {"LogGroupName": "trail", "FilterPattern": ROOT, "MetricTransformations": made}
    return [
        resource("AWS::CloudTrail::Trail", "main", trail),
        resource("AWS::Logs::LogGroup", "trail", {"LogGroupClass": "STANDARD"}, GROUP),
        resource("AWS::Logs::MetricFilter", "root", pattern),
        resource("AWS::CloudWatch::Alarm", "root", alarm),
        resource("AWS::SNS::Topic", TOPIC, {}, TOPIC),
        subscribed,
        resource("Auditor::SNS::SubscriptionStatus", "s", status, owners=(subscribed.id,)),
    ]


def ways(held: Sequence[Resource], gaps: Sequence[Gap] = ()) -> tuple[dict[str, Any], set[str]]:
    """What is said of both ways, and which of them are not decided."""
    by_type: dict[str, list[Resource]] = {}
    for each in held:
        by_type.setdefault(each.type, []).append(plant(each, [gap for gap in gaps if gap.id == each.id]))
    by_gap: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_gap.setdefault(gap.type, []).append(gap)
    account = resource(chain.ACCOUNT, ACCOUNT, {"Partition": "aws"})
    made, found = attach(account, [chain.FACT], ScopeView(by_type, by_gap))
    return dict(made.facts["detect.chain"]["root_usage"]), {str(gap.path[3]) for gap in found}
