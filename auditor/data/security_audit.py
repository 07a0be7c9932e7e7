"""What AWS's managed policy SecurityAudit does not allow of what collectors ask, or will.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/SecurityAudit.html
A test compares with the policy as moto carries it, for every action that a collector uses.
"""

from __future__ import annotations

VERSION = "v94 of 2026-09-30"

LACKS = frozenset(
    {
        "account:GetContactInformation",
        "account:ListRegions",
        "backup:ListRestoreTestingPlans",
        "cloudtrail:GetEventDataStore",
        "cloudwatch:GetAlarmMuteRule",
        "cloudwatch:ListAlarmMuteRules",
        "macie2:GetAutomatedDiscoveryConfiguration",
        "macie2:GetMacieSession",
        "observabilityadmin:GetCentralizationRuleForOrganization",
        "observabilityadmin:ListCentralizationRulesForOrganization",
        "ssm-incidents:GetReplicationSet",
        "ssm-incidents:GetResponsePlan",
        "ssm-incidents:ListReplicationSets",
        "ssm-incidents:ListResponsePlans",
    }
)
