"""AWS Config: the customer managed recorder of a region, its delivery channel, and whether it records.

https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationRecorder.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Hidden, Json, Reason

RECORDER = "AWS::Config::ConfigurationRecorder"
CHANNEL = "AWS::Config::DeliveryChannel"
STATUS = "Auditor::Config::RecorderStatus"

_NO_GROUP = Hidden(Reason.FAILED, "config:DescribeConfigurationRecorders gave no recording group")


def _id(item: Mapping[str, Json], type: str, place: Place) -> str:
    """Channels have no ARN, and recorders not everywhere."""
    return str(item.get("arn") or f"{place.account}/{place.region}/{type}/{item['name']}")


def _group(group: Mapping[str, Json]) -> dict[str, Json]:
    result = picked(
        group,
        AllSupported="allSupported",
        IncludeGlobalResourceTypes="includeGlobalResourceTypes",
        ResourceTypes="resourceTypes",
    )
    if "exclusionByResourceTypes" in group:
        excluded = group["exclusionByResourceTypes"].get("resourceTypes", [])
        result["ExclusionByResourceTypes"] = {"ResourceTypes": excluded}
    if "recordingStrategy" in group:
        result["RecordingStrategy"] = picked(group["recordingStrategy"], UseOnly="useOnly")
    return result


def _recorders(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for recorder in answer.get("ConfigurationRecorders", ()):
        id = _id(recorder, RECORDER, place)
        properties = picked(recorder, Name="name", RoleARN="roleARN")
        group = recorder.get("recordingGroup")
        properties["RecordingGroup"] = _NO_GROUP if group is None else _group(group)
        yield Draft(RECORDER, id, recorder["name"], id, properties)


def _statuses(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for status in answer.get("ConfigurationRecordersStatus", ()):
        recorder = _id(status, RECORDER, place)
        properties = picked(status, Name="name", Recording="recording", LastErrorCode="lastErrorCode")
        if status.get("lastStatus") is not None:
            # the service's model says Success, its answers say SUCCESS
            properties["LastStatus"] = status["lastStatus"].upper()
        yield Draft(STATUS, f"{recorder}/status", status["name"], recorder, properties, owners=(recorder,))


def _channels(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for channel in answer.get("DeliveryChannels", ()):
        id = _id(channel, CHANNEL, place)
        properties = picked(
            channel,
            Name="name",
            S3BucketName="s3BucketName",
            S3KeyPrefix="s3KeyPrefix",
            S3KmsKeyArn="s3KmsKeyArn",
            SnsTopicARN="snsTopicARN",
        )
        yield Draft(CHANNEL, id, channel["name"], id, properties)


SERVICE = Service(
    client="config",
    scope="regional",
    calls=(
        Call(
            "describe_configuration_recorders",
            "config:DescribeConfigurationRecorders",
            {RECORDER: (LIST, "Name", "RoleARN", "RecordingGroup")},
            make=_recorders,
        ),
        Call(
            "describe_configuration_recorder_status",
            "config:DescribeConfigurationRecorderStatus",
            {STATUS: (LIST, "Name", "Recording", "LastStatus", "LastErrorCode")},
            make=_statuses,
        ),
        Call(
            "describe_delivery_channels",
            "config:DescribeDeliveryChannels",
            {CHANNEL: (LIST, "Name", "S3BucketName", "S3KeyPrefix", "S3KmsKeyArn", "SnsTopicARN")},
            make=_channels,
        ),
    ),
)
