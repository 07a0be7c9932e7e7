"""Collecting accounts when AWS, the network, the disk or the user does not play along."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faulty import CUT, EXPIRED, HANG, THROTTLED, Answer, endpoint
from seed import CANARY, REGION, seed

from auditor.collectors.base import wanted_of
from auditor.data.secret_places import PLACES
from auditor.errors import OutputError
from auditor.facts.table import FACTS
from auditor.model import Gap, Plan, Reason, Status, Verdict
from auditor.snapshot import GapLine, ResourceLine, TrailerLine, lines
from auditor.sources.file import SnapshotSource
from auditor.sources.live import Collected
from auditor.sources.organization import Chosen, Unreached, accounts
from auditor.sources.sessions import Account, Patience, own_account, through_role

Collect = Callable[..., tuple[Path, Collected]]
ONCE = Patience(attempts=1)
ESCALATION = "iam-principal-no-privilege-escalation"


def gaps_of(file: Path) -> list[Gap]:
    return [line.gap for line in lines(file) if isinstance(line, GapLine)]


def trailer(file: Path) -> TrailerLine:
    (last,) = [line for line in lines(file) if isinstance(line, TrailerLine)]
    return last


def test_no_secret_is_kept_or_logged(aws: Any, collecting: Collect, caplog: pytest.LogCaptureFixture) -> None:
    seed(aws)
    with caplog.at_level(logging.INFO):
        file, _ = collecting(own_account(None, ONCE))
    text = file.read_text()
    assert CANARY not in text
    assert CANARY not in caplog.text
    found = {line.resource.type: line.resource for line in lines(file) if isinstance(line, ResourceLine)}
    live = {place.type for place in PLACES if not place.type.startswith("AWS::Serverless::")}
    assert live <= set(found), "each listed place has a secret in the seed"
    redacted = {(gap.type, gap.path[-1]) for gap in gaps_of(file) if gap.reason is Reason.REDACTED}
    for place in PLACES:
        if place.type in live and place.path[-1] != "*":
            assert (place.type, place.path[-1]) in redacted, place
    for type in live:
        assert any(gap.type == type and gap.reason is Reason.REDACTED for gap in gaps_of(file)), type
    assert trailer(file).coverage["123456789012"].facts == {"secret.scan": FACTS["secret.scan"].version}


def test_without_the_option_user_data_is_a_gap_and_not_a_pass(aws: Any, collecting: Collect, judged: Any) -> None:
    seed(aws)
    file, collected = collecting(own_account(None, ONCE), options=frozenset())
    assert "ec2:DescribeInstanceAttribute" not in collected.calls
    verdicts = [v for v in judged(file) if v.policy == "secrets-not-in-plaintext" and v.resource]
    of_instances = [v for v in verdicts if v.resource.type == "AWS::EC2::Instance"]
    assert {v.status for v in of_instances} == {"UNKNOWN"}
    assert "--user-data" in of_instances[0].gaps[0].detail


def test_a_public_snapshot_is_hidden_where_only_that_question_fails(
    aws: Any, moto_url: str, collecting: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = aws("ec2", REGION).create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
    aws("ec2", REGION).create_snapshot(VolumeId=volume)

    def fault(service: str, said: str) -> Answer | None:
        return Answer(400, THROTTLED) if "RestorableBy" in said else None

    with endpoint(moto_url, fault) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        file, _ = collecting(own_account(None, ONCE))
    (public,) = [gap for gap in gaps_of(file) if gap.path == ("Public",)]
    assert (public.type, public.reason) == ("Auditor::EC2::Snapshot", Reason.THROTTLED)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Answer(400, THROTTLED), Reason.THROTTLED),
        (Answer(500), Reason.FAILED),
        (CUT, Reason.FAILED),
        (Answer(200, b"<html"), Reason.FAILED),
    ],
    ids=["throttled", "500", "cut", "malformed"],
)
def test_whatever_breaks_is_a_gap(
    aws: Any, moto_url: str, collecting: Collect, monkeypatch: pytest.MonkeyPatch, fault: Answer, reason: Reason
) -> None:
    with endpoint(moto_url, lambda service, said: fault if service == "rds" else None) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        file, _ = collecting(own_account(None, ONCE))
    found = {(gap.type, gap.id, gap.reason) for gap in gaps_of(file) if gap.type.startswith("AWS::RDS")}
    assert ("AWS::RDS::DBInstance", None, reason) in found
    assert "AWS::RDS::DBInstance" not in trailer(file).coverage["123456789012"].lists
    assert "AWS::EC2::Volume" in trailer(file).coverage["123456789012"].lists


@pytest.mark.parametrize(
    ("service", "type", "action", "body"),
    [
        ("rds", "AWS::RDS::DBInstance", "rds:DescribeDBInstances", b"<DescribeDBInstancesResponse><DBInstances>"),
        ("ec2", "AWS::EC2::Volume", "ec2:DescribeVolumes", b"\x00\xff"),
        ("s3", "AWS::S3::Bucket", "s3:ListAllMyBuckets", b"<html><body>Sign in</body></html>"),
        ("kms", "AWS::KMS::Key", "kms:ListKeys", b'{"Keys": [{"KeyId"'),
        ("kms", "AWS::KMS::Key", "kms:ListKeys", b'{"Keys": 7}'),
        ("lambda", "AWS::Lambda::Function", "lambda:ListFunctions", b"{"),
        ("monitoring", "AWS::CloudWatch::Alarm", "cloudwatch:DescribeAlarms", b"\x9f"),
    ],
)
def test_a_malformed_answer_is_a_gap_in_every_protocol(
    aws: Any,
    moto_url: str,
    collecting: Collect,
    monkeypatch: pytest.MonkeyPatch,
    service: str,
    type: str,
    action: str,
    body: bytes,
) -> None:
    """Regions are listed before, so that one of EC2's answers stays whole."""

    def fault(signed: str, said: str) -> Answer | None:
        return Answer(200, body) if signed == service and "DescribeRegions" not in said else None

    with endpoint(moto_url, fault) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        file, _ = collecting(own_account(None, ONCE), wanted=wanted_of({type: ((),), "AWS::SQS::Queue": ((),)}))
    (hole,) = [gap for gap in gaps_of(file) if gap.type == type]
    assert (hole.id, hole.reason) == (None, Reason.FAILED)
    assert hole.detail.startswith(f"{action} (")
    assert set(trailer(file).coverage["123456789012"].lists) & {type, "AWS::SQS::Queue"} == {"AWS::SQS::Queue"}


def test_credentials_that_end_in_the_middle_leave_the_rest_unseen(
    aws: Any, moto_url: str, collecting: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with endpoint(moto_url, lambda service, said: Answer(403, EXPIRED) if service == "rds" else None) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        file, _ = collecting(own_account(None, ONCE))
    assert [gap.detail[:24] for gap in gaps_of(file) if gap.type == "*"] == ["rds:DescribeDBInstances:"]


def test_what_exists_is_kept_when_the_user_stops(aws: Any, collecting: Collect, judged: Any) -> None:
    for number in range(30):
        aws("s3").create_bucket(Bucket=f"b-{number}")
    stop = threading.Event()
    stop_at: Callable[[str], None] = lambda text: stop.set()  # noqa: E731 - the first service that is done
    file, collected = collecting(own_account(None, ONCE), stop=stop, progress=stop_at)
    assert not collected.complete
    assert not trailer(file).complete
    (whole,) = [gap for gap in gaps_of(file) if gap.type == "*"]
    assert whole.reason is Reason.FAILED
    assert "stopped" in whole.detail
    assert "partial" in next(iter(SnapshotSource([str(file)]).scopes(Plan({})))).message  # type: ignore[union-attr]
    assert all(v.status in ("UNKNOWN", "FAIL") for v in judged(file) if v.resource is None)


def test_a_full_disk_is_one_error_and_nothing_under_the_final_name(aws: Any, tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: the same system call fails."""
    script = (
        "import resource, pathlib\n"
        "from auditor.snapshot import *; from auditor.model import Resource\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "made = (Resource('T', str(n), '1', None, 'n', 'a', {'A': 'x' * 500}) for n in range(200))\n"
        "with writing(pathlib.Path('a.json'), HeaderLine(FORMAT, '0', '', 'live')) as writer:\n"
        "    writer.account('1', made, lambda: [], AccountCoverage)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert f"{OutputError.__name__}: cannot write a.json" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def organization(aws: Any) -> dict[str, str]:
    """Name to id of the accounts of an organization in which 123456789012 manages two others."""
    client = aws("organizations")
    client.create_organization(FeatureSet="ALL")
    for name in ("dev", "prod"):
        client.create_account(Email=f"{name}@example.com", AccountName=name)
    return {account["Name"]: account["Id"] for account in client.list_accounts()["Accounts"]}


def test_an_organization_is_audited_through_a_role_and_a_refusal_is_a_gap(
    aws: Any, moto_url: str, collecting: Collect, monkeypatch: pytest.MonkeyPatch, organization: dict[str, str]
) -> None:
    refused = organization["prod"]

    def fault(service: str, said: str) -> Answer | None:
        if "Action=AssumeRole" in said and refused in said:
            return Answer(
                403, b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
            )
        return None

    with endpoint(moto_url, fault) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        base = own_account(None, ONCE)
        found = accounts(base, "auditor", "an-external-id", Chosen(), ONCE)
        file, _ = collecting(*found)
    assert {account.id for account in found} == set(organization.values())
    assert [account.id for account in found if isinstance(account, Unreached)] == [refused]
    (whole,) = [gap for gap in gaps_of(file) if gap.type == "*"]
    assert (whole.account, whole.reason, whole.detail[:14]) == (refused, Reason.DENIED, "sts:AssumeRole")
    assert trailer(file).coverage[organization["dev"]].lists != {}


def test_a_member_that_hangs_or_is_suspended_is_a_gap_and_the_others_go_on(
    aws: Any, moto_url: str, collecting: Collect, monkeypatch: pytest.MonkeyPatch, organization: dict[str, str]
) -> None:
    hanging, suspended = organization["prod"], organization["dev"]

    def fault(service: str, said: str) -> Answer | None:
        if "ListAccounts" in said:
            members = [
                {"Id": id, "Status": "SUSPENDED" if id == suspended else "ACTIVE"} for id in organization.values()
            ]
            return Answer(200, json.dumps({"Accounts": members}).encode())
        return HANG if "Action=AssumeRole" in said and hanging in said else None

    with endpoint(moto_url, fault) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        found = accounts(own_account(None, ONCE), "auditor", None, Chosen(), ONCE)
        file, collected = collecting(*found)
    unseen = {gap.account: (gap.reason, gap.detail) for gap in gaps_of(file) if gap.type == "*"}
    assert unseen[suspended] == (Reason.FAILED, "the account is suspended")
    assert unseen[hanging][0] is Reason.FAILED
    assert "sts:AssumeRole (" in unseen[hanging][1]
    assert (set(unseen), collected.unfinished) == ({suspended, hanging}, 2)
    assert trailer(file).coverage["123456789012"].lists != {}


def test_accounts_are_chosen_by_globs(aws: Any, organization: dict[str, str]) -> None:
    base = own_account(None, ONCE)
    found = accounts(base, "auditor", None, Chosen(exclude=(organization["prod"],)), ONCE)
    assert {account.id for account in found} == {organization["dev"], base.id}
    (only,) = accounts(base, "auditor", None, Chosen(include=(organization["dev"][:6] + "*",)), ONCE)
    assert isinstance(only, Account)
    assert only.id == organization["dev"]


def test_one_account_through_a_role(aws: Any) -> None:
    member = through_role(own_account(None, ONCE), "arn:aws:iam::111122223333:role/auditor", None, ONCE)
    assert (member.id, member.partition) == ("111122223333", "aws")


def test_what_stands_above_a_member_is_told_by_the_account_that_starts(
    aws: Any,
    moto_url: str,
    collecting: Collect,
    judged: Callable[..., list[Verdict]],
    monkeypatch: pytest.MonkeyPatch,
    organization: dict[str, str],
) -> None:
    refused = Answer(400, b'{"__type": "AccessDeniedException", "message": "no"}')
    client, member = aws("organizations"), organization["dev"]
    root = client.list_roots()["Roots"][0]["Id"]
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}
    made = client.create_policy(Name="no-iam", Description="", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(deny))[
        "Policy"
    ]["PolicySummary"]["Id"]
    client.attach_policy(PolicyId=made, TargetId=member)
    base = own_account(None, ONCE)
    found = {each.id: each for each in accounts(base, "auditor", None, Chosen(), ONCE)}
    iam = found[member].client("iam", "us-east-1")
    iam.create_user(UserName="climber")
    own = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:PutUserPolicy", "Resource": "*"}]}
    iam.put_user_policy(UserName="climber", PolicyName="own", PolicyDocument=json.dumps(own))
    wanted = wanted_of(FACTS["iam.escalation_scp"].reads)
    file, _ = collecting(found[member], wanted=wanted)
    above = {line.resource.type for line in lines(file) if isinstance(line, ResourceLine)}
    assert {"AWS::Organizations::Policy", "Auditor::Organizations::AccountPath"} <= above, gaps_of(file)

    def status(**parameters: str) -> Status:
        verdicts = judged(file, {ESCALATION: parameters})
        (verdict,) = [one for one in verdicts if one.policy == ESCALATION and one.resource.name == "climber"]
        return verdict.status

    assert (status(), status(scp="weigh")) == (Status.FAIL, Status.PASS)
    with endpoint(moto_url, lambda _, said: refused if "ListPoliciesForTarget" in said else None) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        alone = through_role(own_account(None, ONCE), f"arn:aws:iam::{member}:role/auditor", None, ONCE)
        file, _ = collecting(alone, name="alone.json", wanted=wanted)
    assert (status(), status(scp="weigh")) == (Status.FAIL, Status.UNKNOWN)
