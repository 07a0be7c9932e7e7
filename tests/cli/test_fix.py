"""`scan --fix` and `--diff`: what is edited passes, the rest of the file stays, and what is left alone is named."""

from __future__ import annotations

import datetime
import os
import subprocess
from pathlib import Path

import pytest
from commands import COMMAND, Auditor

HEAD = "# ours\r\nResources:\r\n  Disk: # the first\r\n    Type: AWS::EC2::Volume\r\n    Properties:\r\n"
DISK = f"{HEAD}      Size: 8\r\n      AvailabilityZone: eu-west-1a"
FIXED = f"{DISK}\r\n      Encrypted: true"
POLICY = ("--policy", "ec2-volume-encrypted")

CONDITIONAL = """\
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  Some:
    Type: AWS::EC2::Volume
    Properties: {Size: 8, AvailabilityZone: a, Encrypted: !If [IsProd, true, false]}
  All:
    Type: AWS::EC2::Volume
    Properties: {Size: 8, AvailabilityZone: a, Encrypted: !Ref "AWS::NoValue"}
  Waived: # auditor:waive ec2-volume-encrypted reason="scratch" expires={expires}
    Type: AWS::EC2::Volume
"""
LOOP = """\
Transform: AWS::LanguageExtensions
Resources:
  Plain: {Type: AWS::EC2::Volume, Properties: {Encrypted: !Ref "AWS::NoValue"}}
  Fn::ForEach::Disks:
    - Name
    - [A, B]
    - Disk${Name}:
        Type: AWS::EC2::Volume
        Properties: {Size: 8, AvailabilityZone: a}
"""
CHILD = "Resources: {Inner: {Type: AWS::EC2::Volume, Properties: {Size: 8, AvailabilityZone: a}}}\n"
PARENT = "Resources: {Net: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}}\n"


def put(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_bytes(text.encode())
    return folder / name


def test_a_fix_keeps_every_other_byte_and_the_mode(auditor: Auditor, folder: Path) -> None:
    file = put(folder, "a b.yaml", "\ufeff" + DISK)
    file.chmod(0o640)
    (folder / "link.yaml").symlink_to("a b.yaml")
    done = auditor("scan", "link.yaml", "--fix", *POLICY)
    assert done.returncode == 0, done.stdout
    assert "fixed: link.yaml#Disk (ec2-volume-encrypted)" in done.stdout
    assert file.read_bytes().decode() == "\ufeff" + FIXED
    assert file.stat().st_mode & 0o777 == 0o640
    assert (folder / "link.yaml").is_symlink()
    before = file.stat()
    done = auditor("scan", "a b.yaml", "--fix", *POLICY)
    assert (done.returncode, "fixed" in done.stdout) == (0, False)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert sorted(os.listdir(folder)) == ["a b.yaml", "link.yaml"]


def test_a_diff_changes_nothing_and_can_be_applied(auditor: Auditor, folder: Path, environ: dict[str, str]) -> None:
    file = put(folder, "a b.yaml", "\ufeff" + DISK)
    put(folder, "c.json", '{"Resources": {"Disk": {"Type": "AWS::EC2::Volume"}}}\n')
    done = auditor("scan", ".", "--diff", *POLICY, "-o", "json=report.json")
    assert done.returncode == 1
    assert file.read_bytes().decode() == "\ufeff" + DISK
    assert "to fix: 2 in 2 files" in done.stderr
    (folder / "report.json").unlink()
    raw = subprocess.run(
        [*COMMAND, "scan", ".", "--diff", *POLICY], cwd=folder, env=environ, capture_output=True, check=False
    ).stdout
    subprocess.run(["git", "apply", "-"], cwd=folder, input=raw, check=True, capture_output=True)
    assert file.read_bytes().decode() == "\ufeff" + FIXED
    assert '"Properties": {"Encrypted": true}' in (folder / "c.json").read_text()
    done = auditor("scan", ".", "--diff", *POLICY)
    assert (done.returncode, done.stdout) == (0, "")


def test_what_cannot_be_expressed_is_left_alone_and_named(auditor: Auditor, folder: Path, tomorrow: str) -> None:
    texts = {
        "a.yaml": CONDITIONAL.replace("{expires}", tomorrow),
        "b.yaml": LOOP,
        "child.yaml": CHILD,
        "d.yaml": PARENT,
    }
    for name, text in texts.items():
        put(folder, name, text)
    done = auditor("scan", ".", "--fix", *POLICY, "-o", "json=report.json")
    assert done.returncode == 1
    said = " ".join(done.stderr.replace("note:", "").split())
    assert "fixed: 0 in 0 files" in said
    for line in (
        "a.yaml#Some (ec2-volume-encrypted): it fails only for some parameters",
        "a.yaml#All (ec2-volume-encrypted): Properties.Encrypted is given by a function, an anchor or an alias",
        "b.yaml#Plain (ec2-volume-encrypted): Properties.Encrypted is given by a function, an anchor or an alias",
        "b.yaml#DiskA (ec2-volume-encrypted): it is made by a transform or a loop",
        "d.yaml#Net/child.yaml#Inner (ec2-volume-encrypted): it is in a nested stack",
    ):
        assert f"not fixed: {line}" in said
    assert "Waived (ec2" not in said
    assert {name: (folder / name).read_text() for name in texts} == texts


def test_an_edit_that_does_not_make_it_pass_is_taken_back(auditor: Auditor, folder: Path) -> None:
    """The pack's fix turns on what another policy forbids, or does not help; a third one holds."""
    pack = folder / "pack"
    for key, wanted, denied in (
        ("demo_helps", "Encrypted: true", "not disk.properties.Encrypted == true"),
        ("demo_helps_not", "Size: 9", 'disk.properties.AvailabilityZone == "bad"'),
        ("demo_harms", "MultiAttachEnabled: true", "not disk.properties.MultiAttachEnabled == true"),
        ("demo_forbids", "", "disk.properties.MultiAttachEnabled == true"),
    ):
        (pack / key).mkdir(parents=True)
        (pack / key / f"{key}.rego").write_text(
            POLICY_TEXT.format(
                key=key,
                id=key.replace("_", "-"),
                wanted=FIX.format(wanted) if wanted else "",
                denied=denied,
                path='"MultiAttachEnabled"' if "forbids" in key else "",
                word="missing" if denied.startswith("not") else "found",
            )
        )
    file = put(
        folder,
        "a.yaml",
        "Resources:\n  Disk:\n    Type: AWS::EC2::Volume\n    Properties:\n      AvailabilityZone: bad\n",
    )
    done = auditor("scan", "a.yaml", "--fix", "--pack", "pack", "--policy", "demo-*")
    said = " ".join(done.stdout.replace("note:", "").split())
    assert "fixed: a.yaml#Disk (demo-helps)" in said, done.stdout + done.stderr
    assert "not fixed: a.yaml#Disk (demo-helps-not): taken back: edited, it is FAIL" in said
    assert "not fixed: a.yaml#Disk (demo-harms): taken back: edited, it fails demo-forbids" in said
    assert file.read_text().endswith("      AvailabilityZone: bad\n      Encrypted: true\n")


FIX = "#     properties: {{{}}}\n"
POLICY_TEXT = """\
# METADATA
# title: Something holds of the disk
# description: Something holds of the disk.
# custom:
#   id: {id}
#   severity: high
#   function: prevent
#   stage: proactive
#   subject: AWS::EC2::Volume
#   scope: account
#   applies: both
#   remediation:
#     text: Mend it.
{wanted}package policy.{key}

import data.lib.deny

deny contains deny.{word}(disk, [{path}], "it does not hold") if {{
	some disk in input.resources["AWS::EC2::Volume"]
	{denied}
}}
"""


def test_standard_input_cannot_be_fixed(auditor: Auditor) -> None:
    done = auditor("scan", "-", "--fix", *POLICY, stdin=DISK)
    assert done.returncode == 1
    assert "standard input is no file" in done.stdout


def test_a_diff_does_not_mix_with_a_report(auditor: Auditor, folder: Path) -> None:
    put(folder, "a.yaml", DISK)
    done = auditor("scan", "a.yaml", "--diff", "-o", "json")
    assert done.returncode == 2
    assert "--diff writes to standard output; name a file: json=FILE" in done.stderr


def test_a_file_that_cannot_be_written_is_an_error_and_the_others_are_fixed(auditor: Auditor, folder: Path) -> None:
    name = "a" * 245 + ".yaml"  # no room for the temporary file beside it; root may write everything else
    kept, fixed = put(folder, name, DISK), put(folder, "b.yaml", DISK)
    done = auditor("scan", ".", "--fix", *POLICY)
    assert done.returncode == 4
    assert f"cannot write {name}: File name too long" in done.stderr
    assert kept.read_bytes().decode() == DISK
    assert fixed.read_bytes().decode() == FIXED


@pytest.fixture
def tomorrow() -> str:
    return str(datetime.date.today() + datetime.timedelta(1))
