"""From an action to somebody who is told: a topic that admits the publisher and has a subscriber, or a function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.facts.base import View
from auditor.facts.detection import event_pattern
from auditor.facts.detection.admission import TOPIC, Publisher, invokes, publishes
from auditor.facts.detection.outcome import HOLDS, Outcome, any_of, behind, broken, then, unsure
from auditor.facts.detection.reading import maybe
from auditor.facts.iam.logic import F, T, Truth, U, every
from auditor.facts.values import flag
from auditor.model import HIDDEN, Hidden, Json, Reason, Resource

SUBSCRIPTION = "AWS::SNS::Subscription"
STATUS = "Auditor::SNS::SubscriptionStatus"
SUBSCRIPTION_READS = (("TopicArn",), ("FilterPolicy",), ("FilterPolicyScope",))
STATUS_READS = (("Arn",), ("Confirmed",))

# What an action does to a machine, an investigation or a record: it tells nobody. Others may, and are not followed.
_NOBODY = ("automate", "swf", "autoscaling", "ec2", "ssm", "aiops")
_RECORDS = ("logs",)
_UNSEEN = Hidden(Reason.UNRESOLVED, "what AWS writes into a message")


def reaches(
    arn: Json, link: str, owner: Resource, publisher: Publisher, messages: Sequence[Json], view: View
) -> Outcome:
    """What an action or target with this ARN does for the alarm or rule `owner`."""
    if not isinstance(arn, str):
        return unsure(link, arn, f"an action of {owner.name} is not known", owner.id)
    parts = arn.split(":", 5)
    service, region, account = (*parts, "", "", "", "", "", "")[2:5]
    if service == "lambda":
        return behind((arn,), invokes(arn, publisher, owner, view))
    if service != "sns":
        if service in (_NOBODY if link == "action" else _RECORDS):
            return broken(link, f"{arn} tells nobody", owner.id)
        return unsure(link, None, f"what {arn} does is not followed", owner.id)
    if account != owner.account:
        return unsure(link, None, f"the topic {arn} is of another account", owner.id)
    topic = next((each for each in view.related(TOPIC) if each.arn == arn and each.account == account), None)
    if topic is None:
        return any_of(
            maybe(link, view, TOPIC, owner, region), broken(link, f"the topic {arn} does not exist", owner.id)
        )
    return then(_standard(topic, link), lambda: behind((topic.id,), _told(topic, publisher, messages, view)))


def _standard(topic: Resource, link: str) -> Outcome:
    fifo = flag(topic.properties.get("FifoTopic"), False)
    if fifo is F:
        return HOLDS
    if fifo is T:
        return broken(link, f"the topic {topic.name} is a FIFO topic", topic.id, "/FifoTopic")
    value = topic.properties.get("FifoTopic")
    return unsure(link, value, f"whether {topic.name} is a FIFO topic is not known", topic.id, "/FifoTopic")


def _told(topic: Resource, publisher: Publisher, messages: Sequence[Json], view: View) -> Outcome:
    return then(publishes(topic, publisher, view), lambda: _subscribers(topic, messages, view))


def _subscribers(topic: Resource, messages: Sequence[Json], view: View) -> Outcome:
    def ways() -> Iterator[Outcome]:
        for each in view.related(SUBSCRIPTION):
            named = each.properties.get("TopicArn")
            if each.account == topic.account and named == topic.arn:
                yield behind((each.id,), _subscribed(each, messages, view))
            elif isinstance(named, HIDDEN) and each.account == topic.account:
                yield unsure("subscriber", named, f"the topic of {each.name} is not known", each.id, "/TopicArn")
        yield from maybe("subscriber", view, SUBSCRIPTION, topic, topic.region, topic.id)

    return any_of(ways(), broken("subscriber", f"nobody subscribes to the topic {topic.name}", topic.id))


def _subscribed(subscription: Resource, messages: Sequence[Json], view: View) -> Outcome:
    return then(_confirmed(subscription, view), lambda: _passes(subscription, messages))


def _confirmed(subscription: Resource, view: View) -> Outcome:
    owner = subscription.id

    def status() -> Iterator[Outcome]:
        for each in view.related(STATUS):
            if owner in each.owners or each.properties.get("Arn") == subscription.arn:
                value = each.properties.get("Confirmed")
                found = flag(value, False)
                if found is T:
                    yield HOLDS
                elif found is F:
                    yield broken("subscriber", f"the subscription {owner} is not confirmed", owner)
                else:
                    yield unsure("subscriber", value, f"whether {owner} is confirmed is not known", owner)
        yield from maybe("subscriber", view, STATUS, subscription, subscription.region, owner)

    return any_of(status(), unsure("subscriber", None, f"whether {owner} is confirmed is not known", owner))


def _passes(subscription: Resource, messages: Sequence[Json]) -> Outcome:
    """Whether the filter policy lets every message through. Alarms and rules send no message attributes."""
    policy, scope = subscription.properties.get("FilterPolicy"), subscription.properties.get("FilterPolicyScope")
    at = (subscription.id, "/FilterPolicy")
    if policy is None or policy == {}:
        return HOLDS
    try:
        found = _filtered(event_pattern.parse(policy), scope, messages)
    except event_pattern.Malformed:
        found = U
    if found is T:
        return HOLDS
    if found is F:
        return broken("subscriber", f"the filter of {subscription.id} keeps the message back", *at)
    value = next((each for each in (policy, scope) if isinstance(each, HIDDEN)), None)
    return unsure("subscriber", value, f"what the filter of {subscription.id} takes is not known", *at)


def _filtered(policy: Mapping[str, Json], scope: Json, messages: Sequence[Json]) -> Truth:
    attributes = event_pattern.matches(policy, {})
    body = every(event_pattern.matches(policy, message) for message in messages)
    if isinstance(scope, HIDDEN):
        return attributes if attributes is body else U
    return body if scope == "MessageBody" else attributes if scope in (None, "MessageAttributes") else U


def alarm_message(alarm: Resource) -> Json:
    """What an alarm sends, as far as it is known before.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-notification-formats.html
    """
    unseen = ("AlarmDescription", "NewStateReason", "StateChangeTime", "Region", "OldStateValue", "Trigger")
    return {
        "AlarmName": alarm.name,
        "AlarmArn": alarm.arn,
        "AWSAccountId": alarm.account,
        "NewStateValue": "ALARM",
        **dict.fromkeys((*unseen, "AlarmConfigurationUpdatedTimestamp", "OKActions", "AlarmActions"), _UNSEEN),
        **dict.fromkeys(("InsufficientDataActions", "AlarmContributorId", "AlarmContributorAttributes"), _UNSEEN),
    }
