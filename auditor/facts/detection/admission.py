"""Whether the documents of a topic, a key or a function let a service of AWS in.

The admission of a key is a small reading of its own; where it is computed as a fact, that one decides.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from auditor.facts.base import View
from auditor.facts.detection.outcome import HOLDS, Outcome, broken, unsure
from auditor.facts.detection.reading import not_listed
from auditor.facts.iam.document import parse, statement_doubt
from auditor.facts.iam.logic import F, T, Truth, every, some
from auditor.facts.iam.match import Caller, Request, decides
from auditor.facts.iam.operators import Values
from auditor.facts.located import located
from auditor.facts.values import flag
from auditor.model import HIDDEN, Hidden, Json, Resource

TOPIC = "AWS::SNS::Topic"
TOPIC_POLICY = "AWS::SNS::TopicPolicy"
KEY = "AWS::KMS::Key"
REPLICA = "AWS::KMS::ReplicaKey"
ALIAS = "AWS::KMS::Alias"
PERMISSION = "AWS::Lambda::Permission"
FUNCTION_POLICY = "AWS::Lambda::ResourcePolicy"

_FUNCTION = re.compile(r"(arn:[^:]*:lambda:([^:]*):([^:]*):function:([^:]+))(:[^:]+)?")
_KEY_ARN = re.compile(r"arn:[^:]*:kms:([^:]*):([^:]*):(.+)")
_UNKNOWN_KEYS = ("aws:sourceorgid", "aws:sourceorgpaths", "kms:viaservice", "kms:calleraccount")


class Publisher(msgspec.Struct, frozen=True):
    """A service that acts for a resource of the account. EventBridge sends no source keys to SNS and KMS."""

    service: str
    source: str  # the ARN of the alarm or rule
    account: str
    tells_source: bool

    def context(self, told: bool | None = None) -> Mapping[str, Values | None]:
        context: dict[str, Values | None] = {
            "aws:securetransport": ("true",),
            "aws:principalisawsservice": ("true",),
            "aws:principalservicename": (self.service,),
        }
        if self.tells_source if told is None else told:
            context |= dict.fromkeys(_UNKNOWN_KEYS)
            context |= {"aws:sourcearn": (self.source,), "aws:sourceaccount": (self.account,)}
            context["aws:sourceowner"] = (self.account,)
        return context


def alarms(alarm: Resource) -> Publisher:
    return Publisher("cloudwatch.amazonaws.com", alarm.arn, alarm.account, True)


def rules(rule: Resource) -> Publisher:
    return Publisher("events.amazonaws.com", rule.arn, rule.account, False)


def admits(
    documents: Sequence[Json], caller: Caller, action: str, resource: str, context: Mapping[str, Values | None]
) -> Truth:
    """Whether one of several documents lets the call pass."""
    request = Request(caller, action, resource, context)
    return some(decides(parse(document), request) for document in documents)


def publishes(topic: Resource, publisher: Publisher, view: View) -> Outcome:
    """The link of the topic: its policy and its key let the publisher in."""
    policies = [each for each in view.related(TOPIC_POLICY) if topic.id in each.owners or _names(each, topic)]
    gap = not_listed(view, TOPIC_POLICY, topic, topic.region, topic.id)
    nameless = [each.properties.get("Topics") for each in view.related(TOPIC_POLICY) if not each.owners]
    unseen = next((topics for topics in nameless if isinstance(topics, HIDDEN)), None)
    if not policies and unseen is not None:
        policy = unsure("publisher", unseen, f"the policy of {topic.name} is not known", topic.id)
    elif not policies and gap is not None:
        policy = unsure(
            "publisher", Hidden(gap.reason, gap.detail), f"the policy of {topic.name} is not known", topic.id
        )
    else:
        policy = _topic_policy(topic, policies, publisher)
    if policy.truth is F:
        return policy
    key = _key(topic, publisher, view)
    return policy if key.truth is T or (key.truth is not F and policy.truth is not T) else key


def _names(policy: Resource, topic: Resource) -> bool:
    topics = policy.properties.get("Topics")
    return isinstance(topics, list | tuple) and topic.arn in topics


def _topic_policy(topic: Resource, policies: Sequence[Resource], publisher: Publisher) -> Outcome:
    if not policies:  # the default policy lets the account's own alarms in, and no other service
        if publisher.tells_source:
            return HOLDS
        return broken("publisher", f"the topic {topic.name} does not admit {publisher.service}", topic.id)
    documents = [each.properties.get("PolicyDocument") for each in policies]
    service = Caller("service", names=(publisher.service,))
    found = admits(documents, service, "sns:Publish", topic.arn, publisher.context())
    if found is T:
        return HOLDS
    owner = Caller("user", publisher.account, f"arn:aws:iam::{publisher.account}:root")
    as_owner = admits(documents, owner, "sns:Publish", topic.arn, publisher.context())
    at = (policies[0].id, "/PolicyDocument")
    if found is F and (as_owner is F or not publisher.tells_source):
        return broken("publisher", f"the topic {topic.name} does not admit {publisher.service}", *at)
    why = f"whether the topic {topic.name} admits {publisher.service} is not known"
    return unsure("publisher", _cause(documents), why, *at)


def _cause(documents: Sequence[Json]) -> Json:
    for document in documents:
        if isinstance(document, HIDDEN):
            return document
        for statement in parse(document).statements:
            if (doubt := statement_doubt(statement)) is not None:
                return doubt
    return None


def _key(topic: Resource, publisher: Publisher, view: View) -> Outcome:
    named = topic.properties.get("KmsMasterKeyId")
    at = (topic.id, "/KmsMasterKeyId")
    if named is None or named == "":
        return HOLDS
    if not isinstance(named, str):
        return unsure("publisher", named, f"the key of {topic.name} is not known", *at)
    match = _KEY_ARN.fullmatch(named)
    if match and (match[1], match[2]) != (topic.region, topic.account):
        return unsure("publisher", None, f"the key of {topic.name} is of another account or region", *at)
    name = match[3].removeprefix("key/") if match else named
    if name == "alias/aws/sns":
        return broken("publisher", f"the key alias/aws/sns of {topic.name} shuts {publisher.service} out", *at)
    if name.startswith("alias/"):
        aliases = [each for each in located(view, ALIAS, (topic.account, topic.region)) if each.name == name]
        target = aliases[0].properties.get("TargetKeyId") if aliases else None
        if not isinstance(target, str):
            gap = not_listed(view, ALIAS, topic, topic.region)
            why = target if aliases else Hidden(gap.reason, gap.detail) if gap else None
            if not aliases and gap is None:
                return broken("publisher", f"the key {name} of {topic.name} does not exist", *at)
            return unsure("publisher", why, f"the key behind {name} is not known", *at)
        name = target.rsplit("/", 1)[-1]
    keys = [each for type in (KEY, REPLICA) for each in located(view, type, (topic.account, topic.region))]
    for key in keys:
        if key.name == name:
            return _admitted(key, topic, publisher)
    for type in (KEY, REPLICA):
        if (gap := not_listed(view, type, topic, topic.region)) is not None:
            return unsure("publisher", Hidden(gap.reason, gap.detail), f"the key of {topic.name} is not known", *at)
    return broken("publisher", f"the key of {topic.name} is no customer key of the account", *at)


def _admitted(key: Resource, topic: Resource, publisher: Publisher) -> Outcome:
    enabled = flag(key.properties.get("Enabled"), True)
    if enabled is F:
        return broken("publisher", f"the key of {topic.name} is off", key.id, "/Enabled")
    document = key.properties.get("KeyPolicy")
    context = {**publisher.context(), "kms:encryptioncontext:aws:sns:topicarn": (topic.arn,)}
    service = Caller("service", names=(publisher.service,))
    calls = ("kms:GenerateDataKey", "kms:Decrypt")
    found = every(admits([document], service, call, key.arn, context) for call in calls)
    if found is F:
        return broken("publisher", f"the key of {topic.name} shuts {publisher.service} out", key.id, "/KeyPolicy")
    if min(found, enabled) is T:
        return HOLDS
    value = _cause([document]) if enabled is T else key.properties.get("Enabled")
    return unsure(
        "publisher", value, f"whether the key of {topic.name} admits {publisher.service}", key.id, "/KeyPolicy"
    )


def invokes(function: str, publisher: Publisher, owner: Resource, view: View) -> Outcome:
    """The link of a function, a version or an alias: a permission lets the service call it.

    One without any permission may not even exist.
    """
    match = _FUNCTION.fullmatch(function.removesuffix(":$LATEST"))
    if match is None or match[3] != owner.account:
        return unsure("publisher", None, f"the function {function} is of another account")
    arn, region, name = match[1], match[2], match[4] + (match[5] or "")
    documents = list(_of_function(region, name, owner, view))
    service = Caller("service", names=(publisher.service,))
    found = admits(documents, service, "lambda:InvokeFunction", match[0], publisher.context(told=True))
    if found is T:
        return HOLDS
    for type in (PERMISSION, FUNCTION_POLICY):
        if (gap := not_listed(view, type, owner, region, arn)) is not None:
            return unsure("publisher", Hidden(gap.reason, gap.detail), f"who may call {name} is not known")
    if found is F:
        return broken("publisher", f"the function {name} does not admit {publisher.service}")
    return unsure("publisher", _cause(documents), f"whether {name} admits {publisher.service} is not known")


def _of_function(region: str, name: str, owner: Resource, view: View) -> Iterator[Json]:
    """The documents that speak of a function; a hidden one where that is not known."""
    for policy in located(view, FUNCTION_POLICY, (owner.account, region)):
        of = _function_of(policy.properties.get("ResourceArn"))
        if of == name or of is None:
            yield policy.properties.get("PolicyDocument") if of else policy.properties.get("ResourceArn")
    for permission in located(view, PERMISSION, (owner.account, region)):
        of = _function_of(permission.properties.get("FunctionName"))
        if of == name or of is None:
            yield _written(permission) if of else permission.properties.get("FunctionName")


def _function_of(named: Json) -> str | None:
    """A name with its qualifier, from a name or an ARN, whole or in part."""
    return named.rsplit("function:", 1)[-1].removesuffix(":$LATEST") if isinstance(named, str) else None


def _written(permission: Resource) -> Json:
    """The document that Lambda writes for a permission."""
    get = permission.properties.get
    arn, account, organization = (get(name) for name in ("SourceArn", "SourceAccount", "PrincipalOrgID"))
    for value in (arn, account, organization):
        if isinstance(value, HIDDEN):  # it may be absent
            return value
    conditions: dict[str, dict[str, Json]] = {}
    if arn is not None:
        conditions["ArnLike"] = {"aws:SourceArn": arn}
    for key, value in (("aws:SourceAccount", account), ("aws:PrincipalOrgID", organization)):
        if value is not None:
            conditions.setdefault("StringEquals", {})[key] = value
    statement = {"Effect": "Allow", "Principal": {"Service": get("Principal")}, "Action": get("Action")}
    return {"Version": "2012-10-17", "Statement": {**statement, "Resource": "*", "Condition": conditions}}
