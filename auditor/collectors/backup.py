"""AWS Backup: plans (those that an organization sets too), their selections, vaults, the region's settings, and what
was saved.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Hidden, Json, Reason

PLAN = "AWS::Backup::BackupPlan"
SELECTION = "AWS::Backup::BackupSelection"
VAULT = "AWS::Backup::BackupVault"
SETTINGS = "Auditor::Backup::RegionSettings"
SAVED = "Auditor::Backup::ProtectedResource"
_SAVED = ("ResourceArn", "ResourceType", "LastBackupVaultArn")
_LISTED = "listed selection"  # nothing but ids
_GONE = ("ResourceNotFoundException",)


def _plans(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for plan in page.get("BackupPlansList", ()):
        arn, id = plan["BackupPlanArn"], plan["BackupPlanId"]
        yield Draft(PLAN, arn, id, arn, {"BackupPlanId": id, "BackupPlanArn": arn})


def _plan(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    plan = answer["BackupPlan"]
    rules = [_rule(rule) for rule in plan.get("Rules", ())]
    return {"BackupPlan": picked(plan, "BackupPlanName") | {"BackupPlanRule": rules}}


def _rule(rule: Mapping[str, Json]) -> dict[str, Json]:
    timed = ("RuleName", "ScheduleExpression", "ScheduleExpressionTimezone", "EnableContinuousBackup")
    shaped = _kept(rule, *timed, TargetBackupVault="TargetBackupVaultName")
    if "CopyActions" in rule:
        shaped["CopyActions"] = [_kept(copy, "DestinationBackupVaultArn") for copy in rule["CopyActions"]]
    return shaped


def _kept(source: Mapping[str, Json], *names: str, **renamed: str) -> dict[str, Json]:
    """With how long it is kept."""
    shaped = picked(source, *names, **renamed)
    if "Lifecycle" in source:
        shaped["Lifecycle"] = _lifecycle(source["Lifecycle"])
    return shaped


def _lifecycle(lifecycle: Mapping[str, Json]) -> dict[str, Json]:
    """A backup that an event deletes may be gone before its days are over; CloudFormation has no word for it."""
    shaped = picked(lifecycle, "MoveToColdStorageAfterDays", "DeleteAfterDays", "OptInToArchiveForSupportedResources")
    if "DeleteAfterEvent" in lifecycle:
        why = f"backups are deleted after an event ({lifecycle['DeleteAfterEvent']})"
        shaped["DeleteAfterDays"] = Hidden(Reason.UNSUPPORTED, why)
    return shaped


def _selections(page: Mapping[str, Json], place: Place, plan: Draft | None) -> Iterator[Draft]:
    assert plan is not None
    for selection in page.get("BackupSelectionsList", ()):
        id = selection["SelectionId"]
        arn = f"{plan.arn}/selection/{id}"
        yield Draft(_LISTED, arn, id, arn, {}, owners=(plan.id,), context=plan.name)


def _selection(answer: Mapping[str, Json], place: Place, listed: Draft | None) -> Iterator[Draft]:
    assert listed is not None
    names = ("SelectionName", "IamRoleArn", "Resources", "NotResources", "ListOfTags", "Conditions")
    properties = {
        "SelectionId": listed.name,
        "BackupPlanId": listed.context,
        "BackupSelection": picked(answer["BackupSelection"], *names),
    }
    yield Draft(SELECTION, listed.id, listed.name, listed.arn, properties, owners=listed.owners)


def _vaults(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for vault in page.get("BackupVaultList", ()):
        arn, name = vault["BackupVaultArn"], vault["BackupVaultName"]
        yield Draft(VAULT, arn, name, arn, {"BackupVaultName": name, "BackupVaultArn": arn})


def _settings(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    id = f"{place.account}/{place.region}/{SETTINGS}"
    yield Draft(SETTINGS, id, place.region or "", id, picked(answer, "ResourceTypeOptInPreference"))


def _saved(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for row in page.get("Results", ()):
        arn = row["ResourceArn"]
        id = f"{place.account}/{place.region}/{SAVED}/{arn}"
        properties = picked(row, *_SAVED)
        if row.get("LastBackupTime") is not None:
            properties["LastBackupTime"] = row["LastBackupTime"].isoformat()
        yield Draft(SAVED, id, arn, id, properties)


SERVICE = Service(
    client="backup",
    scope="regional",
    calls=(
        Call(
            "list_backup_plans",
            "backup:ListBackupPlans",
            {PLAN: (LIST, "BackupPlanId", "BackupPlanArn")},
            make=_plans,
            paged=True,
        ),
        Call(
            "get_backup_plan",
            "backup:GetBackupPlan",
            {PLAN: ("BackupPlan",)},
            of=PLAN,
            params=lambda draft: {"BackupPlanId": draft.name},
            fill=_plan,
            gone=_GONE,
        ),
        Call(
            "list_backup_selections",
            "backup:ListBackupSelections",
            {SELECTION: (LIST,), _LISTED: (LIST,)},
            of=PLAN,
            params=lambda draft: {"BackupPlanId": draft.name},
            make=_selections,
            paged=True,
            gone=_GONE,
        ),
        Call(
            "get_backup_selection",
            "backup:GetBackupSelection",
            {SELECTION: (LIST, "SelectionId", "BackupPlanId", "BackupSelection")},
            of=_LISTED,
            params=lambda draft: {"BackupPlanId": draft.context, "SelectionId": draft.name},
            make=_selection,
            gone=_GONE,
        ),
        Call(
            "list_backup_vaults",
            "backup:ListBackupVaults",
            {VAULT: (LIST, "BackupVaultName", "BackupVaultArn")},
            make=_vaults,
            paged=True,
        ),
        Call(
            "describe_region_settings",
            "backup:DescribeRegionSettings",
            {SETTINGS: (LIST, "ResourceTypeOptInPreference")},
            make=_settings,
        ),
        Call(
            "list_protected_resources",
            "backup:ListProtectedResources",
            {SAVED: (LIST, *_SAVED, "LastBackupTime")},
            make=_saved,
            paged=True,
        ),
    ),
)
