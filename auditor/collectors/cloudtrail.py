"""AWS CloudTrail: each trail at its home region; copies of multi-region trails elsewhere are not emitted.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Trail.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

TRAIL = "AWS::CloudTrail::Trail"
STATUS = "Auditor::CloudTrail::TrailStatus"
_TIMES = (
    "LatestDeliveryTime",
    "LatestCloudWatchLogsDeliveryTime",
    "LatestDigestDeliveryTime",
    "StartLoggingTime",
    "StopLoggingTime",
)


def _trails(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for trail in answer.get("trailList", ()):
        if trail.get("HomeRegion", place.region) != place.region or f":{place.account}:" not in trail["TrailARN"]:
            continue
        properties = picked(
            trail,
            "S3BucketName",
            "S3KeyPrefix",
            "IsMultiRegionTrail",
            "IsOrganizationTrail",
            "IncludeGlobalServiceEvents",
            "CloudWatchLogsLogGroupArn",
            "CloudWatchLogsRoleArn",
            "SnsTopicArn",
            TrailName="Name",
            Arn="TrailARN",
            EnableLogFileValidation="LogFileValidationEnabled",
            KMSKeyId="KmsKeyId",
        )
        yield Draft(TRAIL, trail["TrailARN"], trail["Name"], trail["TrailARN"], properties)


def _logging(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    return picked(answer, "IsLogging")


def _status(answer: Mapping[str, Json], place: Place, trail: Draft | None) -> Iterator[Draft]:
    assert trail is not None
    properties: dict[str, Json] = {"Arn": trail.arn, **picked(answer, "LatestDeliveryError")}
    properties |= picked(answer, "LatestCloudWatchLogsDeliveryError")
    properties |= {name: answer[name].isoformat() for name in _TIMES if answer.get(name) is not None}
    yield Draft(STATUS, f"{trail.id}/status", trail.name, trail.arn, properties, owners=(trail.id,))


def _selectors(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    return picked(answer, "EventSelectors", "AdvancedEventSelectors")


def _name(draft: Draft) -> dict[str, Json]:
    return {"Name": draft.arn}


SERVICE = Service(
    client="cloudtrail",
    scope="regional",
    calls=(
        Call(
            "describe_trails",
            "cloudtrail:DescribeTrails",
            {
                TRAIL: (
                    LIST,
                    "TrailName",
                    "Arn",
                    "S3BucketName",
                    "S3KeyPrefix",
                    "IsMultiRegionTrail",
                    "IsOrganizationTrail",
                    "IncludeGlobalServiceEvents",
                    "EnableLogFileValidation",
                    "KMSKeyId",
                    "CloudWatchLogsLogGroupArn",
                    "CloudWatchLogsRoleArn",
                    "SnsTopicArn",
                )
            },
            arguments={"includeShadowTrails": True},
            make=_trails,
        ),
        Call(
            "get_trail_status",
            "cloudtrail:GetTrailStatus",
            {TRAIL: ("IsLogging",), STATUS: (LIST, "*")},
            of=TRAIL,
            params=_name,
            fill=_logging,
            make=_status,
        ),
        Call(
            "get_event_selectors",
            "cloudtrail:GetEventSelectors",
            {TRAIL: ("EventSelectors", "AdvancedEventSelectors")},
            of=TRAIL,
            params=lambda draft: {"TrailName": draft.arn},
            fill=_selectors,
        ),
    ),
)
