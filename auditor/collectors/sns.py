"""Amazon SNS: topics and their policies.

https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

TOPIC = "AWS::SNS::Topic"
POLICY = "AWS::SNS::TopicPolicy"


def _topics(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for topic in page.get("Topics", ()):
        arn = topic["TopicArn"]
        yield Draft(TOPIC, arn, arn, arn, {"TopicArn": arn, "TopicName": arn.rsplit(":", 1)[-1]})


def _attributes(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    """Attributes are texts, also those that CloudFormation types."""
    attributes = answer["Attributes"]
    fifo = {"FifoTopic": True} if attributes.get("FifoTopic") == "true" else {}
    return picked(attributes, "DisplayName", "KmsMasterKeyId", "SignatureVersion", "TracingConfig") | fifo


def _policy(answer: Mapping[str, Json], place: Place, topic: Draft | None) -> Iterator[Draft]:
    assert topic is not None
    text = answer["Attributes"].get("Policy")
    if text:
        id = f"{topic.arn}/policy"
        properties = {"Topics": [topic.arn], "PolicyDocument": json.loads(text)}
        yield Draft(POLICY, id, topic.name, id, properties, owners=(topic.id,))


SERVICE = Service(
    client="sns",
    scope="regional",
    calls=(
        Call("list_topics", "sns:ListTopics", {TOPIC: (LIST, "TopicArn", "TopicName")}, make=_topics, paged=True),
        Call(
            "get_topic_attributes",
            "sns:GetTopicAttributes",
            {
                TOPIC: ("DisplayName", "FifoTopic", "KmsMasterKeyId", "SignatureVersion", "TracingConfig"),
                POLICY: (LIST, "Topics", "PolicyDocument"),
            },
            of=TOPIC,
            params=lambda draft: {"TopicArn": draft.arn},
            fill=_attributes,
            make=_policy,
            gone=("NotFound", "NotFoundException"),
        ),
    ),
)
