"""CloudWatch Observability Admin: the rules by which an organization centralizes its logs.

AWS tells them to the management account and delegated administrators only; one answer holds all regions.
https://docs.aws.amazon.com/cloudwatch/latest/observabilityadmin/API_ListCentralizationRulesForOrganization.html
https://docs.aws.amazon.com/cloudwatch/latest/observabilityadmin/API_CentralizationRuleSummary.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

RULE = "AWS::ObservabilityAdmin::OrganizationCentralizationRule"
STATUS = "Auditor::ObservabilityAdmin::CentralizationRuleStatus"


def _rules(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("CentralizationRuleSummaries", ()):
        arn, name, region = item["RuleArn"], item["RuleName"], item.get("CreatedRegion")
        yield Draft(RULE, arn, name, arn, {"RuleArn": arn, "RuleName": name}, region=region)
        properties = picked(item, "RuleArn", "RuleHealth", "FailureReason", "CreatorAccountId")
        yield Draft(STATUS, f"{arn}/status", name, arn, properties, owners=(arn,), region=region)


def _rule(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    return {"Rule": answer["CentralizationRule"]}


SERVICE = Service(
    client="observabilityadmin",
    scope="global",
    calls=(
        Call(
            "list_centralization_rules_for_organization",
            "observabilityadmin:ListCentralizationRulesForOrganization",
            {RULE: (LIST, "RuleArn", "RuleName"), STATUS: (LIST, "*")},
            arguments={"AllRegions": True},
            make=_rules,
            paged=True,
        ),
        Call(
            "get_centralization_rule_for_organization",
            "observabilityadmin:GetCentralizationRuleForOrganization",
            {RULE: ("Rule",)},
            of=RULE,
            params=lambda draft: {"RuleIdentifier": draft.arn},
            fill=_rule,
            gone=("ResourceNotFoundException",),
        ),
    ),
)
