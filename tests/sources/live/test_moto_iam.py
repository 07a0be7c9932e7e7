"""The printed policy against an IAM that enforces it: moto's own, which knows the actions of some services."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from seed import REGION, seed

from auditor.collectors import permissions
from auditor.collectors.base import wanted_of
from auditor.errors import SourceError
from auditor.model import Gap, Plan, Reason
from auditor.snapshot import GapLine, lines
from auditor.sources.live import Collection, collect
from auditor.sources.sessions import Patience, own_account

# Where moto asks for the very action that AWS asks for.
ENFORCED = {
    *("autoscaling", "ec2", "iam", "kms", "rds", "ecs", "codebuild", "cloudtrail", "sns", "sqs"),
    *("secretsmanager", "ecr", "config", "elasticloadbalancing", "dynamodb", "events", "organizations", "firehose"),
}

_PATHS = "moto computes another signature than botocore for a REST call, and refuses it whatever is allowed"

# Service -> why moto's answer says nothing of AWS's.
NOT_ENFORCED = {
    "backup": _PATHS,
    "elasticfilesystem": _PATHS,
    "guardduty": _PATHS,
    "lambda": _PATHS,
    "cloudwatch": "moto does not find the action in botocore's protocol, and refuses it whatever is allowed",
    "s3": "S3 asks for actions that are named after the API operation, and not AWS's (s3:ListBuckets)",
    "access-analyzer": "moto does not know the service",
    "observabilityadmin": "moto does not know the service",
    "account": "moto answers 404 instead of 403",
    "apigateway": "moto asks for apigateway:GetRestApis and the like, AWS for apigateway:GET",
    "cloudfront": "moto's 403 has no code, and its action no name",
    "logs": "moto does not know the deliveries",
    "securityhub": "moto does not know half of the calls",
    "sts": "AWS asks for no permission at all",
}

# One of each kind: lists, details, what hangs on a resource, bulk.
TEN = (
    "autoscaling:DescribeLaunchConfigurations",
    "cloudtrail:GetTrailStatus",
    "codebuild:BatchGetProjects",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeVolumes",
    "ecs:DescribeTaskDefinition",
    "iam:GetAccountAuthorizationDetails",
    "kms:GetKeyRotationStatus",
    "kms:ListKeys",
    "rds:DescribeDBInstances",
)


@pytest.fixture
def enforced(aws: Any, moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[tuple[str, ...]], None]]:
    """`enforced(actions)`: from now on the credentials are a user's who may do that and nothing else."""
    seed(aws)
    iam = aws("iam")
    iam.create_user(UserName="auditor")
    key = iam.create_access_key(UserName="auditor")["AccessKey"]

    def ask(count: str) -> None:
        text = {"Content-Type": "text/plain"}
        urlopen(Request(f"{moto_url}/moto-api/reset-auth", count.encode(), text, method="POST"), timeout=60).close()

    def enforce(actions: tuple[str, ...]) -> None:
        ask("inf")
        allowed = [*actions, permissions.IDENTITY]
        document = {"Statement": [{"Effect": "Allow", "Action": allowed, "Resource": "*"}], "Version": "2012-10-17"}
        iam.put_user_policy(UserName="auditor", PolicyName="printed", PolicyDocument=json.dumps(document))
        ask("0")

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    yield enforce
    ask("inf")


def denied(everything: Plan, file: Path, prefixes: set[str]) -> set[str]:
    """The actions of these services that were refused; asked is only what they fill."""
    wanted = wanted_of(everything.reads)
    types = {
        type
        for _, call in permissions.calls(wanted, frozenset())
        for type in call.fills
        if call.action.partition(":")[0] in prefixes
    }
    asked = {type: names for type, names in wanted.items() if type in types}
    account = own_account(None, Patience(attempts=1))
    collect(file, [account], Collection(asked, (), (REGION,), "2026-11-22T00:00:00Z"))
    gaps: list[Gap] = [line.gap for line in lines(file) if isinstance(line, GapLine)]
    return {gap.detail.split(" ")[0] for gap in gaps if gap.reason is Reason.DENIED}


def test_every_service_is_enforced_or_has_its_reason() -> None:
    prefixes = {action.partition(":")[0] for service in permissions.SERVICES for action in actions_of(service)}
    assert sorted(prefixes - ENFORCED - set(NOT_ENFORCED)) == []
    assert ENFORCED.isdisjoint(NOT_ENFORCED)


def actions_of(service: Any) -> set[str]:
    return {call.action for call in service.calls}


def test_the_printed_policy_is_enough_and_each_of_ten_actions_is_needed(
    enforced: Callable[[tuple[str, ...]], None], everything: Plan, tmp_path: Path
) -> None:
    printed = permissions.actions(wanted_of(everything.reads))
    assert set(TEN) <= set(printed)
    enforced(printed)
    refused = denied(everything, tmp_path / "all.json", ENFORCED)
    assert {action for action in refused if action.partition(":")[0] in ENFORCED} == set()
    for action in TEN:
        enforced(tuple(name for name in printed if name != action))
        assert denied(everything, tmp_path / "less.json", {action.partition(":")[0]}) == {action}


def test_without_any_right_there_is_one_clear_message(
    enforced: Callable[[tuple[str, ...]], None], everything: Plan, tmp_path: Path
) -> None:
    enforced(())
    with pytest.raises(SourceError, match=r"nothing may be read in 123456789012 .*`auditor permissions`"):
        denied(everything, tmp_path / "none.json", {"ec2"})
    assert list(tmp_path.iterdir()) == []
