"""Backup, tables, and what turns an event into a message: from moto, or AWS's answers from a stub."""

from __future__ import annotations

from botocore.stub import Stubber
from test_services_b import ACCOUNT, Aws, Reads, collected, stubbed

from auditor.collectors import backup, dynamodb
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

    rule = {"RuleName": "r", "TargetBackupVaultName": "v", "ScheduleExpression": "rate(1 day)", "RuleId": "1"}
    plan = {"BackupPlanName": "daily", "Rules": [{**rule, "Lifecycle": {"DeleteAfterDays": 35}}]}
    answer("list_backup_plans", {"BackupPlansList": [{"BackupPlanId": "p1", "BackupPlanArn": PLAN}]})
    answer("get_backup_plan", {"BackupPlan": plan}, {"BackupPlanId": "p1"})
    answer("list_backup_selections", {"BackupSelectionsList": [{"SelectionId": "s1"}]}, {"BackupPlanId": "p1"})
    if refused != "list_backup_selections":
        body = {"SelectionName": "all", "IamRoleArn": "role", "Resources": ["*"]}
        answer("get_backup_selection", {"BackupSelection": body}, {"BackupPlanId": "p1", "SelectionId": "s1"})
    answer("list_backup_vaults", {"BackupVaultList": [{"BackupVaultName": "v", "BackupVaultArn": "arn:v"}]})
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
                "TargetBackupVault": "v",
                "ScheduleExpression": "rate(1 day)",
                "Lifecycle": {"DeleteAfterDays": 35},
            }
        ],
    }
    assert (plan.name, plan.id, selection.owners) == ("p1", PLAN, (PLAN,))
    assert selection.properties["BackupPlanId"] == "p1"
    assert selection.properties["BackupSelection"]["Resources"] == ["*"]
    assert [each.name for each in found[backup.VAULT]] == ["v"]
    (settings,) = found[backup.SETTINGS]
    assert (settings.region, settings.properties) == (HERE, {"ResourceTypeOptInPreference": {"EBS": True}})
    assert collector.lists == set(BACKUP) | {"listed selection"}
    assert collector.gaps == []


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
