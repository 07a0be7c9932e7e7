"""AWS Security Finding Format: a JSON array for BatchImportFindings, of which one call takes 100 of one account.

FAIL is FAILED. UNKNOWN is WARNING ("some information is missing") with the severity of its policy: INFORMATIONAL would
say that no issue was found, and NOT_AVAILABLE may be archived. WAIVED and ACCEPTED are WARNING with their reason.
https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
"""

from __future__ import annotations

from typing import IO, Any

from auditor.data.asff_types import NAMES, OTHERWISE
from auditor.model import Decision, Policy, Report, Severity, Status
from auditor.render.accounts import NOT_JUDGED, Entry, entries, reasons
from auditor.render.lists import write_array
from auditor.render.options import RenderOptions
from auditor.render.rows import clipped
from auditor.render.text import controls, paragraphs, plain

SCHEMA_VERSION = "2018-10-08"
TYPE = "Software and Configuration Checks/AWS Security Best Practices"
_COMPLIANCE = {
    Status.FAIL: "FAILED",
    Status.UNKNOWN: "WARNING",
    Status.WAIVED: "WARNING",
    Status.ACCEPTED: "WARNING",
    Status.PASS: "PASSED",
}
_BY_NAME = {name.lower(): name for name in NAMES}

# https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
_MOST_TITLE, _MOST_DESCRIPTION, _MOST_RECOMMENDATION, _MOST_FIELD, _MOST_LISTED = 256, 1024, 512, 2048, 20
_MOST_REQUIREMENTS = 32


def render(report: Report, decision: Decision, options: RenderOptions, out: IO[str]) -> None:
    write_array((_finding(entry, report) for entry in entries(report, options)), out)


def _finding(entry: Entry, report: Report) -> dict[str, Any]:
    at, policy = report.header.taken_at, entry.policy
    product = f"arn:{entry.partition}:securityhub:{entry.region}:{entry.account}:product/{entry.account}/default"
    finding: dict[str, Any] = {
        "SchemaVersion": SCHEMA_VERSION,
        "Id": f"auditor/{policy.id if policy else NOT_JUDGED}/{entry.id}",
        "ProductArn": product,
        "GeneratorId": f"auditor/{policy.id if policy else NOT_JUDGED}",
        "AwsAccountId": entry.account,
        "Types": [TYPE],
        "CreatedAt": at,
        "UpdatedAt": at,
        "Severity": {"Label": _severity(entry)},
        "Title": clipped(policy.title if policy else "The account could not be judged", _MOST_TITLE),
        "Description": clipped(entry.summary, _MOST_DESCRIPTION),
        "ProductFields": _fields(entry, report),
        "Resources": [
            {"Type": _type(entry), "Id": entry.resource, "Partition": entry.partition, "Region": entry.region}
        ],
        "Compliance": _compliance(entry),
        "RecordState": "ACTIVE",
    }
    if policy is not None:
        finding["Remediation"] = {"Recommendation": _recommendation(policy)}
    return finding


def _severity(entry: Entry) -> str:
    if entry.status is Status.PASS:
        return "INFORMATIONAL"  # "no issue was found"
    return (entry.policy.severity if entry.policy is not None else Severity.HIGH).value.upper()


def _type(entry: Entry) -> str:
    if entry.resource.startswith("AWS::::Account:"):
        return "AwsAccount"
    name = entry.type.replace("Auditor::", "AWS::").replace("::", "").lower()
    otherwise = "AwsAccount" if entry.type.startswith("Auditor::") else "Other"
    return OTHERWISE.get(entry.type) or _BY_NAME.get(name, otherwise)


def _compliance(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {"Status": _COMPLIANCE[entry.status]}
    if entry.policy is not None and (requirements := controls(entry.policy)):
        found["RelatedRequirements"] = requirements[:_MOST_REQUIREMENTS]
    if entry.status is Status.UNKNOWN and (why := reasons(entry.verdict, _MOST_FIELD)):
        found["StatusReasons"] = [
            {"ReasonCode": code.upper().replace("-", "_"), "Description": said} for code, said in why[:_MOST_LISTED]
        ]
    return found


def _fields(entry: Entry, report: Report) -> dict[str, str]:
    fields = {
        "auditor/status": entry.status.value,
        "auditor/version": report.tool_version,
        "auditor/resource-type": entry.type,
        "auditor/resource-name": clipped(entry.name, _MOST_FIELD),
    }
    if entry.verdict is not None and entry.verdict.reason is not None:
        fields["auditor/reason"] = clipped(plain(entry.verdict.reason), _MOST_FIELD)
    return {key: value for key, value in fields.items() if value}


def _recommendation(policy: Policy) -> dict[str, str]:
    text = " ".join(paragraphs(policy.remediation.text)) or policy.title
    recommendation = {"Text": clipped(text, _MOST_RECOMMENDATION)}
    if policy.references:
        recommendation["Url"] = policy.references[0]
    return recommendation
