"""From a log group on: the rules by which its organization copies log groups to one account.

AWS tells the rules to the organization's management account and delegated administrators only. Of them other accounts
of the snapshot know what these were told (`TOLD`).
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs_Centralization.html
https://docs.aws.amazon.com/cloudwatch/latest/observabilityadmin/API_CentralizationRuleSource.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from auditor.facts.base import View
from auditor.facts.iam.logic import T, Truth, U, every, some, truth
from auditor.facts.logging.ends import End, not_listed, unseen
from auditor.facts.values import at, doubt, first_hidden
from auditor.model import HIDDEN, Hidden, Json, Reason, Resource

MEMBERSHIP = "Auditor::Organizations::Membership"
RULE = "AWS::ObservabilityAdmin::OrganizationCentralizationRule"
STATUS = "Auditor::ObservabilityAdmin::CentralizationRuleStatus"
TOLD = "Auditor::ObservabilityAdmin::OrganizationRules"
READS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    RULE: (("Rule",),),
    STATUS: (("RuleHealth",),),
    TOLD: (("AccountId",), ("OrganizationId",), ("IsComplete",), ("Rules",)),
}

_ORGANIZATION = re.compile(r"""\s*OrganizationId\s*=\s*["']([^"']*)["']\s*""")


class _Rule(msgspec.Struct, frozen=True):
    id: str
    name: str
    rule: Json
    health: Json


def of_group(group: Resource, via: str, view: View) -> Iterator[End]:
    """Where rules of the organization copy the group to."""
    organization, manager, cause = _membership(group.account, view)
    if cause is not None:
        yield unseen(via, group.id, "", cause)
    if organization is None:
        return
    for cause in _untold(group.account, view):
        yield unseen(via, group.id, "", cause)
    told = [
        each.properties
        for each in view.related(TOLD)
        if each.account == group.account and each.properties.get("OrganizationId") == organization
    ]
    for one in _rules(group.account, told, view):
        yield _end(one, group, organization, via)
    hidden = next(not_listed(view, group.account, None, (RULE, STATUS), ()), None)
    if hidden is not None and not any(each.get("IsComplete") is True for each in told):
        if manager != group.account:
            detail = f"the organization's centralization rules show only in its management account {manager}"
            hidden = Hidden(Reason.UNSUPPORTED, detail)
        yield unseen(via, group.id, "", hidden)


def _untold(account: str, view: View) -> Iterator[Hidden]:
    """Why others may tell more."""
    yield from not_listed(view, account, None, (TOLD,), ())
    for told in view.related(TOLD):
        if told.account == account and (cause := first_hidden(told.properties)):
            yield cause


def _membership(account: str, view: View) -> tuple[str | None, Json, Hidden | None]:
    """The organization and its management account; why there may be one."""
    cause = next(not_listed(view, account, None, (MEMBERSHIP,), ()), None)
    for one in view.related(MEMBERSHIP):
        if one.account == account:
            organization = one.properties.get("OrganizationId")
            if isinstance(organization, HIDDEN):
                return None, None, doubt(organization, "")
            return organization, one.properties.get("ManagementAccountId"), None
    return None, None, cause


def _rules(account: str, told: list[Mapping[str, Json]], view: View) -> Iterator[_Rule]:
    health = {
        owner: status.properties.get("RuleHealth")
        for status in view.related(STATUS)
        if status.account == account
        for owner in status.owners
    }
    for rule in view.related(RULE):
        if rule.account == account:
            unknown = Hidden(Reason.UNRESOLVED, f"whether the rule {rule.name} works")
            yield _Rule(rule.id, rule.name, rule.properties.get("Rule"), health.get(rule.id, unknown))
    for properties in told:
        listed = properties.get("Rules")
        for each in listed if isinstance(listed, list | tuple) else ():
            arn = str(at(each, "RuleArn"))
            yield _Rule(arn, arn.rpartition("/")[2], at(each, "Rule"), at(each, "RuleHealth"))


def _end(one: _Rule, group: Resource, organization: str, via: str) -> End:
    source, target = at(one.rule, "Source"), at(one.rule, "Destination")
    account, region = at(target, "Account"), at(target, "Region")
    complete = every((_works(one.health), _takes(source, group, organization), _may_copy(target)))
    owner = account if isinstance(account, str) else None
    cause = first_hidden([one.rule, one.health]) or doubt(None, f"what the rule {one.name} centralizes")
    name = region if isinstance(region, str) else ""
    return End(f"{via} and the rule {one.name}", "group", group.name, owner, one.id, "Rule", name, complete, cause)


def _works(health: Json) -> Truth:
    return truth(health == "Healthy") if health in ("Healthy", "Unhealthy") else U


def _takes(source: Json, group: Resource, organization: str) -> Truth:
    """What is not one of the plain forms is not decided."""
    if isinstance(source, HIDDEN):
        return U
    regions, scope, logs = at(source, "Regions"), at(source, "Scope"), at(source, "SourceLogsConfiguration")
    there = some(U if isinstance(each, HIDDEN) else truth(each == group.region) for each in _listed(regions))
    found = _ORGANIZATION.fullmatch(scope) if isinstance(scope, str) else None
    within = T if found is not None and found[1] == organization else U
    if logs is None or isinstance(logs, HIDDEN):
        return every((there, within, truth(False) if logs is None else U))
    selects = T if at(logs, "LogGroupSelectionCriteria") in (None, "*") else U
    whole = T if at(logs, "DataSourceSelectionCriteria") is None else U
    kind = group.properties.get("LogGroupClass", "STANDARD")
    return every((there, within, selects, whole, _encrypted(logs, group), T if kind == "STANDARD" else U))


def _listed(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _encrypted(logs: Json, group: Resource) -> Truth:
    """Groups with a key of their own are left out where the rule says so."""
    strategy, key = at(logs, "EncryptedLogGroupStrategy"), group.properties.get("KmsKeyId")
    allows = U if isinstance(strategy, HIDDEN) else truth(strategy == "ALLOW")
    return some((allows, U if isinstance(key, HIDDEN) else truth(key in (None, ""))))


def _may_copy(target: Json) -> Truth:
    """A group that is there already with another key may be left alone."""
    encryption = at(target, "DestinationLogsConfiguration", "LogsEncryptionConfiguration")
    if isinstance(encryption, HIDDEN):
        return U
    strategy = at(encryption, "EncryptionConflictResolutionStrategy")
    return T if strategy in (None, "ALLOW") else U
