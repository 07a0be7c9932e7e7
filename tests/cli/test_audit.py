"""`auditor audit` end to end: the console script, the real OPA, moto over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faulty import (
    CUT,
    DENIED,
    DRIPPING_BODY,
    DRIPPING_HEAD,
    EXPIRED,
    HANG,
    THROTTLED,
    Answer,
    Fault,
    endpoint,
    refusing,
)
from moto_account import aws, moto_url
from seed import CANARY, REGION, seed

from auditor.render import FORMATS

__all__ = ["aws", "moto_url"]

AUDITOR = Path(sys.executable).with_name("auditor")

# moto does not know these: their gaps are no part of what is tested here
MOTO_LACKS = (
    *("ec2:GetInstanceMetadataDefaults", "ec2:GetSnapshotBlockPublicAccessState", "StorageEncryptionType"),
    "cloudtrail:ListEventDataStores",
    *("cloudwatch:ListAlarmMuteRules", "logs:DescribeAccountPolicies", "observabilityadmin:"),
    "was not collected",  # a type of which moto knows no call
    *("lambda:ListFunctionUrlConfigs", "access-analyzer:ListAnalyzers", "an analyzer of the organization"),
    *("securityhub:DescribeSecurityHubV2", "securityhub:GetEnabledStandards", "securityhub:ListEnabledProducts"),
)

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(aws: Any, opa: str, tmp_path: Path) -> Run:
    def run(*arguments: str, url: str | None = None, **environment: str | None) -> subprocess.CompletedProcess[str]:
        given = {**os.environ, "AUDITOR_OPA": opa, **({"AWS_ENDPOINT_URL": url} if url else {}), **environment}
        clean = {name: value for name, value in given.items() if value is not None}
        command = [str(AUDITOR), *arguments]
        return subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True, timeout=120)

    return run


@pytest.fixture
def seeded(aws: Any) -> None:
    seed(aws)


LIVE = ("audit", "--region", REGION, "--attempts", "1")


def verdicts(report: dict[str, Any], policy: str, status: str) -> list[dict[str, Any]]:
    return [each for each in report["verdicts"] if each["policy"] == policy and each["status"] == status]


@pytest.mark.usefixtures("seeded")
def test_findings_of_a_live_account_in_every_format(run: Run, tmp_path: Path, aws: Any) -> None:
    files = {format: f"report.{format}" for format in FORMATS}
    outputs = [part for format, name in files.items() for part in ("-o", f"{format}={name}")]
    done = run(*LIVE, "--user-data", *outputs)
    assert done.returncode == 1, done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["snapshot"]["regions"] == [REGION]
    assert {"us-east-1", "eu-central-1"} <= set(report["snapshot"]["left_out"])
    names = {each["resource"]["name"] for each in verdicts(report, "secrets-not-in-plaintext", "FAIL")}
    assert {"checkout", "release", "old"} <= names
    assert len(names) == 6  # with the instance, the launch template and the task definition
    assert [v["resource"]["name"] for v in verdicts(report, "rds-instance-not-public", "FAIL")] == ["legacy"]
    assert [v["resource"]["name"] for v in verdicts(report, "iam-role-trust-not-public", "FAIL")] == ["partner"]
    unexpected = [
        gap["detail"]
        for verdict in report["verdicts"]
        for gap in verdict["gaps"]
        if not any(word in gap["detail"] for word in MOTO_LACKS)
    ]
    assert unexpected == []

    sarif = json.loads((tmp_path / "report.sarif").read_text())
    (result,) = [r for r in sarif["runs"][0]["results"] if r["ruleId"] == "rds-instance-not-public"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.startswith(f"aws/123456789012/{REGION}/rds/") and uri.endswith("legacy.json")
    assert ":db:legacy" in json.dumps(result["locations"][0]["logicalLocations"])

    for name in files.values():
        assert CANARY not in (tmp_path / name).read_text(), name
    asff, ocsf = (json.loads((tmp_path / files[format]).read_text()) for format in ("asff", "ocsf"))
    assert len(asff) == len(ocsf) == len(report["verdicts"])
    hub = aws("securityhub")
    taken = [hub.batch_import_findings(Findings=asff[start : start + 100]) for start in range(0, len(asff), 100)]
    assert sum(each["SuccessCount"] for each in taken) == len(asff)
    assert CANARY not in done.stdout + done.stderr


@pytest.mark.usefixtures("seeded")
def test_what_is_refused_is_unknown_and_names_the_action(run: Run, moto_url: str, tmp_path: Path) -> None:
    with endpoint(moto_url, refusing("Action=DescribeSecurityGroups", "/acme-logs?publicAccess")) as url:
        done = run(*LIVE, "--policy", "ec2-security*", "--policy", "s3-bucket-p*", "-o", "json=report.json", url=url)
    report = json.loads((tmp_path / "report.json").read_text())
    (unseen,) = verdicts(report, "ec2-security-group-admin-ports-closed", "UNKNOWN")
    assert unseen["population"]["type"] == "AWS::EC2::SecurityGroup"
    assert [gap["detail"] for gap in unseen["gaps"]] == ["ec2:DescribeSecurityGroups"]
    (bucket,) = verdicts(report, "s3-bucket-public-access-blocked", "UNKNOWN")
    assert bucket["resource"]["name"] == "acme-logs"
    assert {gap["detail"] for gap in bucket["gaps"]} == {"s3:GetBucketPublicAccessBlock"}
    assert done.returncode == 1  # acme-website fails all the same
    assert "s3:GetBucketPublicAccessBlock" in done.stderr


def test_nothing_failed_but_something_was_not_seen(run: Run, moto_url: str) -> None:
    with endpoint(moto_url, refusing("Action=DescribeSecurityGroups")) as url:
        done = run(*LIVE, "--policy", "ec2-security*", url=url)
    assert done.returncode == 3, done.stdout
    assert "ec2:DescribeSecurityGroups" in done.stdout


@pytest.mark.usefixtures("seeded")
def test_collect_first_and_judge_later_is_the_same(run: Run, tmp_path: Path) -> None:
    taken = run("snapshot", "-o", "a.json.gz", "--region", REGION, "--attempts", "1")
    assert taken.returncode == 0, taken.stderr
    assert "calls" in taken.stderr
    assert run("audit", "a.json.gz", "-o", "json=stored.json").returncode == 1
    assert run(*LIVE, "-o", "json=live.json").returncode == 1

    def said(name: str) -> list[tuple[str, str, str]]:
        found = json.loads((tmp_path / name).read_text())["verdicts"]
        return sorted((v["policy"], v["status"], json.dumps(v.get("resource") or v["population"])) for v in found)

    assert said("stored.json") == said("live.json")


NO_CREDENTIALS = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_EC2_METADATA_DISABLED": "true"}


def everything_denied(service: str, said: str) -> Answer | None:
    return None if service == "sts" else Answer(403, DENIED)


def everything_throttled(service: str, said: str) -> Answer | None:
    return None if service == "sts" else Answer(400, THROTTLED)


def expired(service: str, said: str) -> Answer | None:
    return Answer(403, EXPIRED)


def an_hour_late(service: str, said: str) -> Answer | None:
    text = b"<Code>SignatureDoesNotMatch</Code><Message>Signature expired: 20261130T080000Z is now earlier</Message>"
    return Answer(403, b"<ErrorResponse><Error>" + text + b"</Error></ErrorResponse>")


def cut(service: str, said: str) -> Answer | None:
    return CUT


def dripping(service: str, said: str) -> Answer | None:
    return DRIPPING_BODY


@pytest.mark.parametrize(
    ("arguments", "fault", "environment", "message"),
    [
        ((), None, {"AWS_SECRET_ACCESS_KEY": None}, "the AWS credentials cannot be read"),
        ((), None, {"AWS_DEFAULT_REGION": "eu west"}, "set AWS_DEFAULT_REGION"),
        ((), an_hour_late, {}, "the clock of this machine is off"),
        ((), cut, {}, "AWS does not answer"),
        (("--timeout", "0.5"), dripping, {}, "AWS does not answer: no whole answer in 2 s"),
        (("--region", "eu_west"), refusing("Action=DescribeRegions"), {}, "--region eu_west: not the name of a region"),
        ((), None, NO_CREDENTIALS, "no AWS credentials: set AWS_PROFILE"),
        (("--profile", "none"), None, {}, "The config profile (none) could not be found"),
        ((), expired, {}, "AWS does not accept the credentials"),
        ((), expired, {"AWS_DEFAULT_REGION": None}, "no region is set"),
        (("--region", "mars-*"), None, {}, "--region mars-*: matches none of"),
        ((), everything_denied, {}, "`auditor permissions`"),
        ((), everything_throttled, {}, "123456789012 does not answer: ec2:DescribeRegions (Throttling)"),
        (("--region", "eu-*"), refusing("Action=DescribeRegions"), {}, "name them with --region"),
        (("--account", "1"), None, {}, "--organization"),
    ],
)
def test_one_clear_message_before_anything_else(
    run: Run,
    moto_url: str,
    arguments: tuple[str, ...],
    fault: Fault | None,
    environment: dict[str, str | None],
    message: str,
) -> None:
    with endpoint(moto_url, fault or (lambda service, said: None)) as url:
        done = run("audit", "--attempts", "1", *arguments, url=url, **environment)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_empty_account_passes_with_nothing_judged(run: Run) -> None:
    done = run(*LIVE, "--policy", "s3-bucket-public-access-blocked")
    assert done.returncode == 0, done.stderr
    assert "0 FAIL, 0 UNKNOWN, 0 PASS" in done.stdout


def test_the_plan_needs_no_account(run: Run) -> None:
    done = run("audit", "--plan", "--policy", "s3-bucket-tls*", **NO_CREDENTIALS)
    assert done.returncode == 0, done.stderr
    assert [line.split()[-1] for line in done.stdout.splitlines()[2:3]] == ["s3:ListAllMyBuckets"]
    assert "s3:GetBucketPolicy" in done.stdout
    assert "rds:" not in done.stdout


def test_the_plan_names_how_accounts_are_reached(run: Run) -> None:
    organization = run("audit", "--plan", "--policy", "s3-bucket-tls*", "--organization", **NO_CREDENTIALS)
    assert "organizations:ListAccounts" in organization.stdout
    assert "sts:AssumeRole  for each member account" in organization.stdout
    role = run("audit", "--plan", "--policy", "s3-bucket-tls*", "--role-arn", "arn", **NO_CREDENTIALS)
    assert "organizations:" not in role.stdout
    assert "sts:AssumeRole  for each role" in role.stdout


def test_an_endpoint_that_never_answers_is_a_gap_within_its_time(run: Run, moto_url: str) -> None:
    def silent(service: str, said: str) -> Answer | None:
        return HANG if service == "rds" else None

    with endpoint(moto_url, silent) as url:
        done = run(*LIVE, "--timeout", "2", "--policy", "rds-instance*", "--policy", "kms*", url=url)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "rds:DescribeDBInstances (ReadTimeoutError)" in done.stdout


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("answer", [DRIPPING_HEAD, DRIPPING_BODY], ids=["head", "body"])
def test_an_endpoint_that_drips_is_a_gap_within_its_time(run: Run, moto_url: str, answer: Answer) -> None:
    """A list and a call for each: every byte comes before the timeout, and the answer never ends."""

    def slow(service: str, said: str) -> Answer | None:
        return answer if service == "rds" or "GetKeyRotationStatus" in said else None

    with endpoint(moto_url, slow) as url:
        policies = ("--policy", "rds-instance*", "--policy", "kms-key-rotation*", "--policy", "ec2-volume*")
        done = run(*LIVE, "--timeout", "2", *policies, url=url)
    assert done.returncode == 1, done.stdout + done.stderr  # a volume that is not encrypted
    assert "rds:DescribeDBInstances (timeout: no whole answer in 8 s)" in done.stdout
    assert "kms:GetKeyRotationStatus (timeout: no whole answer in 8 s)" in done.stdout


@pytest.mark.parametrize("answer", [Answer(0, seconds=2), DRIPPING_BODY], ids=["silent", "dripping"])
def test_ctrl_c_keeps_what_exists(run: Run, moto_url: str, tmp_path: Path, opa: str, answer: Answer) -> None:
    asked = threading.Event()

    def slow(service: str, said: str) -> Answer | None:
        if service == "rds":
            asked.set()
            return answer
        return None

    with endpoint(moto_url, slow) as url:
        environment = os.environ | {"AUDITOR_OPA": opa, "AWS_ENDPOINT_URL": url}
        command = [str(AUDITOR), "snapshot", "-o", "a.json", "--region", REGION, "--attempts", "1"]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
        assert asked.wait(60)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "partial" in errors
    assert [file.name for file in tmp_path.iterdir() if "a.json" in file.name] == ["a.json"]
    assert run("audit", "a.json").returncode == 3


def test_a_killed_run_leaves_nothing_under_the_final_name(aws: Any, moto_url: str, tmp_path: Path, opa: str) -> None:
    asked = threading.Event()

    def slow(service: str, said: str) -> Answer | None:
        asked.set()
        return Answer(0, seconds=5) if service == "rds" else None

    with endpoint(moto_url, slow) as url:
        environment = os.environ | {"AUDITOR_OPA": opa, "AWS_ENDPOINT_URL": url}
        command = [str(AUDITOR), "snapshot", "-o", "a.json", "--region", REGION, "--attempts", "1"]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL)
        assert asked.wait(60)
        process.kill()
        process.wait()
    assert not (tmp_path / "a.json").exists()
