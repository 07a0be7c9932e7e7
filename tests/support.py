"""Values for tests that need a policy, a resource or a gap and care about one field of it."""

from __future__ import annotations

from typing import Any

from auditor.model import (
    Access,
    Gap,
    Parameter,
    Path,
    Policy,
    Reason,
    Remediation,
    Resource,
    ResourceRef,
    Severity,
    Sign,
    reference,
)

ACCOUNT = "111122223333"
BUCKET = "AWS::S3::Bucket"
POLICY = "AWS::S3::BucketPolicy"
BLOCK = "Auditor::S3::AccountPublicAccessBlock"


def policy(*accesses: Access, **fields: Any) -> Policy:
    defaults: dict[str, Any] = {
        "id": "s3-bucket-example",
        "key": "s3_bucket_example",
        "title": "An example",
        "description": "An example.",
        "severity": Severity.HIGH,
        "function": "prevent",
        "stage": "reactive",
        "subjects": (BUCKET,),
        "scope": "account",
        "applies": "both",
        "accesses": accesses,
        "parameters": dict[str, Parameter](),
        "controls": {},
        "remediation": Remediation("Turn it on."),
        "references": (),
        "file": "s3_bucket_example.rego",
    }
    return Policy(**(defaults | fields))


def reads(sign: str, path: Path = ("Flag",), type: str = BUCKET, subject: bool = True, owned: bool = False) -> Access:
    return Access(type, path, Sign(sign), subject, owned)


def resource(name: str = "logs", type: str = BUCKET, **fields: Any) -> Resource:
    defaults: dict[str, Any] = {
        "type": type,
        "id": f"{type}/{name}",
        "account": ACCOUNT,
        "region": "eu-west-1",
        "name": name,
        "arn": f"arn:aws:test:::{name}",
        "properties": {},
    }
    return Resource(**(defaults | fields))


def gap(type: str = BUCKET, id: str | None = None, path: Path = (), **fields: Any) -> Gap:
    defaults: dict[str, Any] = {
        "account": ACCOUNT,
        "region": None,
        "type": type,
        "id": id,
        "path": path,
        "reason": Reason.DENIED,
        "detail": "s3:GetSomething",
    }
    return Gap(**(defaults | fields))


def reference_of(subject: Resource) -> ResourceRef:
    return reference(subject)
