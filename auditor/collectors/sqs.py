"""Amazon SQS: queues and their policies.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

QUEUE = "AWS::SQS::Queue"
POLICY = "AWS::SQS::QueuePolicy"


def _queues(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for url in page.get("QueueUrls", ()):
        name = url.rsplit("/", 1)[-1]
        arn = place.arn("sqs", name)
        yield Draft(QUEUE, arn, url, arn, {"QueueUrl": url, "QueueName": name, "Arn": arn})


def _attributes(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    """Attributes are texts, also those that CloudFormation types."""
    attributes = answer["Attributes"]
    fifo = {"FifoQueue": True} if attributes.get("FifoQueue") == "true" else {}
    managed = {name: attributes[name] == "true" for name in ("SqsManagedSseEnabled",) if name in attributes}
    return picked(attributes, "KmsMasterKeyId") | fifo | managed


def _policy(answer: Mapping[str, Json], place: Place, queue: Draft | None) -> Iterator[Draft]:
    assert queue is not None
    text = answer["Attributes"].get("Policy")
    if text:
        id = f"{queue.arn}/policy"
        properties = {"Queues": [queue.name], "PolicyDocument": json.loads(text)}
        yield Draft(POLICY, id, queue.name, id, properties, owners=(queue.id,))


SERVICE = Service(
    client="sqs",
    scope="regional",
    calls=(
        Call(
            "list_queues",
            "sqs:ListQueues",
            {QUEUE: (LIST, "QueueUrl", "QueueName", "Arn")},
            arguments={"PaginationConfig": {"PageSize": 1000}},  # without a size AWS tells of no second page
            make=_queues,
            paged=True,
        ),
        Call(
            "get_queue_attributes",
            "sqs:GetQueueAttributes",
            {
                QUEUE: ("KmsMasterKeyId", "SqsManagedSseEnabled", "FifoQueue"),
                POLICY: (LIST, "Queues", "PolicyDocument"),
            },
            of=QUEUE,
            # by name, AWS refuses those that a queue of this kind does not have
            params=lambda draft: {"QueueUrl": draft.name, "AttributeNames": ["All"]},
            fill=_attributes,
            make=_policy,
            gone=("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
        ),
    ),
)
