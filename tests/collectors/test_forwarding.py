"""What carries logs on: subscriptions of groups and accounts, delivery streams, centralization rules, mute rules."""

from __future__ import annotations

import json
from typing import Any

import pytest
from offline import refused, running

from auditor.collectors import cloudtrail, cloudwatch, firehose, logs, observabilityadmin
from auditor.model import Hidden, Reason, Resource

ACCOUNT, HERE = "111122223333", "eu-west-1"
GROUP = f"arn:aws:logs:{HERE}:{ACCOUNT}:log-group:trail:*"
TRAILS = [
    {"Name": name, "TrailARN": f"arn:aws:cloudtrail:{HERE}:{ACCOUNT}:trail/{name}", "HomeRegion": HERE, **group}
    for name, group in (
        ("main", {"CloudWatchLogsLogGroupArn": GROUP}),
        ("twin", {"CloudWatchLogsLogGroupArn": GROUP}),
        ("plain", {}),
        ("foreign", {"CloudWatchLogsLogGroupArn": GROUP.replace(ACCOUNT, "999988887777")}),
    )
]
FILTER = {
    "filterName": "all",
    "logGroupName": "trail",
    "filterPattern": "",
    "destinationArn": "arn:aws:logs:eu-west-1:444455556666:destination:archive",
}


def collected(answers: dict[str, Any], reads: dict[str, Any]) -> tuple[Any, dict[str, list[Resource]], list[Any]]:
    """The run, what it found by type, and the calls with their arguments."""
    asked: list[Any] = []

    def answer(service: str, region: str, operation: str, arguments: dict[str, Any]) -> Any:
        asked.append((service, operation, arguments))
        said = answers[operation]
        if isinstance(said, Exception):
            raise said
        return said

    run = running(answer, reads)
    found: dict[str, list[Resource]] = {}
    for resource in run.resources():
        found.setdefault(resource.type, []).append(resource)
    return run, found, asked


SUBSCRIPTIONS = {cloudtrail.SUBSCRIPTION: ((), ("FilterPattern",), ("DestinationArn",))}


def test_only_the_groups_of_trails_are_asked_for_their_filters_and_each_once() -> None:
    answers = {
        "describe_trails": {"trailList": TRAILS},
        "describe_subscription_filters": {"subscriptionFilters": [FILTER]},
    }
    run, found, asked = collected(answers, SUBSCRIPTIONS)
    (one,) = found[cloudtrail.SUBSCRIPTION]
    assert (one.name, one.owners, one.region) == ("all", (GROUP,), HERE)
    assert one.properties["DestinationArn"] == FILTER["destinationArn"] and one.properties["FilterPattern"] == ""
    assert [call for call in asked if call[0] == "logs"] == [
        ("logs", "describe_subscription_filters", {"logGroupName": "trail"})
    ]
    (rest,) = run.gaps  # that other groups have none is not known
    assert (rest.type, rest.id, rest.reason) == (cloudtrail.SUBSCRIPTION, None, Reason.UNSUPPORTED)
    assert "only for the log groups of trails" in rest.detail


def test_filters_that_were_refused_are_a_gap_of_their_trail() -> None:
    answers = {
        "describe_trails": {"trailList": TRAILS},
        "describe_subscription_filters": refused("DescribeSubscriptionFilters", "AccessDeniedException"),
    }
    run, found, _ = collected(answers, SUBSCRIPTIONS)
    assert not found.get(cloudtrail.SUBSCRIPTION)
    (gap,) = [gap for gap in run.gaps if gap.reason is Reason.DENIED]
    assert (gap.detail, gap.parent) == ("logs:DescribeSubscriptionFilters", TRAILS[0]["TrailARN"])


def test_account_policies_of_subscriptions() -> None:
    document = json.dumps({"DestinationArn": "arn", "FilterPattern": ""})
    policy = {
        "policyName": "archive",
        "policyType": "SUBSCRIPTION_FILTER_POLICY",
        "policyDocument": document,
        "selectionCriteria": 'LogGroupName NOT IN ["x"]',
        "scope": "ALL",
    }
    reads = {logs.ACCOUNT_POLICY: ((), ("PolicyDocument",))}
    run, found, asked = collected({"describe_account_policies": {"accountPolicies": [policy]}}, reads)
    (one,) = found[logs.ACCOUNT_POLICY]
    assert one.properties["PolicyDocument"] == document and one.properties["SelectionCriteria"].endswith('["x"]')
    assert asked[0][2] == {"policyType": "SUBSCRIPTION_FILTER_POLICY"}
    assert [gap.detail for gap in run.gaps] == [
        "logs:DescribeAccountPolicies is asked only for subscription filter policies"
    ]


STREAMS = {firehose.STREAM: ((), ("ExtendedS3DestinationConfiguration",))}


def stream(**destination: Any) -> dict[str, Any]:
    return {
        "list_delivery_streams": {"DeliveryStreamNames": ["logs"], "HasMoreDeliveryStreams": False},
        "describe_delivery_stream": {
            "DeliveryStreamDescription": {"DeliveryStreamType": "DirectPut", "Destinations": [destination]}
        },
    }


def test_a_delivery_stream_to_a_bucket() -> None:
    processor = {"Type": "Lambda", "Parameters": [{"ParameterName": "LambdaArn", "ParameterValue": "secret"}]}
    description = {
        "BucketARN": "arn:aws:s3:::copy",
        "RoleARN": "arn:aws:iam::1:role/r",
        "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
        "ProcessingConfiguration": {"Enabled": True, "Processors": [processor]},
    }
    _, found, _ = collected(stream(ExtendedS3DestinationDescription=description, S3DestinationDescription={}), STREAMS)
    (one,) = found[firehose.STREAM]
    assert one.arn == f"arn:aws:firehose:{HERE}:{ACCOUNT}:deliverystream/logs"
    assert one.properties["ExtendedS3DestinationConfiguration"] == {
        **{name: description[name] for name in ("BucketARN", "RoleARN", "EncryptionConfiguration")},
        "ProcessingConfiguration": {"Enabled": True, "Processors": [{"Type": "Lambda"}]},
    }


def test_of_another_destination_nothing_is_kept() -> None:
    endpoint = {"EndpointConfiguration": {"Url": "https://example.org/?token=secret"}}
    _, found, _ = collected(stream(HttpEndpointDestinationDescription=endpoint), STREAMS)
    (one,) = found[firehose.STREAM]
    assert "secret" not in str(one) and "ExtendedS3DestinationConfiguration" not in one.properties


def test_more_streams_than_one_answer_holds_are_a_gap() -> None:
    answers = {"list_delivery_streams": {"DeliveryStreamNames": ["logs"], "HasMoreDeliveryStreams": True}}
    run, _, _ = collected(answers, STREAMS)
    assert [(gap.type, gap.reason) for gap in run.gaps] == [(firehose.STREAM, Reason.FAILED)]


RULE = f"arn:aws:observabilityadmin:us-east-1:{ACCOUNT}:organization-centralization-rule/logs"
RULES = {observabilityadmin.RULE: ((), ("Rule",)), observabilityadmin.STATUS: ((), ("RuleHealth",))}


def test_centralization_rules_of_all_regions_with_their_health() -> None:
    summary = {"RuleName": "logs", "RuleArn": RULE, "CreatedRegion": "us-east-1", "RuleHealth": "Healthy"}
    rule = {"Source": {"Regions": [HERE]}, "Destination": {"Region": HERE, "Account": "444455556666"}}
    answers = {
        "list_centralization_rules_for_organization": {"CentralizationRuleSummaries": [summary]},
        "get_centralization_rule_for_organization": {"RuleArn": RULE, "CentralizationRule": rule},
    }
    run, found, asked = collected(answers, RULES)
    (one,), (status,) = found[observabilityadmin.RULE], found[observabilityadmin.STATUS]
    assert (one.id, one.region, one.properties["Rule"]) == (RULE, "us-east-1", rule)
    assert (status.owners, status.properties["RuleHealth"]) == ((RULE,), "Healthy")
    assert asked[0][2] == {"AllRegions": True} and run.gaps == []


def test_a_member_account_is_not_told_the_rules() -> None:
    error = refused("ListCentralizationRulesForOrganization", "AccessDeniedException", 403)
    run, found, _ = collected({"list_centralization_rules_for_organization": error}, RULES)
    assert not found
    assert {(gap.type, gap.reason) for gap in run.gaps} == {(type, Reason.DENIED) for type in RULES}


MUTES = {cloudwatch.MUTE: ((), ("Status",), ("MuteTargets",))}


@pytest.mark.parametrize("is_refused", [False, True])
def test_mute_rules_with_the_alarms_that_they_name(is_refused: bool) -> None:
    arn = f"arn:aws:cloudwatch:{HERE}:{ACCOUNT}:alarm-mute-rule:night"
    targets = {"AlarmNames": ["root"]}
    error = refused("GetAlarmMuteRule", "AccessDenied", 403)
    answers = {
        "list_alarm_mute_rules": {"AlarmMuteRuleSummaries": [{"AlarmMuteRuleArn": arn, "Status": "SCHEDULED"}]},
        "get_alarm_mute_rule": error if is_refused else {"Name": "night", "MuteTargets": targets},
    }
    _, found, asked = collected(answers, MUTES)
    (one,) = found[cloudwatch.MUTE]
    assert (one.name, one.properties["Status"]) == ("night", "SCHEDULED")
    assert asked[1][2] == {"AlarmMuteRuleName": "night"}
    hidden = Hidden(Reason.DENIED, "cloudwatch:GetAlarmMuteRule")
    assert one.properties["MuteTargets"] == (hidden if is_refused else targets)
