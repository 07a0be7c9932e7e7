"""`auditor policy replay`: what a changed policy changes, and nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from commands import Auditor
from own_pack import ID, KEY, LIBRARY, OTHER, POLICY, write_pack
from stored_snapshots import bucket, denied, write_snapshot

KEPT = {"VersioningConfiguration": {"Status": "Enabled"}}
PAUSED = {"VersioningConfiguration": {"Status": "Suspended"}}
ASKED = ("policy", "replay", "--snapshots", "snapshots", "--pack", "pack")


@pytest.fixture
def versions(folder: Path) -> Path:
    """Two snapshots, and a pack in a git repository with one commit."""
    paused = bucket("paused", PAUSED)
    write_snapshot(folder / "snapshots" / "monday.json", [bucket("kept", KEPT), paused])
    gaps = [denied("s3:GetBucketVersioning", paused.type, paused.id, ("VersioningConfiguration",))]
    write_snapshot(folder / "snapshots" / "sub" / "tuesday.json.gz", [bucket("kept", KEPT), paused], gaps)
    pack = write_pack(folder / "pack")
    git(folder, "init", "-q")
    git(folder, "add", "pack")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "first")
    return pack


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def replayed(auditor: Auditor, *more: str, code: int = 0) -> dict[str, Any]:
    done = auditor(*ASKED, *more, "--json")
    assert done.returncode == code, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_nothing_changed_nothing_runs(auditor: Auditor, versions: Path) -> None:
    done = auditor(*ASKED, "--expect-same")
    assert (done.returncode, done.stdout) == (0, "no policy differs from HEAD\n")


def test_a_changed_library_changes_who_uses_it(auditor: Auditor, versions: Path) -> None:
    (versions / "lib" / "versions.rego").write_text(LIBRARY.replace('Status == "Enabled"', "Status"))
    found = replayed(auditor)
    assert found["policies"] == {"changed": [ID], "new": [], "gone": []}
    assert found["counts"] == {"new": 0, "gone": 0, "changed": 1, "same": 3}
    (change,) = found["changes"]
    assert (change["kind"], change["policy"], change["resource"]["name"]) == ("changed", ID, "paused")
    assert change["snapshot"] == "snapshots/monday.json"  # on Tuesday it is UNKNOWN to both
    assert (change["before"]["status"], change["after"]["status"]) == ("FAIL", "PASS")
    done = auditor(*ASKED, "--expect-same")
    assert done.returncode == 1
    assert "FAIL → PASS  paused (AWS::S3::Bucket)  snapshots/monday.json" in done.stdout
    assert "- old versions are not kept (/VersioningConfiguration/Status)" in done.stdout


def test_the_same_verdict_for_another_reason_is_a_change(auditor: Auditor, versions: Path) -> None:
    text = POLICY.replace('"old versions are not kept"', '"versioning is off"')
    (versions / KEY / f"{KEY}.rego").write_text(text)
    found = replayed(auditor)
    assert {change["resource"]["name"] for change in found["changes"]} == {"paused"}
    assert {(c["before"]["status"], c["after"]["status"]) for c in found["changes"]} == {
        ("FAIL", "FAIL"),
        ("UNKNOWN", "UNKNOWN"),
    }


def test_policies_that_come_and_go(auditor: Auditor, versions: Path) -> None:
    shutil.copytree(versions, versions.parent / "old")
    shutil.rmtree(versions / "acme_bucket_named")
    new = OTHER.replace("acme-bucket-named", "acme-bucket-new").replace("acme_bucket_named", "acme_bucket_new")
    (versions / "acme_bucket_new").mkdir()
    (versions / "acme_bucket_new" / "acme_bucket_new.rego").write_text(new)
    found = replayed(auditor, "--against", "old")
    assert found["policies"] == {"changed": [], "new": ["acme-bucket-new"], "gone": ["acme-bucket-named"]}
    assert found["counts"] == {"new": 4, "gone": 4, "changed": 0, "same": 0}
    only = replayed(auditor, "--against", "old", "--policy", "*-new")
    assert only["counts"] == {"new": 4, "gone": 0, "changed": 0, "same": 0}


def test_a_snapshot_that_cannot_be_read_is_named_and_the_others_are_judged(auditor: Auditor, versions: Path) -> None:
    (versions / "lib" / "versions.rego").write_text(LIBRARY.replace('Status == "Enabled"', "Status"))
    (versions.parent / "snapshots" / "broken.json").write_text("{}\n")
    write_snapshot(versions.parent / "snapshots" / "partial.json", [bucket("kept", KEPT)], complete=False)
    found = replayed(auditor, code=3)
    assert len(found["changes"]) == 1
    assert [problem.split(":")[0] for problem in found["problems"]] == [
        "snapshots/broken.json",
        "snapshots/partial.json",
    ]
    assert auditor(*ASKED, "--expect-same").returncode == 1  # 1 weighs more than 3


def test_a_policy_that_fails_now_is_unknown_and_named(auditor: Auditor, versions: Path) -> None:
    (versions / "lib" / "versions.rego").write_text(
        LIBRARY.replace('Status == "Enabled"', 'Status == sprintf("%d", [to_number(bucket.name)])')
    )
    found = replayed(auditor, code=3)
    assert {change["after"]["status"] for change in found["changes"]} == {"UNKNOWN"}
    assert found["problems"] and all(
        problem.startswith(f"{ID}: lib.acme.versions/versions.rego:3") for problem in found["problems"]
    )


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--against", "v9"), "--against v9: neither a folder nor a revision of pack: git: "),
        (("--policy", "acme-bucket-verioned"), '(did you mean "acme-bucket-versioned"?)'),
        (("--pack", "snapshots", "--against", "pack"), "a folder stands for one --pack; there are 2"),
        (("--snapshots", "nowhere"), "nowhere: no such folder"),
        (("--snapshots", "pack"), "pack: no snapshot in it"),
    ],
)
def test_one_clear_error(auditor: Auditor, versions: Path, more: tuple[str, ...], says: str) -> None:
    done = auditor(*ASKED, *more)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


def test_a_broken_policy_is_said_of_the_file_that_holds_it(auditor: Auditor, versions: Path) -> None:
    (versions / KEY / f"{KEY}.rego").write_text(POLICY + "\nbroken if {\n")
    done = auditor(*ASKED)
    assert done.returncode == 2
    assert f"pack/{KEY}/{KEY}.rego:2" in done.stderr
