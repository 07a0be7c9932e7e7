"""Amazon CloudWatch: metric alarms, composite alarms, and the rules that mute them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetAlarmMuteRule.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

ALARM = "AWS::CloudWatch::Alarm"
COMPOSITE = "AWS::CloudWatch::CompositeAlarm"
MUTE = "AWS::CloudWatch::AlarmMuteRule"
_BOTH = ("AlarmName", "ActionsEnabled", "AlarmActions", "OKActions", "InsufficientDataActions")
_ALARM = (
    *(*_BOTH, "Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic", "Period", "Unit", "Metrics"),
    *("Threshold", "ThresholdMetricId", "ComparisonOperator", "EvaluationPeriods", "DatapointsToAlarm"),
    *("TreatMissingData", "EvaluationCriteria"),
)
_COMPOSITE = (*_BOTH, "AlarmRule", "ActionsSuppressor")


def _alarms(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for key, type, names in (("MetricAlarms", ALARM, _ALARM), ("CompositeAlarms", COMPOSITE, _COMPOSITE)):
        for alarm in page.get(key, ()):
            arn = alarm["AlarmArn"]
            yield Draft(type, arn, alarm["AlarmName"], arn, picked(alarm, *names, Arn="AlarmArn"))


def _mutes(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("AlarmMuteRuleSummaries", ()):
        arn = item["AlarmMuteRuleArn"]
        name = arn.rpartition(":")[2]
        yield Draft(MUTE, arn, name, arn, {"Arn": arn, "Name": name, **picked(item, "Status", "MuteType")})


def _mute(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    return picked(answer, "Name", "MuteTargets", "Rule")


SERVICE = Service(
    client="cloudwatch",
    scope="regional",
    calls=(
        Call(
            "describe_alarms",
            "cloudwatch:DescribeAlarms",
            {ALARM: (LIST, *_ALARM, "Arn"), COMPOSITE: (LIST, *_COMPOSITE, "Arn")},
            arguments={"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]},
            make=_alarms,
            paged=True,
        ),
        Call(
            "list_alarm_mute_rules",
            "cloudwatch:ListAlarmMuteRules",
            {MUTE: (LIST, "Arn", "Name", "Status", "MuteType")},
            make=_mutes,
            paged=True,
        ),
        Call(
            "get_alarm_mute_rule",
            "cloudwatch:GetAlarmMuteRule",
            {MUTE: ("MuteTargets", "Rule")},
            of=MUTE,
            params=lambda draft: {"AlarmMuteRuleName": draft.name},
            fill=_mute,
            gone=("ResourceNotFoundException", "ResourceNotFound"),
        ),
    ),
)
