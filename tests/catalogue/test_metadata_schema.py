"""The published schema of the metadata and what the loader takes say the same."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest

from auditor.catalogue import load, metadata_schema
from auditor.engine.tools import OpaTools

VALIDATOR = jsonschema.Draft202012Validator(metadata_schema.schema())


@pytest.fixture(scope="module")
def annotations(opa: str) -> list[Mapping[str, Any]]:
    files = sorted((load.builtin_folder() / "aws").rglob("*.rego"))
    found = OpaTools(opa).inspect([str(file) for file in files if not file.name.endswith("_test.rego")])
    return [row["annotations"] for row in found if row["annotations"].get("scope") == "package"]


def test_every_policy_that_is_loaded_fits_it(annotations: list[Mapping[str, Any]]) -> None:
    assert annotations
    for row in annotations:
        assert not [error.message for error in VALIDATOR.iter_errors(row)], row["title"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("severity", "middling"),
        ("subject", []),
        ("stage", None),
        ("unknown", 1),
        ("remediation", {"text": ""}),
        ("controls", {"fsbp": "S3.1"}),
        ("parameters", {"days": {"type": "integer"}}),
        ("parameters", {"days": {"type": "date", "default": 1}}),
        ("lint", {"short": ""}),
        ("reads", {"AWS::S3::Bucket": {"wants": ["/A"]}}),
    ],
)
def test_what_the_loader_refuses_does_not_fit(key: str, value: Any, annotations: list[Mapping[str, Any]]) -> None:
    wrong = copy.deepcopy(dict(annotations[0]))
    wrong["custom"][key] = value
    assert list(VALIDATOR.iter_errors(wrong))
