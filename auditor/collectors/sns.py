"""Amazon SNS: topics with their policies, and subscriptions without their endpoints (addresses, numbers, tokens).

https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

TOPIC = "AWS::SNS::Topic"
POLICY = "AWS::SNS::TopicPolicy"
SUBSCRIPTION = "AWS::SNS::Subscription"
STATUS = "Auditor::SNS::SubscriptionStatus"
_GONE = ("NotFound", "NotFoundException")


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


def _subscriptions(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    """Of one that is not confirmed, or deleted, AWS says so in the place of its ARN."""
    kept = place.kept("list_subscriptions", "Subscriptions")
    for item in page.get("Subscriptions", ()):
        topic, arn = item["TopicArn"], item["SubscriptionArn"]
        confirmed = arn.startswith("arn:")
        if not confirmed:  # told apart by nothing that may be kept, so they are counted
            alike = [each for each in kept if (each["TopicArn"], each["SubscriptionArn"]) == (topic, arn)]
            arn = f"{topic}/{arn}/{next(n for n, each in enumerate(alike, 1) if each is item)}"
        properties = picked(item, "TopicArn", "Protocol") | {"Arn": arn}
        yield Draft(SUBSCRIPTION, arn, arn, arn, properties, owners=(topic,), context=confirmed)
        status = {"Arn": arn, "Confirmed": confirmed}
        yield Draft(STATUS, f"{arn}/status", arn, arn, status, owners=(arn,))


def _filter(answer: Mapping[str, Json], draft: Draft) -> dict[str, Json]:
    attributes = answer["Attributes"]
    policy = attributes.get("FilterPolicy")
    found = {"FilterPolicy": json.loads(policy)} if policy else {}
    return found | picked(attributes, "FilterPolicyScope")


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
            gone=_GONE,
        ),
        Call(
            "list_subscriptions",
            "sns:ListSubscriptions",
            {SUBSCRIPTION: (LIST, "Arn", "TopicArn", "Protocol"), STATUS: (LIST, "Arn", "Confirmed")},
            make=_subscriptions,
            paged=True,
            keep=True,
        ),
        Call(
            "get_subscription_attributes",
            "sns:GetSubscriptionAttributes",
            {SUBSCRIPTION: ("FilterPolicy", "FilterPolicyScope")},
            of=SUBSCRIPTION,
            params=lambda draft: {"SubscriptionArn": draft.arn},
            fill=_filter,
            when=lambda draft: bool(draft.context),
            gone=_GONE,
        ),
    ),
)
