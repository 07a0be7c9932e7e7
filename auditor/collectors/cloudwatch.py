"""Amazon CloudWatch: metric alarms and composite alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

ALARM = "AWS::CloudWatch::Alarm"
COMPOSITE = "AWS::CloudWatch::CompositeAlarm"
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
    ),
)
