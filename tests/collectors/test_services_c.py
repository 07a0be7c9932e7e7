"""Backup, tables, and what turns an event into a message: from moto, or AWS's answers from a stub."""

from __future__ import annotations

import datetime

import msgspec
from botocore.stub import Stubber
from test_services_b import ACCOUNT, Aws, Reads, collected, stubbed

from auditor.collectors import backup, cloudwatch, dynamodb, events, logs, sns
from auditor.facts.attach import ScopeView, attach
from auditor.facts.detection import chain
from auditor.facts.table import FACTS
from auditor.model import Hidden, Reason

HERE = "eu-west-1"
PLAN = f"arn:aws:backup:{HERE}:{ACCOUNT}:backup-plan:p1"
BACKUP: Reads = {
    backup.PLAN: ((), ("BackupPlan",)),
    backup.SELECTION: ((), ("BackupPlanId",), ("BackupSelection",)),
    backup.VAULT: ((), ("BackupVaultName",)),
    backup.SETTINGS: ((), ("ResourceTypeOptInPreference",)),
}


def backups(stub: Stubber, refused: str = "") -> None:
    def answer(operation: str, response: object, expected: object = None) -> None:
        if operation == refused:
            stub.add_client_error(operation, "AccessDeniedException", http_status_code=403)
        else:
            stub.add_response(operation, response, expected)

    rule = {"RuleName": "r", "TargetBackupVaultName": "vault", "ScheduleExpression": "rate(1 day)", "RuleId": "1"}
    copy = {"DestinationBackupVaultArn": "arn:far", "Lifecycle": {"DeleteAfterDays": 90}}
    kept = {"Lifecycle": {"DeleteAfterDays": 35}, "CopyActions": [copy]}
    plan = {"BackupPlanName": "daily", "Rules": [{**rule, **kept}]}
    answer("list_backup_plans", {"BackupPlansList": [{"BackupPlanId": "p1", "BackupPlanArn": PLAN}]})
    answer("get_backup_plan", {"BackupPlan": plan}, {"BackupPlanId": "p1"})
    answer("list_backup_selections", {"BackupSelectionsList": [{"SelectionId": "s1"}]}, {"BackupPlanId": "p1"})
    if refused != "list_backup_selections":
        body = {"SelectionName": "all", "IamRoleArn": "role", "Resources": ["*"]}
        answer("get_backup_selection", {"BackupSelection": body}, {"BackupPlanId": "p1", "SelectionId": "s1"})
    answer("list_backup_vaults", {"BackupVaultList": [{"BackupVaultName": "vault", "BackupVaultArn": "arn:vault"}]})
    answer("describe_region_settings", {"ResourceTypeOptInPreference": {"EBS": True}})


def test_plans_selections_vaults_and_the_settings() -> None:
    collector, found = stubbed(backup.SERVICE, BACKUP, backups)
    (plan,) = found[backup.PLAN]
    (selection,) = found[backup.SELECTION]
    assert plan.properties["BackupPlan"] == {
        "BackupPlanName": "daily",
        "BackupPlanRule": [
            {
                "RuleName": "r",
                "TargetBackupVault": "vault",
                "ScheduleExpression": "rate(1 day)",
                "Lifecycle": {"DeleteAfterDays": 35},
                "CopyActions": [{"DestinationBackupVaultArn": "arn:far", "Lifecycle": {"DeleteAfterDays": 90}}],
            }
        ],
    }
    assert (plan.name, plan.id, selection.owners) == ("p1", PLAN, (PLAN,))
    assert selection.properties["BackupPlanId"] == "p1"
    assert selection.properties["BackupSelection"]["Resources"] == ["*"]
    assert [each.name for each in found[backup.VAULT]] == ["vault"]
    (settings,) = found[backup.SETTINGS]
    assert (settings.region, settings.properties) == (HERE, {"ResourceTypeOptInPreference": {"EBS": True}})
    assert collector.lists == set(BACKUP) | {"listed selection"}
    assert collector.gaps == []


def test_what_was_saved_is_asked_only_where_it_is_read() -> None:
    at = datetime.datetime(2026, 11, 21, 5, tzinfo=datetime.UTC)
    row = {"ResourceArn": "arn:aws:ec2:eu-west-1:1:volume/v", "ResourceType": "EBS", "LastBackupTime": at}
    answer = {"Results": [row, {"ResourceArn": "arn:x"}]}
    reads: Reads = {backup.SAVED: ((), ("ResourceArn",), ("LastBackupTime",))}
    collector, found = stubbed(
        backup.SERVICE, reads, lambda stub: stub.add_response("list_protected_resources", answer)
    )
    assert [(one.name, one.properties.get("LastBackupTime")) for one in found[backup.SAVED]] == [
        (row["ResourceArn"], "2026-11-21T05:00:00+00:00"),
        ("arn:x", None),
    ]
    assert collector.gaps == []
    assert not FACTS["backup.coverage"].reads.keys() & {backup.SAVED}


def test_a_backup_that_an_event_deletes_is_kept_for_nobody_knows_how_long() -> None:
    lifecycle = backup._lifecycle({"DeleteAfterDays": 35, "DeleteAfterEvent": "DELETE_AFTER_COPY"})
    assert lifecycle == {
        "DeleteAfterDays": Hidden(Reason.UNSUPPORTED, "backups are deleted after an event (DELETE_AFTER_COPY)")
    }


def test_refused_selections_are_a_gap_of_their_plan() -> None:
    collector, _ = stubbed(backup.SERVICE, BACKUP, lambda stub: backups(stub, "list_backup_selections"))
    assert [(gap.type, gap.parent, gap.reason) for gap in collector.gaps] == [(backup.SELECTION, PLAN, Reason.DENIED)]


def test_a_refused_plan_is_there_and_its_rules_are_hidden() -> None:
    _, found = stubbed(backup.SERVICE, BACKUP, lambda stub: backups(stub, "get_backup_plan"))
    (plan,) = found[backup.PLAN]
    assert isinstance(plan.properties["BackupPlan"], Hidden)


def test_tables_carry_their_tags(aws: Aws) -> None:
    aws("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "backup", "Value": "daily"}],
    )
    _, found = collected({dynamodb.TABLE: ((), ("tags",))})
    (table,) = found[dynamodb.TABLE]
    assert table.tags == {"backup": "daily"}
    assert table.arn == f"arn:aws:dynamodb:us-east-1:{table.account}:table/orders"


CHAIN: Reads = {
    logs.FILTER: ((), ("FilterPattern",), ("MetricTransformations",)),
    cloudwatch.ALARM: ((), ("MetricName",), ("AlarmActions",)),
    cloudwatch.COMPOSITE: ((), ("AlarmRule",)),
    sns.SUBSCRIPTION: ((), ("TopicArn",), ("FilterPolicy",)),
    sns.STATUS: ((), ("Arn",), ("Confirmed",)),
    events.BUS: ((), ("Name",)),
    events.RULE: ((), ("EventPattern",), ("State",), ("Targets",)),
}


def test_what_leads_from_a_log_group_to_a_subscriber(aws: Aws) -> None:
    aws("logs").create_log_group(logGroupName="trail")
    value = {"metricName": "Root", "metricNamespace": "CIS", "metricValue": "1", "dimensions": {"who": "$.a"}}
    pattern = '{ $.userIdentity.type = "Root" }'
    aws("logs").put_metric_filter(
        logGroupName="trail", filterName="root", filterPattern=pattern, metricTransformations=[value]
    )
    topic = aws("sns").create_topic(Name="alerts")["TopicArn"]
    aws("sns").subscribe(
        TopicArn=topic,
        Protocol="email",
        Endpoint="security@example.org",
        Attributes={"FilterPolicy": '{"a": ["b"]}', "FilterPolicyScope": "MessageBody"},
    )
    aws("cloudwatch").put_metric_alarm(
        AlarmName="root",
        Namespace="CIS",
        MetricName="Root",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[topic],
    )
    run, found = collected(CHAIN)
    (filter,) = found[logs.FILTER]
    (alarm,) = found[cloudwatch.ALARM]
    (subscription,) = found[sns.SUBSCRIPTION]
    (status,) = found[sns.STATUS]
    assert filter.properties["FilterPattern"] == pattern
    assert filter.properties["MetricTransformations"] == [
        {
            "MetricName": "Root",
            "MetricNamespace": "CIS",
            "MetricValue": "1",
            "Dimensions": [{"Key": "who", "Value": "$.a"}],
        }
    ]
    assert (alarm.properties["AlarmActions"], alarm.properties["MetricName"]) == ([topic], "Root")
    assert (subscription.owners, subscription.properties["FilterPolicy"]) == ((topic,), {"a": ["b"]})
    assert "Endpoint" not in subscription.properties
    assert (status.owners, status.properties["Confirmed"]) == ((subscription.id,), True)
    assert run.gaps == []


def test_the_chain_finds_its_links_in_what_is_collected(aws: Aws) -> None:
    aws("logs").create_log_group(logGroupName="trail")
    group = aws("logs").describe_log_groups()["logGroups"][0]["arn"]
    aws("s3").create_bucket(Bucket="records")
    role = "arn:aws:iam::123456789012:role/r"
    aws("cloudtrail").create_trail(
        Name="main",
        S3BucketName="records",
        IsMultiRegionTrail=True,
        CloudWatchLogsLogGroupArn=group,
        CloudWatchLogsRoleArn=role,
    )
    aws("cloudtrail").start_logging(Name="main")
    aws("logs").put_metric_filter(
        logGroupName="trail",
        filterName="root",
        filterPattern='{ $.userIdentity.type = "Root" }',
        metricTransformations=[{"metricName": "Root", "metricNamespace": "CIS", "metricValue": "1"}],
    )
    topic = aws("sns").create_topic(Name="alerts")["TopicArn"]
    aws("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="security@example.org")
    aws("cloudwatch").put_metric_alarm(
        AlarmName="root",
        Namespace="CIS",
        MetricName="Root",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[topic],
    )
    _, found = collected({type: ((), *paths) for type, paths in chain.FACT.reads.items()})
    (account,) = found[chain.ACCOUNT]
    (listed,) = found[chain.GROUP]
    found[chain.GROUP] = [  # moto does not tell the class
        msgspec.structs.replace(listed, properties={**listed.properties, "LogGroupClass": "STANDARD"})
    ]
    made, gaps = attach(account, [chain.FACT], ScopeView(found, {}))
    assert (made.facts["detect.chain"]["root_usage"]["filters"]["complete"], gaps) == (True, ())
    found[sns.SUBSCRIPTION] = []
    made, _ = attach(account, [chain.FACT], ScopeView(found, {}))
    assert made.facts["detect.chain"]["root_usage"]["filters"]["link"] == "subscriber"


def test_composite_alarms_are_in_the_same_answer() -> None:
    arn = f"arn:aws:cloudwatch:{HERE}:{ACCOUNT}:alarm:any"
    rows = [{"AlarmName": "any", "AlarmArn": arn, "AlarmRule": "ALARM(root)", "AlarmActions": [], "StateValue": "OK"}]
    _, found = stubbed(
        cloudwatch.SERVICE,
        {cloudwatch.COMPOSITE: ((), ("AlarmRule",))},
        lambda stub: stub.add_response(
            "describe_alarms", {"CompositeAlarms": rows}, {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
        ),
    )
    (composite,) = found[cloudwatch.COMPOSITE]
    assert (composite.name, composite.properties["AlarmRule"]) == ("any", "ALARM(root)")


def test_a_pending_subscription_is_there_and_not_confirmed() -> None:
    topic = f"arn:aws:sns:{HERE}:{ACCOUNT}:alerts"
    rows = [
        {"SubscriptionArn": "PendingConfirmation", "Owner": "", "Protocol": "email", "Endpoint": e, "TopicArn": topic}
        for e in ("a@example.org", "b@example.org")
    ]
    _, found = stubbed(
        sns.SERVICE,
        {sns.SUBSCRIPTION: ((), ("FilterPolicy",)), sns.STATUS: ((), ("Confirmed",))},
        lambda stub: stub.add_response("list_subscriptions", {"Subscriptions": rows}),
    )
    assert [each.properties["Confirmed"] for each in found[sns.STATUS]] == [False, False]
    assert len({each.id for each in found[sns.SUBSCRIPTION]}) == 2
    assert [each.owners for each in found[sns.STATUS]] == [(each.id,) for each in found[sns.SUBSCRIPTION]]


def test_rules_of_every_bus_with_the_targets_of_those_that_are_on(aws: Aws) -> None:
    client = aws("events")
    client.create_event_bus(Name="own")
    client.put_rule(Name="on", EventPattern='{"source": ["aws.iam"]}', State="ENABLED")
    client.put_rule(Name="off", EventPattern='{"source": ["aws.iam"]}', State="DISABLED", EventBusName="own")
    for name, bus in (("on", "default"), ("off", "own")):
        target = {"Id": "1", "Arn": "arn:aws:sns:us-east-1:123456789012:t", "Input": '"secret"'}
        client.put_targets(Rule=name, EventBusName=bus, Targets=[target])
    _, found = collected(CHAIN)
    assert sorted(each.name for each in found[events.BUS]) == ["default", "own"]
    rules = {each.name: each.properties for each in found[events.RULE]}
    assert rules["on"]["EventPattern"] == {"source": ["aws.iam"]}
    assert rules["on"]["Targets"] == [{"Id": "1", "Arn": "arn:aws:sns:us-east-1:123456789012:t"}]
    assert (rules["off"]["EventBusName"], rules["off"].get("Targets")) == ("own", None)


def test_more_buses_than_one_answer_holds_are_a_gap() -> None:
    collector, _ = stubbed(
        events.SERVICE,
        {events.BUS: ((), ("Name",))},
        lambda stub: stub.add_response("list_event_buses", {"EventBuses": [], "NextToken": "more"}),
    )
    assert [(gap.type, gap.id, gap.reason) for gap in collector.gaps] == [(events.BUS, None, Reason.FAILED)]
