"""AWS CloudTrail: each trail once, at its home region, and event data stores.

Every region shows multi-region trails, and a member account those of its organization: such copies are left out where
the home is asked too, and tell of the trail where it is not. The trail of an organization keeps its own ARN.

The subscription filters of a log group are asked only where a trail delivers to it: AWS lists them for one group at a
time, and an account has thousands of groups.
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Trail.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventDataStore.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeSubscriptionFilters.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

TRAIL = "AWS::CloudTrail::Trail"
STATUS = "Auditor::CloudTrail::TrailStatus"
STORE = "AWS::CloudTrail::EventDataStore"
SUBSCRIPTION = "AWS::Logs::SubscriptionFilter"
_STORE = ("Status", "AdvancedEventSelectors", "MultiRegionEnabled", "OrganizationEnabled", "KmsKeyId")
_TIMES = (
    "LatestDeliveryTime",
    "LatestCloudWatchLogsDeliveryTime",
    "LatestDigestDeliveryTime",
    "StartLoggingTime",
    "StopLoggingTime",
)


def _trails(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    groups: set[str] = set()
    for trail in answer.get("trailList", ()):
        home = trail.get("HomeRegion", place.region)
        if home != place.region and not _tells(place, home):
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
            TrailName="Name",
            Arn="TrailARN",
            EnableLogFileValidation="LogFileValidationEnabled",
            KMSKeyId="KmsKeyId",
            SnsTopicArn="SnsTopicARN",
        )
        draft = Draft(TRAIL, trail["TrailARN"], trail["Name"], trail["TrailARN"], properties, region=home)
        draft.context = _own_group(trail.get("CloudWatchLogsLogGroupArn") or "", place.account)
        if draft.context in groups:
            draft.context = ""  # asked for once
        groups.add(draft.context)
        yield draft


def _own_group(arn: str, account: str) -> str:
    """The name of a log group of this account, else ""."""
    parts = arn.split(":")
    return parts[6] if len(parts) > 6 and parts[4] == account else ""


def _tells(place: Place, home: str) -> bool:
    """Whether this is the one region that tells of a trail whose home is not asked."""
    return bool(place.regions) and home not in place.regions and place.region == min(place.regions)


def _logging(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    return picked(answer, "IsLogging")


def _status(answer: Mapping[str, Json], place: Place, trail: Draft | None) -> Iterator[Draft]:
    assert trail is not None
    properties: dict[str, Json] = {"Arn": trail.arn}
    properties |= picked(
        answer, "LatestDeliveryError", "LatestDeliveryAttemptTime", "LatestCloudWatchLogsDeliveryError"
    )
    properties |= {name: answer[name].isoformat() for name in _TIMES if answer.get(name) is not None}
    id = f"{trail.id}/status"
    yield Draft(STATUS, id, trail.name, trail.arn, properties, owners=(trail.id,), region=trail.region)


def _subscriptions(page: Mapping[str, Json], place: Place, trail: Draft | None) -> Iterator[Draft]:
    assert trail is not None
    group = trail.properties["CloudWatchLogsLogGroupArn"].removesuffix(":*")
    for item in page.get("subscriptionFilters", ()):
        name = item["filterName"]
        properties = picked(
            item,
            FilterName="filterName",
            LogGroupName="logGroupName",
            FilterPattern="filterPattern",
            DestinationArn="destinationArn",
            RoleArn="roleArn",
            Distribution="distribution",
            ApplyOnTransformedLogs="applyOnTransformedLogs",
            FieldSelectionCriteria="fieldSelectionCriteria",
            EmitSystemFields="emitSystemFields",
        )
        id = f"{group}:subscription-filter:{name}"
        yield Draft(SUBSCRIPTION, id, name, id, properties, owners=(f"{group}:*",), region=trail.region)


def _selectors(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    return picked(answer, "EventSelectors", "AdvancedEventSelectors")


def _name(draft: Draft) -> dict[str, Json]:
    return {"Name": draft.arn}


def _stores(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    if answer.get("NextToken"):
        raise ValueError("more event data stores than one answer holds")
    for store in answer.get("EventDataStores", ()):
        arn = store["EventDataStoreArn"]
        yield Draft(STORE, arn, arn, arn, {"EventDataStoreArn": arn, **picked(store, "Name")})


def _store(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    is_stopped = answer["Status"] in ("STOPPING_INGESTION", "STOPPED_INGESTION", "PENDING_DELETION")
    return {"IngestionEnabled": not is_stopped, **picked(answer, *_STORE)}


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
        Call(
            "describe_subscription_filters",
            "logs:DescribeSubscriptionFilters",
            {
                SUBSCRIPTION: (
                    *(LIST, "FilterName", "LogGroupName", "FilterPattern", "DestinationArn", "RoleArn"),
                    *("Distribution", "ApplyOnTransformedLogs", "FieldSelectionCriteria", "EmitSystemFields"),
                )
            },
            of=TRAIL,
            client="logs",
            params=lambda draft: {"logGroupName": draft.context},
            when=lambda draft: draft.context != "",
            make=_subscriptions,
            paged=True,
            absent=("ResourceNotFoundException",),
            rest="logs:DescribeSubscriptionFilters is asked only for the log groups of trails",
        ),
        Call(
            "list_event_data_stores",
            "cloudtrail:ListEventDataStores",
            {STORE: (LIST, "EventDataStoreArn", "Name")},
            arguments={"MaxResults": 1000},
            make=_stores,
        ),
        Call(
            "get_event_data_store",
            "cloudtrail:GetEventDataStore",
            {STORE: (*_STORE, "IngestionEnabled")},
            of=STORE,
            params=lambda draft: {"EventDataStore": draft.arn},
            fill=_store,
            gone=("EventDataStoreNotFoundException",),
        ),
    ),
)
