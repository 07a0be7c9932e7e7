"""Amazon Data Firehose: delivery streams and the bucket to which they deliver.

Of other destinations (search domains, warehouses, HTTP endpoints) nothing is kept: their settings may hold credentials.
https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeliveryStreamDescription.html
https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationDescription.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

STREAM = "AWS::KinesisFirehose::DeliveryStream"
_BUCKET = "ExtendedS3DestinationConfiguration"


def _streams(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    if answer.get("HasMoreDeliveryStreams"):  # botocore has no paginator for this call
        raise ValueError("more delivery streams than one answer holds")
    for name in answer.get("DeliveryStreamNames", ()):
        arn = place.arn("firehose", f"deliverystream/{name}")
        yield Draft(STREAM, arn, name, arn, {"DeliveryStreamName": name, "Arn": arn})


def _stream(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    found = answer["DeliveryStreamDescription"]
    properties = picked(found, "DeliveryStreamType")
    for destination in found.get("Destinations", ()):
        if "ExtendedS3DestinationDescription" in destination:
            properties[_BUCKET] = _bucket(destination["ExtendedS3DestinationDescription"])
    return properties


def _bucket(description: Mapping[str, Json]) -> dict[str, Json]:
    """Of the processors the kinds: their parameters are free text."""
    made = picked(description, "BucketARN", "RoleARN", "Prefix", "CompressionFormat", "EncryptionConfiguration")
    processing = description.get("ProcessingConfiguration")
    if processing:
        kinds = [picked(each, "Type") for each in processing.get("Processors", ())]
        made["ProcessingConfiguration"] = picked(processing, "Enabled") | {"Processors": kinds}
    return made


SERVICE = Service(
    client="firehose",
    scope="regional",
    calls=(
        Call(
            "list_delivery_streams",
            "firehose:ListDeliveryStreams",
            {STREAM: (LIST, "DeliveryStreamName", "Arn")},
            arguments={"Limit": 10_000},
            make=_streams,
        ),
        Call(
            "describe_delivery_stream",
            "firehose:DescribeDeliveryStream",
            {STREAM: ("DeliveryStreamType", _BUCKET)},
            of=STREAM,
            params=lambda draft: {"DeliveryStreamName": draft.name},
            fill=_stream,
            gone=("ResourceNotFoundException",),
        ),
    ),
)
