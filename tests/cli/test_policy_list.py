"""`auditor policy list` and `show`: every filter, for people and for programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from commands import PACKS, Auditor

from auditor.catalogue import frameworks
from auditor.cli.policy.filters import Wanted, chosen
from auditor.cli.session import load_pack, opa_binary
from auditor.config import Config
from auditor.errors import UsageError
from auditor.model import Policy

BUCKET = "AWS::S3::Bucket"


@pytest.fixture(scope="module")
def policies() -> tuple[Policy, ...]:
    return load_pack(Config(packs=(str(PACKS / "demo"),)), opa_binary()).policies


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        ({"ids": ("s3-*", "demo-*")}, lambda p: p.id.startswith(("s3-", "demo-"))),
        ({"severities": ("critical", "low")}, lambda p: p.severity.value in ("critical", "low")),
        ({"types": (BUCKET,)}, lambda p: BUCKET in p.subjects),
        ({"types": ("AWS::S3::*",), "severities": ("high",)}, lambda p: p.severity.value == "high"),
        ({"read": ("AWS::S3::BucketPolicy",)}, lambda p: "AWS::S3::BucketPolicy" in p.types),
        ({"function": "detect"}, lambda p: p.function == "detect"),
        ({"applies": "template"}, lambda p: p.applies != "live"),
        ({"search": "TLS"}, lambda p: "tls" in f"{p.id} {p.title} {p.description}".lower()),
    ],
)
def test_a_filter_lets_through_what_fits_and_only_that(policies: tuple[Policy, ...], wanted: Any, holds: Any) -> None:
    found = chosen(policies, Wanted(**wanted))
    assert found and all(holds(policy) for policy in found)
    if len(wanted) == 1:
        assert not any(holds(policy) for policy in policies if policy not in found)
    assert 0 < len(found) < len(policies)


def test_the_policies_behind_controls(policies: tuple[Policy, ...]) -> None:
    cis = frameworks.builtin("cis_aws_7_0", policies)
    found = chosen(policies, Wanted(framework=cis, control="3.1.*"))
    assert found
    assert all(any(id.startswith("3.1.") for id in policy.controls["cis_aws_7_0"]) for policy in found)
    with pytest.raises(UsageError, match="cis_aws_7_0 has no such control"):
        chosen(policies, Wanted(framework=cis, control="99.*"))
    with pytest.raises(UsageError, match="--control chooses controls of --framework"):
        chosen(policies, Wanted(control="3.*"))


def test_as_json_and_for_people(auditor: Auditor) -> None:
    asked = ("policy", "list", "--pack", PACKS / "demo", "--policy", "demo-*", "--severity", "high")
    (row,) = json.loads(auditor(*asked, "--json").stdout)
    assert (row["id"], row["subjects"], row["severity"]) == ("demo-bucket-versioned", [BUCKET], "high")
    assert row["file"].endswith("demo_bucket_versioned.rego")
    line = "demo-bucket-versioned  high      Buckets keep old versions (AWS::S3::Bucket)\n"
    assert auditor(*asked).stdout == line


def test_one_policy_as_json_has_its_values_and_where_they_come_from(auditor: Auditor) -> None:
    asked = ("policy", "show", "demo-topic-private", "--pack", PACKS / "demo", "--json")
    found = json.loads(auditor(*asked, "--set", "demo-topic-private.name=hidden").stdout)
    assert found["parameters"]["name"]["value"] == "hidden"
    assert found["parameters"]["name"]["origin"] == "--set"
    assert {"type": "AWS::SNS::Topic", "path": "/DisplayName", "sign": "seeks", "subject": True} in found["reads"]


@pytest.mark.parametrize(
    ("filter", "says"),
    [
        (("--type", "AWS::S3::Buket"), 'did you mean "AWS::S3::Bucket"'),
        (("--policy", "s3-bucket-tls-requird"), 'did you mean "s3-bucket-tls-required"'),
        (("--framework", "cis"), 'no framework "cis"'),
    ],
)
def test_a_name_that_does_not_exist(auditor: Auditor, filter: tuple[str, ...], says: str) -> None:
    done = auditor("policy", "list", *filter)
    assert (done.returncode, done.stdout) == (2, "") and says in done.stderr
