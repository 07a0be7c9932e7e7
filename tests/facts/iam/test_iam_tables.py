from __future__ import annotations

import json
from pathlib import Path

import cfnlint
import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

import auditor
from auditor.data import iam_actions
from auditor.data.iam_resource_policies import RESOURCE_POLICIES
from auditor.data.iam_services import IAM_ACTIONS, SERVICES
from auditor.facts.iam import FACTS
from auditor.model import Json

SCHEMAS = Path(auditor.__file__).parent / "schemas"


@pytest.fixture(scope="module")
def shipped() -> Json:
    return json.loads(Path(cfnlint.__path__[0], "data/AdditionalSpecs/Policies.json").read_text())


def test_services_are_those_of_cfn_lint(shipped: Json) -> None:
    assert set(SERVICES) == set(shipped)
    assert set(IAM_ACTIONS) == set(shipped["iam"]["Actions"])


@pytest.mark.parametrize(
    ("service", "kind", "table"),
    [
        ("s3", "object", iam_actions.S3_OBJECT),
        ("s3", "bucket", iam_actions.S3_BUCKET),
        ("sns", "topic", iam_actions.SNS_TOPIC),
        ("sqs", "queue", iam_actions.SQS_QUEUE),
        ("kms", "key", iam_actions.KMS_KEY),
        ("secretsmanager", "Secret", iam_actions.SECRET),
        ("ecr", "repository", iam_actions.ECR_REPOSITORY),
    ],
)
def test_actions_are_those_of_cfn_lint(service: str, kind: str, table: tuple[str, ...], shipped: Json) -> None:
    expected = {name for name, row in shipped[service]["Actions"].items() if kind in row.get("Resources", ())}
    assert {one.lower() for one in table} == {f"{service}:{name}" for name in expected}


def test_facts_read_properties_that_cloudformation_has() -> None:
    reads = {(type, path[0]) for fact in FACTS for type, paths in fact.reads.items() for path in paths}
    for type, name in sorted(reads, key=str):
        if type.startswith("Auditor::"):
            schema = json.loads((SCHEMAS / f"{type.replace('::', '-')}.json").read_text())
        else:
            schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type).schema
        assert name in schema["properties"], (type, name)


def test_each_row_is_a_type_of_its_own() -> None:
    assert len({row.type for row in RESOURCE_POLICIES}) == len(RESOURCE_POLICIES)
    assert all(row.link.startswith("https://docs.aws.amazon.com/") for row in RESOURCE_POLICIES)
