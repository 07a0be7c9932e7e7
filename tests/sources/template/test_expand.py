"""Macros and modules: what cannot be written out is named, and nothing more than that is lost."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.sources.template.constants import Constants
from auditor.sources.template.decode import decode
from auditor.sources.template.expand import Expansion, expand
from auditor.sources.template.nodes import Settings


def expanded(source: str) -> Expansion:
    template: Any = decode(source.encode())
    return expand(template, "a.yaml", Constants(template, Settings()))


BUCKET = "Resources:\n  Bucket: {Type: AWS::S3::Bucket}\n"
ROTATES = "  R: {Type: AWS::SecretsManager::RotationSchedule, Properties: {HostedRotationLambda: {}}}\n"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (BUCKET, []),
        (f"Transform: AWS::LanguageExtensions\n{BUCKET}", []),
        (f"Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n{BUCKET}", []),
        (f"Transform: AWS::CodeDeployBlueGreen\n{BUCKET}", []),
        (f"Transform: AWS::SecretsManager-2024-09-16\n{BUCKET}", []),
        (f"Transform: AWS::SecretsManager-2024-09-16\n{BUCKET}{ROTATES}", ["AWS::SecretsManager-2024-09-16"]),
        (f"Transform: Count\n{BUCKET}", ["Count"]),
        (f"Transform: [Count, AWS::Serverless-2016-10-31, Other]\n{BUCKET}", ["Count", "Other"]),
        (f"Transform: {{Name: AWS::Include, Parameters: {{Location: s3://b/k}}}}\n{BUCKET}", ["AWS::Include"]),
        (f"Transform: {{Parameters: x}}\n{BUCKET}", ["a macro without a name"]),
        (f"Fn::Transform: {{Name: Count}}\n{BUCKET}", ["Count"]),
        (f"{BUCKET}  Fn::Transform: {{Name: More}}\n", ["More"]),
        (f"{BUCKET}  Fn::Transform: [{{Name: More}}, {{Name: Most}}]\n", ["More", "Most"]),
        (f"{BUCKET}  Other: {{Type: AWS::S3::Bucket, Fn::Transform: {{Name: Inside}}}}\n", ["Inside"]),
        (f"{BUCKET}  Mod: {{Type: Our::S3::Bucket::MODULE}}\n", ["Our::S3::Bucket::MODULE"]),
        (f"{BUCKET}  Mod: {{Type: !Rain::Module bucket.yml}}\n", ["module bucket.yml"]),
        (f"{BUCKET}  Mod: {{Type: {{Rain::Module: bucket.yml}}}}\n", ["module bucket.yml"]),
        (f"{BUCKET}  Mod: {{Type: !Transform {{Name: Typed}}}}\n", ["Typed"]),
        (f"Modules: {{Net: {{Source: ./net.yaml}}}}\n{BUCKET}", ["module Net"]),
    ],
)
def test_what_may_add_resources_is_named(source: str, names: list[str]) -> None:
    result = expanded(source)
    assert [unexpanded.name for unexpanded in result.unexpanded] == names
    assert not result.problems
    assert "Bucket" in result.template["Resources"]
    assert "Fn::Transform" not in result.template["Resources"]


def test_the_place_of_an_include_is_said() -> None:
    (include,) = expanded(f"Transform: {{Name: AWS::Include, Parameters: {{Location: s3://b/k}}}}\n{BUCKET}").unexpanded
    assert include.detail == "the macro of s3://b/k in the template is not expanded"
    assert include.node.start_mark.line == 0


def test_a_macro_inside_properties_is_left_to_the_resolver() -> None:
    result = expanded("Resources:\n  B: {Type: T::T::T, Properties: {P: {Fn::Transform: {Name: M}, x: 1}}}\n")
    assert not result.unexpanded
    assert result.template["Resources"]["B"]["Properties"]["P"] == {"Fn::Transform": {"Name": "M"}, "x": 1}


def test_macros_in_other_sections_add_no_resource() -> None:
    result = expanded(
        "Mappings: {Fn::Transform: {Name: AWS::Include}, M: {a: {b: c}}}\n"
        "Conditions: {Fn::Transform: {Name: AWS::Include}}\n"
        f"Outputs: {{Fn::Transform: {{Name: AWS::Include}}}}\n{BUCKET}"
    )
    assert not result.unexpanded
    assert not result.problems
    assert result.template["Mappings"] == {"M": {"a": {"b": "c"}}}


def test_a_template_that_a_macro_makes_needs_no_resources() -> None:
    result = expanded("Transform: MakeAll")
    assert result.template["Resources"] == {}
    assert [unexpanded.name for unexpanded in result.unexpanded] == ["MakeAll"]


def test_a_loop_that_is_not_known_is_named() -> None:
    source = (
        "Parameters: {L: {Type: CommaDelimitedList}}\nResources:\n  Fn::ForEach::X: [I, !Ref L, {'R${I}': {Type: T}}]\n"
    )
    assert [unexpanded.name for unexpanded in expanded(source).unexpanded] == ["Fn::ForEach::X"]


def test_faults_in_what_a_loop_writes_are_named_once_each() -> None:
    result = expanded("Resources:\n  Fn::ForEach::X: [I, [a, b], {'R${I}': {Type: []}}]\n")
    assert [problem.message for problem in result.problems] == [
        "resource Ra: Type must be text, not a list",
        "resource Rb: Type must be text, not a list",
    ]
