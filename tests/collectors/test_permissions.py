"""The printed policy against what a run really calls."""

from __future__ import annotations

import fnmatch
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from seed import REGION, seed

from auditor.catalogue import load, plan, select
from auditor.cli.permissions import permissions
from auditor.collectors.base import wanted_of
from auditor.collectors.permissions import IDENTITY, LIMIT, ORGANIZATION, REGIONS, actions, calls, documents
from auditor.collectors.table import SERVICES
from auditor.data.security_audit import LACKS, VERSION
from auditor.engine.tools import OpaTools
from auditor.facts.table import FACTS
from auditor.sources.live import Collection, collect
from auditor.sources.sessions import Patience, own_account

OPTIONS = frozenset({"user-data"})

# Calls that a run makes only over resources that moto cannot make or the seed does not have.
NOT_IN_THE_SEED = {
    "guardduty:GetDetector": "no detector in the seed",
    "ec2:GetManagedPrefixListEntries": "moto's own prefix lists belong to AWS",
    "rds:DescribeDBSnapshotAttributes": "no snapshot in the seed",
    "rds:DescribeDBClusterSnapshotAttributes": "no snapshot in the seed",
    "cloudtrail:GetEventDataStore": "asked in test_trails.py",
    **dict.fromkeys(
        (
            *("organizations:ListPoliciesForTarget", "organizations:ListParents", "organizations:ListRoots"),
            "organizations:DescribePolicy",
        ),
        "asked in test_organizations.py",
    ),
    **dict.fromkeys(
        (
            *("cloudfront:GetDistributionConfig", "ecr:GetRepositoryPolicy", "secretsmanager:GetResourcePolicy"),
            *("elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeLoadBalancerAttributes"),
            *("sns:GetTopicAttributes", "sqs:GetQueueAttributes"),
        ),
        "asked in test_services_a.py",
    ),
    **dict.fromkeys(
        (
            *("backup:GetBackupPlan", "backup:ListBackupSelections", "backup:GetBackupSelection"),
            *("dynamodb:ListTagsOfResource", "events:ListTargetsByRule", "sns:GetSubscriptionAttributes"),
        ),
        "asked in test_services_c.py",
    ),
}


def test_every_call_of_a_run_is_allowed_and_nothing_else_is(aws: Any, opa: str, tmp_path: Path) -> None:
    seed(aws)
    pack = load.load([load.builtin_folder()], OpaTools(opa), None)
    wanted = wanted_of(plan.plan(select.select(pack.policies, (), "live"), FACTS).reads)
    sent: set[tuple[str, str]] = set()
    account = own_account(None, Patience(attempts=1))

    def note(params: Any, model: Any, **_: Any) -> None:
        sent.add((model.service_model.service_name, model.name))

    account.session.events.register("before-call", note)
    collect(tmp_path / "a.json", [account], Collection(wanted, (), (REGION,), "2026-11-22T00:00:00Z", OPTIONS))

    action_of = {
        (service.client, account.client(service.client, REGION).meta.method_to_api_mapping[call.method]): call.action
        for service in SERVICES
        for call in service.calls
    }
    made = {action_of[operation] for operation in sent - {("ec2", "DescribeRegions"), ("sts", "GetCallerIdentity")}}
    printed = set(actions(wanted, OPTIONS))
    assert made <= printed
    assert printed - made - {REGIONS} <= set(NOT_IN_THE_SEED)


def test_every_action_only_lists_or_reads() -> None:
    for service in SERVICES:
        for call in service.calls:
            verb = call.action.partition(":")[2]
            assert verb.startswith(("List", "Get", "Describe", "BatchGet")) or call.action in (
                "iam:GenerateCredentialReport",
                "apigateway:GET",
            )
            assert call.action not in ("secretsmanager:GetSecretValue", "lambda:GetFunction", "s3:GetObject")


def test_an_option_that_was_not_chosen_is_not_allowed() -> None:
    wanted = wanted_of({"AWS::EC2::Instance": ((), ("UserData",))})
    assert "ec2:DescribeInstanceAttribute" not in actions(wanted)
    assert "ec2:DescribeInstanceAttribute" in actions(wanted, OPTIONS)
    assert [call.operation for _, call in calls(wanted, frozenset())] == ["describe_instances"]


def test_a_policy_over_the_limit_is_split() -> None:
    names = [f"service:Describe{'X' * 50}{number:04}" for number in range(300)]
    found = documents(names)
    assert len(found) > 1
    assert [name for each in found for name in each["Statement"][0]["Action"]] == names
    assert all(len(json.dumps(each, separators=(",", ":"))) <= LIMIT for each in found)


@pytest.mark.parametrize("format", ["json", "cloudformation", "terraform"])
def test_the_command_prints_each_format(opa: str, format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITOR_OPA", opa)
    done = CliRunner().invoke(permissions, ["--format", format, "--policy", "s3-bucket-tls*", "--organization"])
    assert done.exit_code == 0, done.output
    expected = ["ec2:DescribeRegions", "organizations:ListAccounts", "s3:GetBucketPolicy", "s3:ListAllMyBuckets"]
    if format == "terraform":
        assert done.output.startswith('resource "aws_iam_policy" "auditor"')
        assert all(f'"{action}"' in done.output for action in expected)
    elif format == "cloudformation":
        document = yaml.safe_load(done.output)["Resources"]["Auditor"]["Properties"]["PolicyDocument"]
        assert document["Statement"][0]["Action"] == expected
    else:
        assert json.loads(done.output)["Statement"][0]["Action"] == expected


def security_audit() -> list[str]:
    """The actions of AWS's own policy, as moto carries it."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    policy = json.loads(aws_managed_policies_data)["SecurityAudit"]
    assert f"{policy['DefaultVersionId']} of {policy['UpdateDate'][:10]}" == VERSION
    statements = policy["Document"]["Statement"]
    return [action.lower() for statement in statements for action in statement["Action"]]


def test_what_security_audit_lacks_is_what_the_table_says() -> None:
    allowed = security_audit()
    used = {call.action for service in SERVICES for call in service.calls} | {REGIONS, *ORGANIZATION}
    lacks = {
        action
        for action in (used | LACKS) - {IDENTITY}
        if not any(fnmatch.fnmatchcase(action.lower(), pattern) for pattern in allowed)
    }
    assert lacks == LACKS


def test_the_command_prints_what_security_audit_lacks(opa: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITOR_OPA", opa)
    asked = ["--policy", "s3-bucket-tls*", "--beyond-security-audit"]
    done = CliRunner().invoke(permissions, asked)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "allows all of it" in done.stderr
    monkeypatch.setattr("auditor.data.security_audit.LACKS", frozenset({"s3:GetBucketPolicy"}))
    done = CliRunner().invoke(permissions, asked)
    assert json.loads(done.stdout)["Statement"][0]["Action"] == ["s3:GetBucketPolicy"]
