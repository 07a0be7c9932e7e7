"""`auditor policy try`: a file without a pack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import FAILING, PASSING, Auditor, write
from own_pack import LIBRARY, POLICY
from stored_snapshots import bucket, denied, write_snapshot

DRAFT = """\
package my.draft

import data.lib.deny

deny contains deny.absent(bucket, ["VersioningConfiguration", "Status"], "versioning is off") if {
	some bucket in input.resources["AWS::S3::Bucket"]
	not bucket.properties.VersioningConfiguration.Status == "Enabled"
}

deny contains deny.found(topic, ["DisplayName"], "the topic is called public") if {
	some topic in input.resources["AWS::SNS::Topic"]
	topic.properties.DisplayName == "public"
}
"""


@pytest.fixture
def draft(folder: Path) -> Path:
    (folder / "draft.rego").write_text(DRAFT)
    write(folder, bad=FAILING, good=PASSING)
    return folder / "draft.rego"


def test_without_metadata_or_a_package_of_a_policy(auditor: Auditor, draft: Path) -> None:
    done = auditor("policy", "try", "draft.rego", "--template", "bad.yaml")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:3] == [
        "FAIL     Logs (AWS::S3::Bucket)  bad.yaml:2",
        "         versioning is off (bad.yaml:2)",
        "draft: 1 FAIL, 0 UNKNOWN, 0 PASS",
    ]
    assert "reads needs AWS::S3::Bucket:/VersioningConfiguration/Status" in done.stdout
    assert "PASS     Logs" in auditor("policy", "try", "draft.rego", "--template", "good.yaml").stdout


def test_what_was_not_seen_is_unknown_here_too(auditor: Auditor, draft: Path, folder: Path) -> None:
    logs = bucket("logs")
    write_snapshot(folder / "a.json", [logs], [denied("s3:GetBucketVersioning", logs.type, logs.id)])
    done = auditor("policy", "try", "draft.rego", "--snapshot", "a.json", "--type", "AWS::S3::Bucket")
    assert done.returncode == 0, done.stderr
    assert "UNKNOWN  logs (AWS::S3::Bucket)" in done.stdout
    assert "not decided: s3:GetBucketVersioning denied" in done.stdout
    assert "SNS" not in done.stdout.split("reads")[0]


def test_a_policy_of_a_pack_with_its_parameters(auditor: Auditor, folder: Path) -> None:
    write(folder, bad=FAILING)
    text = POLICY.replace("import data.lib.acme.versions\n", "").replace(
        "not versions.is_kept(bucket)",
        "not bucket.properties.VersioningConfiguration.Status == input.parameters.acme_bucket_versioned.status",
    )
    declared = "#   parameters:\n#     status: {type: string, default: Enabled, description: How.}\n#   remediation:"
    (folder / "acme_bucket_versioned.rego").write_text(text.replace("#   remediation:", declared))
    asked = ("policy", "try", "acme_bucket_versioned.rego", "--template", "bad.yaml", "--json")
    report = json.loads(auditor(*asked, "--set", "acme-bucket-versioned.status=Suspended").stdout)
    assert [row["id"] for row in report["policies"]] == ["acme-bucket-versioned"]
    assert report["policies"][0]["parameters"] == {"status": "Suspended"}


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("package a\n\ndeny contains {\n", "draft.rego:4", "expected rule key term"),
        ("package a\n\ndeny[x] { x := 1 }\n", "draft.rego:3:1", "`if`"),
        ("package a\n\ndeny contains x if y == 1\n", "draft.rego:3", "unsafe"),
        (
            'package a\n\ndeny contains "bad" if input.resources\n',
            "draft.rego:3",
            "deny.found, deny.absent or deny.missing",
        ),
        ("package a\n\nallow if input.resources\n", "draft.rego:", "no rule `deny contains"),
        (
            LIBRARY.replace("lib.acme.versions", "a") + "\nx := http.send({})\n",
            "draft.rego:5",
            "undefined function http.send",
        ),
    ],
)
def test_each_mistake_has_its_place(auditor: Auditor, draft: Path, text: str, place: str, says: str) -> None:
    draft.write_text(text)
    done = auditor("policy", "try", "draft.rego", "--template", "bad.yaml")
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert place in done.stderr and says in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere.rego", "--template", "bad.yaml"), "nowhere.rego: no such file"),
        (("draft.rego",), "either --snapshot FILE or --template FILE"),
        (("draft.rego", "--template", "bad.yaml", "--type", "AWS::S3::Buket"), 'did you mean "AWS::S3::Bucket"?'),
    ],
)
def test_what_is_asked_must_exist(auditor: Auditor, draft: Path, arguments: tuple[str, ...], says: str) -> None:
    done = auditor("policy", "try", *arguments)
    assert done.returncode == 2 and says in done.stderr


def test_a_policy_that_fails_while_it_runs_is_no_pass(auditor: Auditor, draft: Path) -> None:
    draft.write_text(DRAFT.replace('"Enabled"\n', '"Enabled"\n\tto_number(bucket.name) > 0\n'))
    done = auditor("policy", "try", "draft.rego", "--template", "bad.yaml")
    assert done.returncode == 3, done.stdout
    assert "UNKNOWN" in done.stdout and "draft.rego:8" in done.stdout
