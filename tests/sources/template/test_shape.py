"""Wrong shapes: what ends a file, what takes one entry out of it, and that both name the place."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.sources.template.decode import decode
from auditor.sources.template.load import Loaded, load
from auditor.sources.template.nodes import Settings

GOOD = "  Good: {Type: AWS::S3::Bucket}\n"


def loaded(source: str) -> Loaded:
    def nothing(path: str) -> Any:
        raise AssertionError(f"{path} was read")

    return load("a.yaml", decode(source.encode()), Settings(), nothing)


@pytest.mark.parametrize(
    ("source", "message", "line"),
    [
        ("", "an empty file", None),
        ("- a", "the top of a template is a mapping, not a list", 1),
        ("hello", "the top of a template is a mapping, not text", 1),
        ("12", "the top of a template is a mapping, not a number", None),
        ("a: 1", "no Resources: not a CloudFormation template", 1),
        ("Parameters: {}\nResources: [a]", "Resources must be a mapping, not a list", 2),
        ("Description: x\nResources:", "Resources is empty", 2),
        ("Resources: yes", "Resources must be a mapping, not a boolean", 1),
        (f"Resources:\n{GOOD}Parameters: [a]", "Parameters must be a mapping, not a list", 3),
        (f"Resources:\n{GOOD}Conditions: x", "Conditions must be a mapping, not text", 3),
        (f"Resources:\n{GOOD}Mappings: 1", "Mappings must be a mapping, not a number", 3),
        (f"Resources:\n{GOOD}Outputs: [1]", "Outputs must be a mapping, not a list", 3),
        (f"Resources:\n{GOOD}Transform: 1", "Transform must be a name, a mapping or a list of them", 1),
    ],
)
def test_a_wrong_section_ends_the_file(source: str, message: str, line: int | None) -> None:
    result = loaded(source)
    assert result.stack is None
    (problem,) = result.problems
    assert (problem.message, problem.line, problem.subject, problem.kind) == (message, line, "a.yaml", "file")


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ("[a]", "resource Bad: must be a mapping, not a list"),
        ("", "resource Bad: must be a mapping, not null"),
        ("{}", "resource Bad: has no Type"),
        ("{Type: {Ref: X}}", "resource Bad: Type must be text, not a mapping"),
        ("{Type: 1}", "resource Bad: Type must be text, not a number"),
        ("{Type: A::B::C, Properties: [a]}", "resource Bad: Properties must be a mapping, not a list"),
        ("{Type: A::B::C, Condition: !Not [x]}", "resource Bad: Condition must be the name of a condition"),
        ("{Type: A::B::C, Metadata: x}", "resource Bad: Metadata must be a mapping, not text"),
    ],
)
def test_a_wrong_resource_goes_alone(resource: str, message: str) -> None:
    result = loaded(f"Resources:\n{GOOD}  Bad: {resource}\n")
    assert result.stack is not None
    assert list(result.stack.section("Resources")) == ["Good"]
    (problem,) = result.problems
    assert (problem.message, problem.line) == (message, 3)


@pytest.mark.parametrize(
    ("section", "message", "kept"),
    [
        ("Parameters:\n  A: x\n  B: {Type: String}", "parameter A: must be a mapping, not text", ["B"]),
        ("Parameters:\n  A: {Default: x}", "parameter A: has no Type", []),
        ("Parameters:\n  A: {Type: String, Default: [x]}", "parameter A: Default must be a value, not a list", []),
        ("Parameters:\n  A: {Type: String, AllowedValues: x}", "parameter A: AllowedValues must be a list", []),
        ("Parameters:\n  A: {Type: String, AllowedPattern: 1}", "parameter A: AllowedPattern must be text", []),
        ("Parameters:\n  A: {Type: String, MinLength: {}}", "parameter A: MinLength must be a number", []),
        ("Conditions:\n  A: true\n  B: !Not [true]", "condition A: must be a condition function", ["B"]),
        ("Mappings:\n  A: {x: y}\n  B: {x: {y: z}}", "mapping A: x must be a mapping, not text", ["B"]),
    ],
)
def test_a_wrong_entry_of_another_section_goes_alone(section: str, message: str, kept: list[str]) -> None:
    result = loaded(f"{section}\nResources:\n{GOOD}")
    assert result.stack is not None
    assert list(result.stack.section(section.partition(":")[0])) == kept
    (problem,) = result.problems
    assert problem.message.startswith(message)
    assert problem.line == 2


def test_what_is_empty_is_no_fault() -> None:
    result = loaded("Parameters:\nOutputs:\nConditions:\nResources:\n  A:\n    Type: A::B::C\n    Properties:\n")
    assert not result.problems
    assert result.stack is not None
    assert result.stack.section("Resources") == {"A": {"Type": "A::B::C"}}


def test_all_problems_of_a_file_are_named() -> None:
    result = loaded(f"Parameters:\n  P: 1\nResources:\n  A: 1\n{GOOD}  B: 2\n  C: {{Type: []}}\n")
    assert [problem.line for problem in result.problems] == [2, 4, 6, 7]
