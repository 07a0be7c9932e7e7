"""Whatever is written into a template: it ends as scopes or as a problem, soon, and nothing is raised.

A small fuzzer over the whole source (decoder, expansion, worlds, resolver): good templates, spoiled line by line.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Plan, Problem, Scope
from auditor.sources.template.nodes import Settings
from auditor.sources.template.source import TemplateSource

FIXTURES = sorted((Path(__file__).parents[3] / "fixtures/templates").rglob("*.*"))
LOOPS = """
Transform: AWS::LanguageExtensions
Mappings: {M: {eu: {Names: [a, b]}}}
Resources:
  Fn::ForEach::L:
    - X
    - !FindInMap [M, eu, Names]
    - B${X}:
        Type: AWS::S3::Bucket
        Properties:
          BucketName: !Sub "${AWS::StackName}-${X}"
"""
TEXTS = [path.read_text() for path in FIXTURES if path.is_file()] + [LOOPS]

# What a value is replaced by: every function in a wrong and a right shape, and the scalars that surprise.
VALUES = """
null|[]|{}|1|true|''|'*'|1.5|2012-10-17|99999999999999999999999999999999999999999999|- x
!Ref X|!Ref Env|!Ref AWS::NoValue|{Ref: [a]}|!GetAtt A.B|!GetAtt [A]|!Sub '${X}'|!Sub '${'|{Fn::Sub: [a, b, c]}
!If [IsProd, b, !Ref AWS::NoValue]|!If [a]|{'Fn::If': x}|!Equals [a]|!And []|!Not x|!Condition x|{Condition: IsProd}
!Select [0, !Ref X]|!Select [a, b]|!Split [',', !Ref X]|!Split ['', x]|!Join ['', !Ref A]|!Join [1]|!Cidr [a, b, c]
!FindInMap [a, b, c]|!FindInMap x|!ImportValue x|!Base64 {a: b}|!Transform {Name: x}|!Unknown x|!GetAZs ''
{a: {b: [c, {d: e}]}}|{'Fn::ForEach::X': [a, [b], {c: d}]}|{'Fn::ForEach::X': [a]}|'{{resolve:ssm:x}}'|'{{resolve:'
AWS::S3::Bucket|AWS::CloudFormation::Stack|AWS::Serverless::Function|Custom::X|X::Y::Z::MODULE|[AWS::S3::Bucket]
""".replace("\n", "|").strip("|").split("|")  # fmt: skip
PLAN = Plan(
    {
        type: (("*",),)
        for type in (
            "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::IAM::Role", "AWS::IAM::ManagedPolicy",
            "AWS::EC2::SecurityGroup", "AWS::EC2::Instance", "AWS::EC2::Volume", "AWS::KMS::Key",
            "AWS::CloudTrail::Trail", "AWS::RDS::DBInstance", "AWS::Lambda::Function", "AWS::Serverless::Function",
        )
    }
)  # fmt: skip


def outcome(text: str) -> list[Scope | Problem]:
    source = TemplateSource(["-"], Settings(max_worlds=8), lambda: text.encode())
    found = list(source.scopes(PLAN))
    for scope in found:
        if isinstance(scope, Problem):
            assert scope.message
            continue
        for resource in scope.resources():
            assert scope.locate(resource.id, ()) is not None
            scope.locate(resource.id, ("PublicAccessBlockConfiguration", "BlockPublicAcls"))
            scope.construct(resource.id)
            scope.assumed(resource.id)
    return found


@st.composite
def spoiled(draw: st.DrawFn) -> str:
    lines = draw(st.sampled_from(TEXTS)).split("\n")
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        match draw(st.sampled_from(["delete", "repeat", "value", "value", "value", "indent", "outdent", "character"])):
            case "delete" if len(lines) > 1:
                del lines[at]
            case "repeat":
                lines.insert(at, lines[draw(st.integers(0, len(lines) - 1))])
            case "value":
                comma = "," if line.rstrip().endswith(",") else ""
                lines[at] = f"{line.partition(':')[0]}: {draw(st.sampled_from(VALUES))}{comma}"
            case "indent":
                lines[at] = "  " + line
            case "outdent":
                lines[at] = line[draw(st.integers(1, 4)) :]
            case "character" if line:
                column = draw(st.integers(0, len(line) - 1))
                lines[at] = line[:column] + draw(st.sampled_from("{}[]\"'&*!|>%@`:,#-?\x00\té")) + line[column + 1 :]
    return "\n".join(lines)


@given(spoiled())
@settings(max_examples=250)
def test_a_spoiled_template_ends_as_scopes_or_problems(text: str) -> None:
    assert outcome(text)


def bucket(name: str, properties: str = "{}", condition: str = "") -> str:
    attribute = f", Condition: {condition}" if condition else ""
    return f"  {name}: {{Type: AWS::S3::Bucket, Properties: {properties}{attribute}}}\n"


def each(count: int, line: str) -> str:
    return "".join(line.replace("<next>", str(index + 1)).replace("<i>", str(index)) for index in range(count))


DEEP_JOIN = "{Fn::Join: ['', [" * 30 + "x" + "]]}" * 30
DEEP_NOT = "{Fn::Not: [" * 45 + "{Fn::Equals: [a, b]}" + "]}" * 45
HOSTILE = {
    "circular references": "Resources:\n"
    + bucket("A", "{BucketName: !Ref B}") + bucket("B", "{BucketName: !Ref A}"),
    "a circle of attributes": "Resources:\n"
    "  A: {Type: AWS::IAM::Role, Properties: {RoleName: !GetAtt A.RoleName}}\n",
    "cyclic conditions": "Conditions: {A: !Not [!Condition B], B: !Not [!Condition A], C: !Condition C}\nResources:\n"
    + bucket("X", condition="A") + bucket("Y", condition="C"),
    "deep functions": "Resources:\n" + bucket("A", f"{{BucketName: {DEEP_JOIN}}}"),
    "deep conditions": f"Conditions: {{A: {DEEP_NOT}}}\nResources:\n" + bucket("X", condition="A"),
    "a chain of conditions": "Conditions:\n  C0: !Equals [a, !Ref AWS::Region]\n"
    + each(400, "  C<next>: !And [!Condition C<i>, !Condition C<i>]\n")
    + "Resources:\n" + bucket("X", condition="C400"),
    "a chain of names": "Resources:\n"
    + each(15, bucket("B<i>", "{BucketName: !Sub '${B<next>}${B<next>}'}")) + bucket("B15"),
    "a growing join": "Mappings: {M: {a: {b: [" + "x," * 500 + "]}}}\nResources:\n"
    + bucket("A", "{BucketName: !Join [x, !FindInMap [M, a, b]]}"),
    "many parameters": "Parameters:\n" + each(40, "  P<i>: {Type: String, Default: x}\n")
    + "Conditions:\n" + each(40, "  C<i>: !Equals [!Ref P<i>, y]\n")
    + "Resources:\n" + each(40, bucket("R<i>", condition="C<i>")),
    "an expensive pattern": "Parameters: {P: {Type: String, AllowedPattern: '(a+)+$'}}\n"
    "Conditions: {C: !Equals [!Ref P, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!]}\n"
    "Resources:\n" + bucket("A", condition="C"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_template_ends(name: str) -> None:
    start = time.process_time()
    assert outcome(HOSTILE[name])
    assert time.process_time() - start < 10


def test_ten_thousand_resources_are_judged() -> None:
    (scope,) = outcome("Resources:\n" + each(10_000, bucket("B<i>")))
    assert not isinstance(scope, Problem)
    assert sum(1 for _ in scope.resources()) == 10_000
