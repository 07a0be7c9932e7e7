"""`auditor policy explain`: the verdict of an audit, and the way to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from commands import PACKS, Auditor
from stored_snapshots import BLOCK, ON, bucket, denied, write_snapshot

ID = "s3-bucket-public-access-blocked"
TEMPLATE = """\
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod]}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Logs:
    Type: AWS::S3::Bucket
    Properties:
      PublicAccessBlockConfiguration:
        BlockPublicAcls: true
        BlockPublicPolicy: !If [IsProd, true, false]
        IgnorePublicAcls: true
        RestrictPublicBuckets: true
  OldLogs:
    Type: AWS::S3::Bucket
    Properties:
      PublicAccessBlockConfiguration:
        {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}
  Work:
    Type: AWS::SQS::Queue
"""


@pytest.fixture
def template(folder: Path) -> Path:
    (folder / "app.yaml").write_text(TEMPLATE)
    return folder / "app.yaml"


def explained(auditor: Auditor, *arguments: str) -> dict[str, Any]:
    done = auditor("policy", "explain", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_failure_shows_the_denial_its_line_and_the_value_that_led_to_it(auditor: Auditor, template: Path) -> None:
    done = auditor("policy", "explain", ID, "Logs", "--template", "app.yaml", "--parameter", "Stage=dev")
    assert done.returncode == 0, done.stderr
    shown = done.stdout
    assert shown.startswith(f"FAIL  {ID}  high")
    assert "deny.missing at /PublicAccessBlockConfiguration/BlockPublicPolicy" in shown
    assert "app.yaml:11:9" in shown and "BlockPublicPolicy: !If [IsProd, true, false]" in shown
    assert 'flag = "BlockPublicPolicy"' in shown
    assert "bucket.properties.PublicAccessBlockConfiguration[flag] = false" in shown
    assert "✗  65  some block in input.resources" in shown  # the second chance, and where it ended


def test_a_pass_names_for_each_way_the_first_thing_that_did_not_hold(auditor: Auditor, template: Path) -> None:
    found = explained(auditor, ID, "OldLogs", "--template", "app.yaml")
    assert (found["status"], found["denials"]) == ("PASS", [])
    (rule,) = found["rules"]
    assert not rule["held"]
    assert {way["lines"][-1]["text"] for way in rule["ways"]} == {"not is_on(bucket, flag)"}
    values = [value for way in rule["ways"] for line in way["lines"] for value in line["values"]]
    assert {value["value"] for value in values if value["name"] == "flag"} == set(ON)
    for way in rule["ways"]:
        assert [line["held"] for line in way["lines"]] == [True, True, False]
        (because,) = way["lines"][-1]["because"]
        assert because["held"] and because["line"] == 61


def test_the_world_that_decides_is_the_one_explained(auditor: Auditor, template: Path) -> None:
    found = explained(auditor, ID, "Logs", "--template", "app.yaml")
    assert found["status"] == "FAIL"
    assert {(world["label"], world["status"]) for world in found["worlds"]} == {
        ("Stage is dev", "FAIL"),
        ("Stage is prod", "PASS"),
    }
    assert found["world"] == "Stage is dev"
    assert any(way["held"] for way in found["rules"][0]["ways"])


def test_unknown_names_the_gap_that_decides_and_the_value_that_was_not_seen(auditor: Auditor, folder: Path) -> None:
    logs = bucket("logs", {"PublicAccessBlockConfiguration": {**ON, "BlockPublicAcls": None}})
    path = ("PublicAccessBlockConfiguration", "BlockPublicAcls")
    gaps = [denied("s3:GetBucketPublicAccessBlock", logs.type, logs.id, path)]
    write_snapshot(folder / "a.json", [logs, bucket("other", {"PublicAccessBlockConfiguration": ON})], gaps)
    found = explained(auditor, ID, "logs", "--snapshot", "a.json")
    assert found["status"] == "UNKNOWN"
    (gap,) = found["not_seen"]
    assert gap["decides"] and gap["signs"] == ["needs"] and gap["why"] == "s3:GetBucketPublicAccessBlock denied"
    assert found["denials"][0]["certain"] is False
    shown = auditor("policy", "explain", ID, "logs", "--snapshot", "a.json").stdout
    assert "PublicAccessBlockConfiguration[flag] was not seen: s3:GetBucketPublicAccessBlock denied" in shown
    assert "this decides" in shown


def test_a_resource_that_may_be_among_those_not_seen(auditor: Auditor, folder: Path) -> None:
    write_snapshot(folder / "a.json", [bucket("other")], [denied("s3:ListAllMyBuckets", bucket("x").type)])
    done = auditor("policy", "explain", ID, "logs", "--snapshot", "a.json")
    assert done.returncode == 2
    assert "not all of them were seen: s3:ListAllMyBuckets denied" in done.stderr


def test_a_gap_that_changes_nothing_is_said_to_change_nothing(auditor: Auditor, folder: Path) -> None:
    kept = bucket("kept", {"PublicAccessBlockConfiguration": ON})
    write_snapshot(folder / "a.json", [kept], [denied("s3:GetAccountPublicAccessBlock", BLOCK)])
    found = explained(auditor, ID, "kept", "--snapshot", "a.json")
    assert found["status"] == "PASS"
    assert [gap["decides"] for gap in found["not_seen"]] == [False]
    assert "it changes nothing here" in auditor("policy", "explain", ID, "kept", "--snapshot", "a.json").stdout


def test_a_fact_has_its_evidence_with_the_line(auditor: Auditor, folder: Path) -> None:
    (folder / "net.yaml").write_text(
        "Resources:\n  Web:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: web\n"
        "      SecurityGroupIngress:\n        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}\n"
    )
    found = explained(auditor, "ec2-security-group-admin-ports-closed", "Web", "--template", "net.yaml")
    (fact,) = found["facts"]
    assert fact["name"] == "net.rules"
    proof = next(each for each in fact["evidence"] if each["pointer"] == "/SecurityGroupIngress/0")
    assert (proof["location"]["file"], proof["location"]["line"]) == ("net.yaml", 7)
    assert found["denials"][0]["word"] == "found"


def test_what_may_be_a_secret_is_masked_however_it_was_bound(auditor: Auditor, folder: Path) -> None:
    (folder / "fn.yaml").write_text(
        "Resources:\n  Api:\n    Type: AWS::Lambda::Function\n    Properties:\n      Environment:\n"
        "        Variables:\n          PIN: hunter2-tail\n          STAGE: production\n"
    )
    arguments = ("policy", "explain", "lambda-stage-named", "Api", "--template", "fn.yaml", "--pack")
    for more in ((), ("--json",)):
        done = auditor(*arguments, PACKS / "telling", *more)
        assert done.returncode == 0, done.stderr
        assert "PIN" in done.stdout and "********" in done.stdout
        assert "hunter2" not in done.stdout


@pytest.mark.parametrize(
    ("resource", "says"),
    [
        ("Lugs", 'no AWS::S3::Bucket "Lugs" (did you mean "Logs"?)'),
        ("ogs", "may be one of 2: app.yaml#Logs, app.yaml#OldLogs"),
    ],
)
def test_an_unclear_resource(auditor: Auditor, template: Path, resource: str, says: str) -> None:
    done = auditor("policy", "explain", ID, resource, "--template", "app.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


def test_a_resource_of_another_type(auditor: Auditor, folder: Path) -> None:
    write_snapshot(folder / "a.json", [bucket("logs"), msgspec.structs.replace(bucket("work"), type=BLOCK)])
    done = auditor("policy", "explain", ID, "work", "--snapshot", "a.json")
    assert done.returncode == 2
    assert f"arn:aws:s3:::work is of type {BLOCK}; {ID} judges AWS::S3::Bucket" in done.stderr


@pytest.mark.parametrize("name", ["OldLogs", "app.yaml#OldLogs", "yaml#OldLogs"])
def test_a_resource_is_named_by_id_name_or_the_end_of_an_id(auditor: Auditor, template: Path, name: str) -> None:
    assert explained(auditor, ID, name, "--template", "app.yaml")["resource"]["id"] == "app.yaml#OldLogs"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "either --snapshot FILE or --template FILE"),
        (("--template", "app.yaml", "--snapshot", "a.json"), "either --snapshot FILE or --template FILE"),
        (("--template", "nowhere.yaml"), "nowhere.yaml: "),
        (("--snapshot", "nowhere.json"), "nowhere.json: cannot be read"),
    ],
)
def test_what_to_look_at_must_be_clear(auditor: Auditor, template: Path, arguments: tuple[str, ...], says: str) -> None:
    done = auditor("policy", "explain", ID, "Logs", *arguments)
    assert done.returncode == 2
    assert says in done.stderr
