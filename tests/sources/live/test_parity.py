"""Template and account agree: each case of a policy, created through the API and collected, has the same verdict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from apply import CREATORS, REGION
from botocore.exceptions import ClientError, ParamValidationError
from botocore.parsers import ResponseParserError

from auditor.catalogue.load import builtin_folder
from auditor.model import Verdict
from auditor.sources.sessions import Patience, own_account

# Policy -> the type of its cases.
POLICIES = {
    "cloudtrail/cloudtrail_log_validation_enabled": "AWS::CloudTrail::Trail",
    "ec2/ec2_security_group_admin_ports_closed": "AWS::EC2::SecurityGroup",
    "ec2/ec2_volume_encrypted": "AWS::EC2::Volume",
    "iam/iam_policy_no_full_admin": "AWS::IAM::ManagedPolicy",
    "iam/iam_role_trust_not_public": "AWS::IAM::Role",
    "kms/kms_key_rotation_enabled": "AWS::KMS::Key",
    "rds/rds_instance_not_public": "AWS::RDS::DBInstance",
    "s3/s3_bucket_public_access_blocked": "AWS::S3::Bucket",
}

# Case -> why an account of moto cannot have it.
NOT_IN_MOTO = {
    "ping and another protocol": "moto's rules of other protocols",
    "a volume from a snapshot that says so": "the snapshot of the case does not exist",
    "a public member of an Aurora cluster": "its cluster does not exist",
    "a key that rotates too seldom": "moto does not tell the period",
    "everything in two halves": "moto refuses such an action",
    "everything spelled with a question mark, on every ARN": "moto refuses such a resource, as IAM does",
}


class _Loader(yaml.SafeLoader):
    """Dates stay text, as in a policy document ("2012-10-17")."""


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def cases(policy: str, type: str) -> dict[str, dict[str, Any]]:
    """The cases on the type alone, seen whole, that pass or fail with the parameters' defaults in an account too."""
    text = (builtin_folder() / "aws" / policy / "cases.yaml").read_text()
    found = yaml.load(text, _Loader)
    left_out = {"hide", "with", "parameters", "template", "only"}
    return {
        case["name"]: case
        for case in found
        if case["expect"] in ("pass", "fail") and not left_out & set(case) and case.get("subject", type) == type
    }


@pytest.mark.parametrize("policy", POLICIES)
def test_a_case_has_its_verdict_in_an_account_too(
    policy: str, aws: Any, collecting: Callable[..., Any], judged: Callable[[Path], list[Verdict]]
) -> None:
    type = POLICIES[policy]
    made: dict[str, str] = {}
    refused: list[str] = []
    for number, (name, case) in enumerate(cases(policy, type).items()):
        try:
            made[CREATORS[type](aws, case["properties"], f"case-{number}")] = name
        except (ClientError, ParamValidationError, ResponseParserError, KeyError, ValueError) as error:
            refused.append(f"{name}: {error!r}")
    assert [text for text in refused if text.split(":")[0] not in NOT_IN_MOTO] == []
    file, _ = collecting(own_account(None, Patience(attempts=1)), globs=(REGION,))
    id = policy.partition("/")[2].replace("_", "-")
    said = {v.resource.name: v.status for v in judged(file) if v.policy == id and v.resource}
    wrong = {
        name: said.get(created)
        for created, name in made.items()
        if name not in NOT_IN_MOTO and said.get(created) != cases(policy, type)[name]["expect"].upper()
    }
    assert wrong == {}
    assert made
