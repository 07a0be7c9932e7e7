"""`auditor policy new`: what it makes already holds, and it refuses what it cannot make."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest
from authoring import ID, new, place
from commands import COMMAND, Auditor


@pytest.mark.parametrize(
    ("id", "type", "reads"),
    [
        ("s3-bucket-versioned", "AWS::S3::Bucket", ["/VersioningConfiguration/Status"]),
        ("rds-instance-safe", "AWS::RDS::DBInstance", ["/StorageEncrypted", "/KmsKeyId", "/BackupRetentionPeriod"]),
        ("ec2-group-narrow", "AWS::EC2::SecurityGroup", ["/SecurityGroupIngress/CidrIp"]),
        ("s3-rules-on", "AWS::S3::Bucket", ["/LifecycleConfiguration/Rules/*/Status"]),
        ("s3-account-blocked", "Auditor::S3::AccountPublicAccessBlock", ["/BlockPublicAcls", "/BlockPublicPolicy"]),
        ("lambda-function-traced", "AWS::Serverless::Function", ["/Tracing"]),
        ("sqs-queue-ordered", "AWS::SQS::Queue", []),
    ],
)
def test_what_it_makes_holds_at_once(id: str, type: str, reads: list[str], auditor: Auditor, folder: Path) -> None:
    flags = [part for read in reads for part in ("--reads", read)]
    made = auditor("policy", "new", id, "--type", type, "--pack", "pack", *flags)
    assert made.returncode == 0, made.stderr
    assert sorted(file.name for file in place(folder, id).iterdir()) == sorted(
        [f"{id.replace('-', '_')}.rego", f"{id.replace('-', '_')}_test.rego", "cases.yaml"]
    )
    tested = auditor("policy", "test", "--pack", "pack")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert id in tested.stdout
    assert "1 policy: all hold" in tested.stdout


def test_without_reads_it_offers_the_properties_of_the_type(auditor: Auditor) -> None:
    made = auditor("policy", "new", "efs-file-system-safe", "--type", "AWS::EFS::FileSystem", "--pack", "pack")
    assert "/Encrypted" in made.stderr
    assert "/KmsKeyId" in made.stderr
    assert "FileSystemId" not in made.stderr  # an attribute: nobody can set it


def test_nothing_is_overwritten(auditor: Auditor, folder: Path) -> None:
    assert new(auditor).returncode == 0
    cases = place(folder) / "cases.yaml"
    cases.write_text("mine")
    again = new(auditor)
    assert again.returncode == 2
    assert "exists: nothing is overwritten" in again.stderr
    assert cases.read_text() == "mine"
    elsewhere = new(auditor, "s3-bucket-tls-required")
    assert elsewhere.returncode == 2
    assert "the id s3-bucket-tls-required is taken" in elsewhere.stderr
    assert not place(folder, "s3-bucket-tls-required").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "missing ID, such as s3-bucket-versioned"),
        ([ID], "missing --type, such as AWS::S3::Bucket"),
        ([ID, "--type", "AWS::S3::Buckett"], 'no resource type "AWS::S3::Buckett" (did you mean "AWS::S3::Bucket"?)'),
        ([ID, "--type", "AWS::S3::Bucket"], "say into which pack: --pack my-pack"),
        (["S3_Bucket", "--type", "AWS::S3::Bucket"], "joined by hyphens: s3-bucket"),
        (
            [ID, "--type", "AWS::S3::Bucket", "--reads", "/VersioningConfiguration/Stauts", "--pack", "p"],
            'has no "Stauts" (did you mean "Status"?)',
        ),
        (
            [ID, "--type", "AWS::S3::Bucket", "--reads", "AWS::S3::BucketPolicy:/PolicyDocument", "--pack", "p"],
            'another type is read by the Rego (some other in input.resources["AWS::S3::BucketPolicy"])',
        ),
        (
            [ID, "--type", "AWS::S3::Bucket", "--reads", "/CorsConfiguration/CorsRules", "--pack", "p"],
            "is a list: say which of its properties",
        ),
    ],
)
def test_what_cannot_be_is_said_in_one_line(arguments: list[str], said: str, auditor: Auditor, folder: Path) -> None:
    done = auditor("policy", "new", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert not any(file.is_file() for file in folder.rglob("*"))


def test_on_a_terminal_it_asks(folder: Path, environ: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    command = [*COMMAND, "policy", "new"]
    with subprocess.Popen(command, cwd=folder, env=environ, stdin=theirs, stdout=subprocess.PIPE, text=True) as process:
        os.close(theirs)
        os.write(
            ours,
            b"s3-bucket-versioned\nAWS::S3::Bucket\n/VersioningConfiguration/Status\nmine\nBuckets keep versions\n",
        )
        said, _ = process.communicate(timeout=120)
    os.close(ours)
    assert process.returncode == 0, said
    assert "Which decide" in said
    assert "# title: Buckets keep versions" in (place(folder, pack="mine") / "s3_bucket_versioned.rego").read_text()
