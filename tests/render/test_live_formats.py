"""ASFF by botocore's own model of BatchImportFindings, OCSF by its published schema (1.8.0)."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import botocore.session
import jsonschema
import msgspec
import pytest
from botocore.validate import ParamValidator
from hostile import ACCOUNT, ACCOUNTS, NAMES
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from rendering import rendered
from reports import LIVE, UNSEEN, failed, finding, report, undecided

from auditor.data.asff_types import NAMES as TYPES
from auditor.data.asff_types import OTHERWISE
from auditor.model import Gap, Problem, Reason, Report, Severity, Status, Verdict

DENIED = Gap(ACCOUNT, "eu-west-1", "AWS::S3::Bucket", LIVE.id, ("Policy",), Reason.DENIED, "s3:GetBucketPolicy")
FAILED = failed(finding(location=None), resource=LIVE, location=None)
UNDECIDED = undecided(DENIED, resource=LIVE, location=None)
PASSED = Verdict("bucket-high", Severity.HIGH, Status.PASS, resource=LIVE)
WAIVED = msgspec.structs.replace(FAILED, status=Status.WAIVED, reason="known")
ACCEPTED = msgspec.structs.replace(UNDECIDED, status=Status.ACCEPTED, reason="blind here")


def shape() -> Any:
    model = botocore.session.get_session().get_service_model("securityhub")
    return model.operation_model("BatchImportFindings").input_shape


def asff(made: Report) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = json.loads(rendered("asff", made))
    complaints = ParamValidator().validate({"Findings": findings}, shape()).generate_report()
    assert not complaints
    return findings


@cache
def schema() -> dict[str, Any]:
    found: dict[str, Any] = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.8.0")).get_class_schema(
        "compliance_finding", ["cloud"]
    )
    return found


def ocsf(made: Report) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = json.loads(rendered("ocsf", made))
    validator = jsonschema.Draft202012Validator(schema())
    for event in events:
        validator.validate(event)
    return events


def test_hostile_names_are_valid_and_nothing_is_lost() -> None:
    size = 6 * len(NAMES) + 3
    assert len(asff(ACCOUNTS)) == len(ocsf(ACCOUNTS)) == size


def test_no_entry_overwrites_another() -> None:
    made = report(
        FAILED, failed(resource=LIVE, location=None, severity=Severity.LOW), undecided(resource=None, population=UNSEEN)
    )
    assert len({entry["Id"] for entry in asff(made)}) == 3
    assert len({entry["finding_info"]["uid"] for entry in ocsf(made)}) == 3


@pytest.mark.parametrize("verdict", [UNDECIDED, PASSED, WAIVED, ACCEPTED])
def test_what_comes_later_updates_the_same_entry(verdict: Verdict) -> None:
    (before,), (after,) = asff(report(FAILED)), asff(report(verdict))
    assert (before["Id"], before["ProductArn"]) == (after["Id"], after["ProductArn"])
    (event,), (later,) = ocsf(report(FAILED)), ocsf(report(verdict))
    assert event["finding_info"]["uid"] == later["finding_info"]["uid"]


@pytest.mark.parametrize(
    ("verdict", "status", "label"),
    [
        (FAILED, "FAILED", "HIGH"),
        (UNDECIDED, "WARNING", "HIGH"),
        (WAIVED, "WARNING", "HIGH"),
        (ACCEPTED, "WARNING", "HIGH"),
        (PASSED, "PASSED", "INFORMATIONAL"),
    ],
)
def test_security_hub_shows_only_a_pass_as_passed(verdict: Verdict, status: str, label: str) -> None:
    (entry,) = asff(report(verdict))
    assert (entry["Compliance"]["Status"], entry["Severity"]["Label"]) == (status, label)
    assert entry["ProductFields"]["auditor/status"] == verdict.status.value


@pytest.mark.parametrize(
    ("verdict", "status", "life"),
    [(FAILED, 3, 1), (UNDECIDED, 0, 1), (WAIVED, 3, 3), (ACCEPTED, 0, 3), (PASSED, 1, 4)],
)
def test_ocsf_shows_only_a_pass_as_passed(verdict: Verdict, status: int, life: int) -> None:
    (event,) = ocsf(report(verdict))
    assert (event["compliance"]["status_id"], event["status_id"]) == (status, life)


def test_the_missing_permission_is_named() -> None:
    (entry,), (event,) = asff(report(UNDECIDED)), ocsf(report(UNDECIDED))
    assert entry["Compliance"]["StatusReasons"] == [{"ReasonCode": "DENIED", "Description": "s3:GetBucketPolicy"}]
    assert event["compliance"]["status_details"] == ["denied: s3:GetBucketPolicy"]


def test_an_account_that_could_not_be_judged_is_an_entry() -> None:
    made = report(problems=(Problem("account", ACCOUNT, "no role to assume"), Problem("policy", "p", "errored")))
    (entry,), (event,) = asff(made), ocsf(made)
    assert (entry["AwsAccountId"], entry["Compliance"]["Status"]) == (ACCOUNT, "WARNING")
    assert entry["Resources"][0]["Type"] == "AwsAccount"
    assert "no role to assume" in entry["Description"] and "no role to assume" in event["message"]


def test_limits_of_security_hub_hold() -> None:
    """https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html"""
    long = failed(finding("x" * 9000, location=None), resource=LIVE, location=None)
    (entry,) = asff(report(msgspec.structs.replace(long, status=Status.WAIVED, reason="y" * 9000)))
    assert len(entry["Description"]) <= 1024 and len(entry["Title"]) <= 256 and len(entry["Id"]) <= 512
    assert len(entry["Remediation"]["Recommendation"]["Text"]) <= 512
    assert all(len(value) <= 2048 for value in entry["ProductFields"].values())


def test_partition_region_and_type_are_those_of_the_resource() -> None:
    china = msgspec.structs.replace(LIVE, id="arn:aws-cn:s3:::logs", region="cn-north-1")
    (entry,) = asff(report(msgspec.structs.replace(FAILED, resource=china)))
    assert entry["ProductArn"].startswith("arn:aws-cn:securityhub:cn-north-1:")
    assert entry["Resources"] == [
        {"Type": "AwsS3Bucket", "Id": "arn:aws-cn:s3:::logs", "Partition": "aws-cn", "Region": "cn-north-1"}
    ]
    user = msgspec.structs.replace(LIVE, id="arn:aws:iam::111122223333:user/a", type="AWS::IAM::User", region=None)
    (entry,) = asff(report(msgspec.structs.replace(FAILED, resource=user)))
    assert entry["ProductArn"].startswith("arn:aws:securityhub:us-east-1:")


def test_the_names_of_types_are_those_of_security_hub() -> None:
    details = shape().members["Findings"].member.members["Resources"].member.members["Details"].members
    assert {name for name in details if name.startswith("Aws")} == TYPES
    assert set(OTHERWISE.values()) <= TYPES
