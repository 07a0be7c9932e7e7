"""`backup.coverage` of a region: the stores it holds, and which of them which rule of which plan backs up.

Value: `{"held": {kind: id}, "assigned": [{kind, resource, plan, rule, gap_hours, forever | retain_days}]}`.
- `held`: one resource of each kind (rds, dynamodb, efs, ebs, s3) that is there. A member of a cluster is none: its
  data is the cluster's.
- `assigned`: per rule and kind one resource that a selection of the rule's plan assigns (`selection`). `gap_hours` is
  the longest distance between two runs (`schedule`), `retain_days` how long a recovery point stays; `forever` is true
  where nothing deletes it. A rule whose vault does not exist, or that never runs, backs up nothing.
What may be there is unknown at `("held", kind)` and `("assigned",)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from auditor.facts.backup.schedule import NEVER, NotUnderstood, longest_gap
from auditor.facts.backup.selection import Store, assigns, causes
from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.iam.logic import F, T, Truth, U, truth
from auditor.facts.network.by_view import by_view
from auditor.model import HIDDEN, Gap, Hidden, Json, Path, Reason, Resource, Text

REGION = "Auditor::Account::Region"
PLAN = "AWS::Backup::BackupPlan"
SELECTION = "AWS::Backup::BackupSelection"
VAULT = "AWS::Backup::BackupVault"
SETTINGS = "Auditor::Backup::RegionSettings"
_CLUSTER = "AWS::RDS::DBCluster"
_INSTANCE = "AWS::RDS::DBInstance"

_DAILY = "cron(0 5 ? * * *)"  # what AWS takes where no schedule is given
_CONTINUOUS_DAYS = 35  # the most that a continuous backup keeps
_ASSIGNED: Path = ("assigned",)


class Kind(msgspec.Struct, frozen=True):
    """`opt_in`: the service's name in the region's settings."""

    type: str
    name: str
    opt_in: str
    service: str
    prefix: str


# https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html
KINDS = (
    Kind(_INSTANCE, "rds", "RDS", "rds", "db:"),
    Kind(_CLUSTER, "rds", "RDS", "rds", "cluster:"),
    Kind("AWS::DynamoDB::Table", "dynamodb", "DynamoDB", "dynamodb", "table/"),
    Kind("AWS::EFS::FileSystem", "efs", "EFS", "elasticfilesystem", "file-system/"),
    Kind("AWS::EC2::Volume", "ebs", "EBS", "ec2", "volume/"),
    Kind("AWS::S3::Bucket", "s3", "S3", "s3", ""),
)


class Rule(msgspec.Struct, frozen=True):
    """`works` U: it may be that it backs up nothing, or how often is not known; `why` then says so."""

    name: str
    works: Truth
    gap_hours: float = NEVER
    retain_days: int | None = None  # None: for ever
    why: Hidden | None = None


def _compute(region: Resource, view: View) -> Derived:
    held: dict[str, Json] = {}
    unknown: list[Unknown] = []
    stores: list[tuple[str, Store]] = []
    for kind in KINDS:
        for resource in _in(region, view.related(kind.type)):
            there = _is_store(resource)
            if there is T:
                held.setdefault(kind.name, resource.id)
            elif there is U:
                unknown.append(_at(("held", kind.name), resource.properties.get("DBClusterIdentifier")))
            if there is not F:
                stores.append((kind.name, _store(kind, resource, region, view)))
        for gap in _lists(region, view, kind.type):
            unknown.append(Unknown(("held", kind.name), gap.reason, gap.detail))
    unknown = [each for each in unknown if each.path[1] not in held]
    assigned, unsure = _assigned(region, view, stores)
    plans = list(_in(region, view.related(PLAN)))
    blind = [gap for type in (PLAN, SELECTION) for gap in _lists(region, view, type)]
    if plans:  # what is not seen of the stores may be assigned
        blind += [gap for kind in KINDS for gap in _lists(region, view, kind.type)]
    unsure += [Unknown(_ASSIGNED, gap.reason, gap.detail) for gap in blind]
    return Derived({"held": held, "assigned": assigned}, tuple(dict.fromkeys((*unknown, *unsure))))


def _assigned(
    region: Resource, view: View, stores: Sequence[tuple[str, Store]]
) -> tuple[list[dict[str, Json]], list[Unknown]]:
    certain: dict[tuple[str, str, str], dict[str, Json]] = {}
    unsure: dict[tuple[str, str, str], list[Unknown]] = {}
    plans = {plan.name: plan for plan in _in(region, view.related(PLAN))}
    for selection in _in(region, view.related(SELECTION)):
        of = selection.properties.get("BackupPlanId")
        if isinstance(of, HIDDEN):
            unsure.setdefault((selection.id, "", ""), []).append(_at(_ASSIGNED, of))
            continue
        plan = plans.get(str(of))
        if plan is None:
            continue
        body = selection.properties.get("BackupSelection")
        cause = next(iter(causes(body)), None)
        for rule in _rules(plan, region, view):
            for kind, store in stores:
                key = (plan.id, rule.name, kind)
                if key in certain:
                    continue
                found = min(assigns(body, store), rule.works)
                if found is T:
                    certain[key] = _entry(kind, store, plan, rule)
                elif found is U:
                    unsure.setdefault(key, []).append(_at(_ASSIGNED, rule.why or cause or _unsettled(store)))
    return list(certain.values()), [one for key, found in unsure.items() if key not in certain for one in found]


def _entry(kind: str, store: Store, plan: Resource, rule: Rule) -> dict[str, Json]:
    entry: dict[str, Json] = {"kind": kind, "resource": store.arn, "plan": plan.arn, "rule": rule.name}
    entry["gap_hours"] = rule.gap_hours
    return entry | ({"forever": True} if rule.retain_days is None else {"retain_days": rule.retain_days})


def _unsettled(store: Store) -> Hidden:
    if store.tags is None:
        return Hidden(Reason.UNRESOLVED, f"the tags of {store.arn} were not seen")
    if store.opted is U:
        return Hidden(Reason.UNRESOLVED, f"whether the region backs up the service of {store.arn} was not seen")
    return Hidden(Reason.UNRESOLVED, "the selection is malformed")


def _rules(plan: Resource, region: Resource, view: View) -> Iterator[Rule]:
    body = plan.properties.get("BackupPlan")
    rules = body.get("BackupPlanRule") if isinstance(body, Mapping) else body
    if not isinstance(rules, list | tuple):
        if rules is not None or not isinstance(body, Mapping):
            yield Rule("", U, why=_hidden(rules, f"the rules of {plan.name} are not known"))
        return
    for index, rule in enumerate(rules):
        yield _rule(rule, str(index), region, view)


def _rule(rule: Json, place: str, region: Resource, view: View) -> Rule:
    if not isinstance(rule, Mapping):
        return Rule(place, U, why=_hidden(rule, "the rule is not known"))
    named = rule.get("RuleName")
    name = named if isinstance(named, str) else place
    there, why = _vault(rule.get("TargetBackupVault"), region, view)
    if there is not T:
        return Rule(name, there, why=why)
    expression = rule.get("ScheduleExpression", _DAILY)
    if not isinstance(expression, str):
        return Rule(name, U, why=_hidden(expression, f"the schedule of {name} is malformed"))
    try:
        hours = longest_gap(expression)
    except NotUnderstood:
        return Rule(name, U, why=Hidden(Reason.UNSUPPORTED, f"the schedule {expression} is not understood"))
    if hours == NEVER:
        return Rule(name, F)
    lifecycle, continuous = rule.get("Lifecycle"), rule.get("EnableContinuousBackup")
    days = lifecycle.get("DeleteAfterDays") if isinstance(lifecycle, Mapping) else lifecycle
    if days is not None and (not isinstance(days, int | float) or isinstance(days, bool)):
        return Rule(name, U, why=_hidden(days, f"the lifecycle of {name} is malformed"))
    if continuous not in (None, True, False):
        return Rule(name, U, why=_hidden(continuous, f"whether {name} is continuous is not known"))
    if continuous:
        days = _CONTINUOUS_DAYS if days is None else min(days, _CONTINUOUS_DAYS)
    return Rule(name, T, hours, None if days is None or days == -1 else int(days))


def _vault(name: Json, region: Resource, view: View) -> tuple[Truth, Hidden | None]:
    """Whether a rule's vault is there."""
    if not isinstance(name, str):
        return U, _hidden(name, "the rule names no vault")
    if any(vault.name == name for vault in _in(region, view.related(VAULT))):
        return T, None
    for gap in _lists(region, view, VAULT):
        return U, Hidden(gap.reason, gap.detail)
    return F, None


def _store(kind: Kind, resource: Resource, region: Resource, view: View) -> Store:
    engine = resource.properties.get("Engine") if resource.type == _CLUSTER else ""
    aurora = U if not isinstance(engine, str) else truth(engine.startswith("aurora"))
    opted = _opted("Aurora" if aurora is T else kind.opt_in, region, view)
    if aurora is U and opted is not _opted("Aurora", region, view):
        opted = U
    return Store(resource.arn, _tags(resource, view), opted, kind.service, kind.prefix, aurora)


def _opted(service: str, region: Resource, view: View) -> Truth:
    for settings in _in(region, view.related(SETTINGS)):
        chosen = settings.properties.get("ResourceTypeOptInPreference")
        value = chosen.get(service) if isinstance(chosen, Mapping) else None
        return truth(value) if isinstance(value, bool) else U
    return U


def _tags(resource: Resource, view: View) -> Mapping[str, Json] | None:
    return None if resource.id in _untagged(view, resource.type) else resource.tags


@by_view
def _untagged(view: View, type: str) -> frozenset[str | None]:
    """The ids of the resources whose tags were not seen."""
    return frozenset(gap.id for gap in view.gaps(type) if gap.path[:1] in ((), ("tags",)))


def _is_store(resource: Resource) -> Truth:
    if resource.type != _INSTANCE:
        return T
    cluster = resource.properties.get("DBClusterIdentifier")
    return U if isinstance(cluster, HIDDEN) else truth(not cluster)


def _in(region: Resource, resources: Sequence[Resource]) -> Iterator[Resource]:
    return (each for each in resources if each.account == region.account and each.region == region.name)


def _lists(region: Resource, view: View, type: str) -> Iterator[Gap]:
    """What hides whole resources of a type in the region."""
    for gap in view.gaps(type):
        if gap.id is None and gap.account == region.account and gap.region in (None, region.name):
            yield gap


def _hidden(value: Json, otherwise: str) -> Hidden:
    known = isinstance(value, HIDDEN)
    return Hidden(value.reason, value.detail) if known else Hidden(Reason.UNRESOLVED, otherwise)


def _at(path: Path, why: Hidden | Text | Json) -> Unknown:
    return Unknown(path, why.reason, why.detail)


FACT = Fact(
    name="backup.coverage",
    version=1,
    on=(REGION,),
    reads={
        REGION: (("RegionName",),),
        PLAN: (("BackupPlanId",), ("BackupPlan",)),
        SELECTION: (("BackupPlanId",), ("BackupSelection",)),
        VAULT: (("BackupVaultName",),),
        SETTINGS: (("ResourceTypeOptInPreference",),),
        **{kind.type: (("tags",),) for kind in KINDS},
        _INSTANCE: (("tags",), ("DBClusterIdentifier",)),
        _CLUSTER: (("tags",), ("Engine",)),
    },
    compute=_compute,
    joins=(PLAN, SELECTION, VAULT, SETTINGS, *(kind.type for kind in KINDS)),
)
