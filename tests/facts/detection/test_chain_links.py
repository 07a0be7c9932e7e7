"""detect.chain link by link: what topics, keys, functions, composite alarms, filters and event rules must be."""

from __future__ import annotations

from typing import Any

import pytest
from chains import ACCOUNT, HERE, TOPIC, resource, ways, working

from auditor.model import Hidden, Reason, Resource

ALARM, COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
FILTER, SUBSCRIPTION, TOPICS = "AWS::Logs::MetricFilter", "AWS::SNS::Subscription", "AWS::SNS::Topic"
POLICY, KEY, REPLICA, ALIAS = "AWS::SNS::TopicPolicy", "AWS::KMS::Key", "AWS::KMS::ReplicaKey", "AWS::KMS::Alias"
PERMISSION, FUNCTION_POLICY = "AWS::Lambda::Permission", "AWS::Lambda::ResourcePolicy"
FUNCTION = f"arn:aws:lambda:{HERE}:{ACCOUNT}:function:tell"
UNSEEN = Hidden(Reason.DENIED, "hidden")
HOLDS, OPEN = "", "?"
CLOUDWATCH, EVENTS, LAMBDA_ALARMS = (
    f"{name}.amazonaws.com" for name in ("cloudwatch", "events", "lambda.alarms.cloudwatch")
)


def changed(type: str, **changes: Any) -> list[Resource]:
    return [
        resource(each.type, each.name, {**each.properties, **changes}, each.arn, each.owners)
        if each.type == type
        else each
        for each in working()
    ]


def said(held: list[Resource], way: str = "filters") -> str:
    """The first broken link; HOLDS, or OPEN."""
    value, unknown = ways(held)
    if way in unknown:
        return OPEN
    return HOLDS if value[way]["complete"] else str(value[way]["link"])


@pytest.mark.parametrize(
    ("type", "changes", "expected"),
    [
        (FILTER, {"LogGroupName": "other"}, "filter"),
        (FILTER, {"LogGroupName": UNSEEN}, OPEN),
        (FILTER, {"ApplyOnTransformedLogs": True}, OPEN),
        (FILTER, {"FieldSelectionCriteria": "@aws.region = us-east-1"}, OPEN),
        (FILTER, {"EmitSystemFieldDimensions": ["@aws.region"]}, "alarm"),
        (FILTER, {"MetricTransformations": []}, "metric"),
        (ALARM, {"AlarmActions": []}, "action"),
        (ALARM, {"AlarmActions": UNSEEN}, OPEN),
        (ALARM, {"AlarmActions": [f"arn:aws:automate:{HERE}:ec2:reboot"]}, "action"),
        (ALARM, {"AlarmActions": [f"arn:aws:ssm:{HERE}:{ACCOUNT}:opsitem:3"]}, "action"),
        (ALARM, {"AlarmActions": [f"arn:aws:ssm-incidents::{ACCOUNT}:responseplan/p"]}, OPEN),
        (ALARM, {"AlarmActions": [f"arn:aws:sns:{HERE}:444455556666:theirs"]}, OPEN),
        (ALARM, {"AlarmActions": [f"arn:aws:automate:{HERE}:ec2:reboot", TOPIC]}, HOLDS),
        (TOPICS, {"FifoTopic": True}, "action"),
        (SUBSCRIPTION, {"FilterPolicy": {"severity": ["high"]}}, "subscriber"),
        (SUBSCRIPTION, {"FilterPolicy": {"severity": [{"exists": False}]}}, HOLDS),
        (SUBSCRIPTION, {"FilterPolicy": UNSEEN}, OPEN),
        (SUBSCRIPTION, {"FilterPolicy": {"AlarmName": ["root"]}, "FilterPolicyScope": "MessageBody"}, HOLDS),
        (SUBSCRIPTION, {"FilterPolicy": {"AlarmName": ["x"]}, "FilterPolicyScope": "MessageBody"}, "subscriber"),
        (SUBSCRIPTION, {"FilterPolicy": {"Region": ["x"]}, "FilterPolicyScope": "MessageBody"}, OPEN),
        (SUBSCRIPTION, {"FilterPolicy": {"AlarmName": ["root"]}, "FilterPolicyScope": UNSEEN}, OPEN),
        (SUBSCRIPTION, {"TopicArn": f"{TOPIC}2"}, "subscriber"),
    ],
)
def test_a_link_of_the_chain(type: str, changes: dict[str, Any], expected: str) -> None:
    assert said(changed(type, **changes)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, HOLDS),
        ({"ActionsEnabled": False}, "action"),
        ({"AlarmActions": []}, "action"),
        ({"AlarmRule": "ALARM(other)"}, "action"),
        ({"AlarmRule": "ALARM(root) AND ALARM(other)"}, OPEN),
        ({"ActionsSuppressor": "quiet"}, OPEN),
    ],
)
def test_a_composite_alarm_acts_for_one_without_actions(changes: dict[str, Any], expected: str) -> None:
    composite = {"AlarmRule": "ALARM(root) OR ALARM(other)", "AlarmActions": [TOPIC], **changes}
    assert said([*changed(ALARM, AlarmActions=[]), resource(COMPOSITE, "any", composite)]) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Status": "SCHEDULED"}, OPEN),
        ({"Status": "ACTIVE"}, OPEN),
        ({"Status": "EXPIRED"}, HOLDS),
        ({"Status": UNSEEN}, OPEN),
        ({"MuteTargets": {"AlarmNames": ["other"]}}, HOLDS),
        ({"MuteTargets": UNSEEN}, OPEN),
        ({"MuteTargets": UNSEEN, "Status": "EXPIRED"}, HOLDS),
        ({"MuteTargets": {}}, HOLDS),
        ({"MuteTargets": {"AlarmNames": True}}, OPEN),
    ],
)
def test_a_mute_rule_covers_the_alarms_that_it_names(changes: dict[str, Any], expected: str) -> None:
    mute = {"Status": "ACTIVE", "MuteTargets": {"AlarmNames": ["root"]}, **changes}
    assert said([*working(), resource("AWS::CloudWatch::AlarmMuteRule", "night", mute)]) == expected


def test_muting_a_part_of_a_composite_alarm_does_not_mute_the_composite() -> None:
    composite = resource(COMPOSITE, "any", {"AlarmRule": "ALARM(root)", "AlarmActions": [TOPIC]})
    mute = {"Status": "ACTIVE", "MuteTargets": {"AlarmNames": ["root"]}}
    held = [*changed(ALARM, AlarmActions=[]), composite]
    assert said([*held, resource("AWS::CloudWatch::AlarmMuteRule", "night", mute)]) == HOLDS
    mute = {"Status": "ACTIVE", "MuteTargets": {"AlarmNames": ["any"]}}
    assert said([*held, resource("AWS::CloudWatch::AlarmMuteRule", "night", mute)]) == OPEN


def statement(service: str, action: str = "sns:Publish", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": "*", **more}


def source(**values: str) -> dict[str, Any]:
    return {"Condition": {"StringEquals": {f"aws:{name}": value for name, value in values.items()}}}


DEFAULT = {
    "Effect": "Allow",
    "Principal": {"AWS": "*"},
    "Action": ["SNS:Publish", "SNS:Subscribe"],
    "Resource": TOPIC,
    "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT}},
}
NO_PLAIN_TEXT = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sns:Publish",
    "Resource": TOPIC,
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
OWNER = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sns:*", "Resource": "*"}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([DEFAULT], HOLDS),
        ([statement(CLOUDWATCH)], HOLDS),
        ([statement(CLOUDWATCH), NO_PLAIN_TEXT], HOLDS),
        ([statement(CLOUDWATCH, **source(SourceAccount=ACCOUNT))], HOLDS),
        ([statement(CLOUDWATCH, **source(SourceAccount="444455556666"))], "publisher"),
        ([statement(CLOUDWATCH, **source(SourceOrgID="o-1"))], OPEN),
        ([statement(CLOUDWATCH, "sns:Subscribe")], "publisher"),
        ([statement(EVENTS)], "publisher"),
        ([statement(CLOUDWATCH), {**statement(CLOUDWATCH), "Effect": "Deny"}], "publisher"),
        ([OWNER], OPEN),
        ([], "publisher"),
    ],
)
def test_the_policy_of_the_topic_lets_alarms_in(statements: list[Any], expected: str) -> None:
    properties = {"Topics": [TOPIC], "PolicyDocument": {"Statement": statements}}
    assert said([*working(), resource(POLICY, "p", properties, owners=(TOPIC,))]) == expected


def key(type: str = KEY, calls: Any = ("kms:Decrypt", "kms:GenerateDataKey*"), **more: Any) -> Resource:
    document = {"Statement": [statement(CLOUDWATCH, list(calls))]}
    return resource(type, "k1", {"Enabled": True, "KeyPolicy": document, **more})


@pytest.mark.parametrize(
    ("named", "held", "expected"),
    [
        ("k1", [key()], HOLDS),
        (f"arn:aws:kms:{HERE}:{ACCOUNT}:key/k1", [key()], HOLDS),
        ("k1", [key(REPLICA)], HOLDS),
        ("k1", [key(REPLICA, Enabled=False)], "publisher"),
        ("k1", [key(Enabled=False)], "publisher"),
        ("k1", [key(Enabled=UNSEEN)], OPEN),
        ("k1", [key(KeyPolicy=UNSEEN)], OPEN),
        ("k1", [key(calls=["kms:Decrypt"])], "publisher"),
        ("k2", [key()], "publisher"),
        ("alias/a", [key(), resource(ALIAS, "alias/a", {"TargetKeyId": "k1"})], HOLDS),
        ("alias/a", [key(), resource(ALIAS, "alias/a", {"TargetKeyId": "k2"})], "publisher"),
        ("alias/a", [key(), resource(ALIAS, "alias/a", {"TargetKeyId": UNSEEN})], OPEN),
        ("alias/a", [key()], "publisher"),
        ("alias/aws/sns", [], "publisher"),
        (f"arn:aws:kms:{HERE}:444455556666:key/k1", [key()], OPEN),
        (UNSEEN, [key()], OPEN),
    ],
)
def test_the_key_of_the_topic_lets_alarms_in(named: Any, held: list[Resource], expected: str) -> None:
    assert said([*changed(TOPICS, KmsMasterKeyId=named), *held]) == expected


def permission(**changes: Any) -> Resource:
    invoke = {"FunctionName": "tell", "Action": "lambda:InvokeFunction", "Principal": LAMBDA_ALARMS}
    return resource(PERMISSION, "p", {**invoke, **changes})


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([permission()], HOLDS),
        ([permission(SourceAccount=ACCOUNT)], HOLDS),
        ([permission(FunctionName=FUNCTION)], HOLDS),
        ([permission(SourceAccount="444455556666")], "publisher"),
        ([permission(Principal=CLOUDWATCH)], "publisher"),
        ([permission(FunctionName="other")], "publisher"),
        ([permission(Principal=UNSEEN)], OPEN),
        ([permission(FunctionName=UNSEEN)], OPEN),
        ([permission(PrincipalOrgID=UNSEEN)], OPEN),
        ([permission(FunctionName="tell:prod")], "publisher"),
        ([permission(FunctionName="tell2")], "publisher"),
        ([], "publisher"),
        (
            [
                resource(
                    FUNCTION_POLICY,
                    "fp",
                    {
                        "ResourceArn": FUNCTION,
                        "PolicyDocument": {"Statement": statement(LAMBDA_ALARMS, "lambda:Invoke*")},
                    },
                )
            ],
            HOLDS,
        ),
    ],
)
def test_a_function_lets_alarms_in(held: list[Resource], expected: str) -> None:
    assert said([*changed(ALARM, AlarmActions=[FUNCTION]), *held]) == expected


BUS = f"arn:aws:events:{HERE}:{ACCOUNT}:event-bus/own"
ADMITS_EVENTS = resource(POLICY, "p", {"Topics": [TOPIC], "PolicyDocument": {"Statement": [statement(EVENTS)]}})
REGION = resource("Auditor::Account::Region", HERE, {"RegionName": HERE})


def rule(name: str = "root", target: Any = TOPIC, **changes: Any) -> Resource:
    plain = {
        "EventBusName": "default",
        "State": "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
        "EventPattern": {"detail": {"userIdentity": {"type": ["Root"]}}},
        "Targets": [{"Id": "1", "Arn": target}],
    }
    return resource("AWS::Events::Rule", name, {**plain, **changes})


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([rule()], HOLDS),
        ([rule(State="ENABLED")], "rule"),
        ([rule(State="DISABLED")], "rule"),
        ([rule(State=UNSEEN)], OPEN),
        ([rule(EventPattern=UNSEEN)], OPEN),
        ([rule(EventPattern={"detail": {"recipientAccountId": [{"exists": True}]}})], "rule"),
        ([rule(EventPattern={"detail": {"userIdentity": {"type": ["IAMUser"]}}})], "rule"),
        ([rule(EventPattern=None, ScheduleExpression="rate(1 day)")], "rule"),
        (
            [
                rule("writes", EventPattern={"source": ["aws.iam"], "detail": {"userIdentity": {"type": ["Root"]}}}),
                rule("reads", EventPattern={"source": ["aws.s3"], "detail": {"userIdentity": {"type": ["Root"]}}}),
            ],
            HOLDS,
        ),
        ([rule(EventBusName="own")], "rule"),
        ([rule(EventBusName=UNSEEN)], OPEN),
        ([rule(Targets=[])], "target"),
        ([rule(Targets=UNSEEN)], OPEN),
        ([rule(target=f"arn:aws:logs:{HERE}:{ACCOUNT}:log-group:events")], "target"),
        ([rule(target=f"arn:aws:events:{HERE}:{ACCOUNT}:api-destination/pager/1")], OPEN),
        ([rule(target=f"arn:aws:sqs:{HERE}:{ACCOUNT}:queue")], OPEN),
        ([rule(target=FUNCTION), permission(Principal=EVENTS)], HOLDS),
        ([rule(target=FUNCTION), permission()], "publisher"),
        ([rule("forward", BUS), rule(EventBusName="own")], HOLDS),
        ([rule("forward", BUS), rule("again", BUS, EventBusName="own")], "target"),
        ([rule("forward", f"arn:aws:events:{HERE}:444455556666:event-bus/default")], OPEN),
        ([], "rule"),
    ],
)
def test_event_rules(held: list[Resource], expected: str) -> None:
    assert said([*working(), REGION, ADMITS_EVENTS, *held], "rules") == expected


def test_a_topic_that_admits_events_only_by_their_source_admits_none() -> None:
    limited = {"Topics": [TOPIC], "PolicyDocument": {"Statement": [statement(EVENTS, **source(SourceAccount=ACCOUNT))]}}
    assert said([*working(), REGION, resource(POLICY, "p", limited), rule()], "rules") == "publisher"


def test_every_enabled_region_wants_a_rule_and_a_trail_that_logs() -> None:
    other = resource("Auditor::Account::Region", "us-east-1", {"RegionName": "us-east-1"})
    assert said([*working(), REGION, other, ADMITS_EVENTS, rule()], "rules") == "rule"
    stopped = changed("AWS::CloudTrail::Trail", IsLogging=False)
    assert said([*stopped, REGION, ADMITS_EVENTS, rule()], "rules") == "trail"


def test_an_alias_wants_a_permission_of_its_own() -> None:
    held = changed(ALARM, AlarmActions=[f"{FUNCTION}:prod"])
    assert said([*held, permission()]) == "publisher"
    assert said([*held, permission(FunctionName="tell:prod")]) == HOLDS


def test_a_topic_policy_whose_topic_is_not_seen_may_be_this_ones() -> None:
    held = [*working(), resource(POLICY, "p", {"Topics": UNSEEN, "PolicyDocument": {"Statement": []}})]
    assert said(held) == OPEN
