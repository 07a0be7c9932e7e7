"""A template that declares only what is attached: the resource outside is judged by what the template adds to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.engine.opa import ManagedOpa
from auditor.model import Pack, Problem, Status
from auditor.sources.template.nodes import Settings
from auditor.sources.template.source import TemplateSource
from auditor.workbench.cases import Case
from auditor.workbench.runner import CaseRunner
from auditor.worlds import merge

OPEN = '{Statement: {Effect: Allow, Principal: "*", Action: "*", Resource: "*"}}'
CLOSED = OPEN.replace("Allow", "Deny")

# policy, the resources of a template (`P` is a parameter without a value), the verdict on what stands outside
ROWS = [
    (
        "ec2-default-security-group-closed",
        """
  Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: {"Fn::GetAtt": [Vpc, DefaultSecurityGroup]}, IpProtocol: "-1", CidrIp: 10.0.0.0/8}""",
        Status.FAIL,
    ),
    (
        "ec2-default-security-group-closed",
        '\n  Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}',
        None,
    ),
    (
        "ec2-network-acl-admin-ports-closed",
        """
  Entry:
    Type: AWS::EC2::NetworkAclEntry
    Properties: {NetworkAclId: {Ref: P}, RuleNumber: 100, RuleAction: allow, Protocol: -1, CidrBlock: 0.0.0.0/0}""",
        Status.UNKNOWN,
    ),
    (
        "iam-user-permissions-through-groups",
        f"""
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties: {{Users: [bob], PolicyDocument: {OPEN}}}""",
        Status.FAIL,
    ),
    (
        "lambda-function-policy-not-public",
        """
  Permission:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: {Ref: P}, Action: "lambda:InvokeFunction", Principal: "*"}""",
        Status.FAIL,
    ),
    (
        "s3-bucket-not-public",
        f'\n  Policy: {{Type: "AWS::S3::BucketPolicy", Properties: {{Bucket: {{Ref: P}}, PolicyDocument: {OPEN}}}}}',
        Status.UNKNOWN,
    ),
    (
        "secretsmanager-secret-policy-not-public",
        f"""
  Policy:
    Type: AWS::SecretsManager::ResourcePolicy
    Properties: {{SecretId: {{Ref: P}}, ResourcePolicy: {OPEN}}}""",
        Status.FAIL,
    ),
    (
        "sns-topic-policy-not-public",
        f'\n  Policy: {{Type: "AWS::SNS::TopicPolicy", Properties: {{Topics: [{{Ref: P}}], PolicyDocument: {OPEN}}}}}',
        Status.FAIL,
    ),
    (
        "sns-topic-policy-not-public",
        f"""
  Policy:
    Type: AWS::SNS::TopicPolicy
    Properties: {{Topics: [{{Ref: P}}], PolicyDocument: {CLOSED}}}""",
        None,
    ),
    (
        "sqs-queue-policy-not-public",
        f'\n  Policy: {{Type: "AWS::SQS::QueuePolicy", Properties: {{Queues: [{{Ref: P}}], PolicyDocument: {OPEN}}}}}',
        Status.FAIL,
    ),
]


@pytest.mark.parametrize(("id", "resources", "expected"), ROWS, ids=[f"{row[0]} {row[2]}" for row in ROWS])
def test_what_stands_outside_is_judged_by_what_is_attached(
    id: str, resources: str, expected: Status | None, pack: Pack, engine: ManagedOpa, tmp_path: Path
) -> None:
    policy = next(one for one in pack.policies if one.id == id)
    file = tmp_path / "template.yaml"
    file.write_text(f"Parameters: {{P: {{Type: String}}}}\nResources:{resources}\n")
    runner, case = CaseRunner(policy, engine), Case("", None, policy.subjects[0], "", 0)
    judged = []
    for scope in TemplateSource([str(file)], Settings(), lambda: b"").scopes(runner.plan):
        assert not isinstance(scope, Problem), scope
        judged += [(scope, verdict) for verdict in runner._verdicts(case, scope)]
    assert [verdict.status for verdict in merge(judged) if not isinstance(verdict, Problem)] == (
        [] if expected is None else [expected]
    )
