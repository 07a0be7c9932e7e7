"""Reports for renderers: finished values, so that a test can say exactly what is rendered."""

from __future__ import annotations

from collections import Counter
from typing import Any

from support import policy

from auditor.gate import Thresholds, decide
from auditor.model import (
    Decision,
    Finding,
    Gap,
    Header,
    Location,
    Policy,
    PolicyCount,
    Population,
    Problem,
    Reason,
    Remediation,
    Report,
    ResourceRef,
    Severity,
    Status,
    Verdict,
)

ACCOUNT = "${AWS::AccountId}"
BUCKET = "AWS::S3::Bucket"

POLICIES = tuple(
    policy(
        id=f"bucket-{severity.value}",
        key=f"bucket_{severity.value}",
        severity=severity,
        title=f"Buckets are {severity.value}",
        description="What must hold.\nOn two lines.",
        remediation=Remediation(
            "First paragraph,\non two lines.\n\nSecond paragraph.", {"Flag": True}, "aws s3api fix"
        ),
        controls={"cis_aws_7_0": ("2.1",)},
        references=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/",),
    )
    for severity in Severity
)


def location(line: int = 3, column: int = 5, file: str = "app.yaml", width: int = 4) -> Location:
    return Location(file, line, column, line, column + width)


def reference(name: str = "Logs", file: str = "app.yaml") -> ResourceRef:
    return ResourceRef(f"{file}#{name}", BUCKET, f"⟨{name}⟩", ACCOUNT, "${AWS::Region}")


LIVE = ResourceRef("arn:aws:s3:::logs", BUCKET, "logs", "111122223333", "eu-west-1")


def finding(message: str = "the flag is off", **fields: Any) -> Finding:
    defaults: dict[str, Any] = {
        "path": ("Flag",),
        "message": message,
        "fingerprint": "f" * 64,
        "content_fingerprint": "c" * 64,
        "location": location(),
    }
    return Finding(**(defaults | fields))


def failed(*findings: Finding, severity: Severity = Severity.HIGH, **fields: Any) -> Verdict:
    given = {"resource": reference(), "location": location(), "findings": findings or (finding(),)} | fields
    return Verdict(f"bucket-{severity.value}", severity, Status.FAIL, **given)


def undecided(*gaps: Gap, severity: Severity = Severity.HIGH, **fields: Any) -> Verdict:
    given = {"resource": reference(), "location": location(), "gaps": gaps or (unset("Name"),)} | fields
    return Verdict(f"bucket-{severity.value}", severity, Status.UNKNOWN, **given)


def unset(parameter: str) -> Gap:
    detail = f"parameter {parameter} has no value"
    return Gap(ACCOUNT, None, BUCKET, "app.yaml#Logs", ("Flag",), Reason.UNRESOLVED, detail)


UNSEEN = Population("111122223333", "eu-west-1", BUCKET)


def report(*verdicts: Verdict, policies: tuple[Policy, ...] = POLICIES, **fields: Any) -> Report:
    tally = Counter((verdict.policy, verdict.status) for verdict in verdicts)
    names = {"passed": "PASS", "failed": "FAIL", "unknown": "UNKNOWN", "waived": "WAIVED", "accepted": "ACCEPTED"}
    counts = {
        row.id: PolicyCount(**{field: tally[row.id, Status(name)] for field, name in names.items()}) for row in policies
    }
    defaults: dict[str, Any] = {
        "header": Header("2026-11-22T20:00:00Z", "template", ("app.yaml",)),
        "tool_version": "1.2.3",
        "pack_revision": "revision",
        "engine_version": "1.22.2",
        "policies": policies,
        "counts": counts,
        "verdicts": verdicts,
        "problems": (),
        "tally": {"templates": 1, "other files": 0},
        "notes": (),
    }
    return Report(**(defaults | fields))


def decided(report: Report) -> Decision:
    return decide(report, Thresholds())


BROKEN = Problem("file", "bro ken.yaml", "not valid YAML", 3, 7)
