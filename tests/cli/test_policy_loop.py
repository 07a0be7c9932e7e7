"""The whole loop of an author, by the real command, from an empty folder to a scan that asks a stock OPA."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from authoring import ID, KEY, change, line_of, new, place
from commands import FAILING, Auditor, Done, write
from stored_snapshots import bucket, denied, write_snapshot

CASES = """
- name: nothing is said
  expect: fail
  properties: {}

- name: object lock turns versioning on
  expect: pass
  properties: {ObjectLockEnabled: true}
"""
STATUS = ("VersioningConfiguration", "Status")
LOCKED = {"ObjectLockEnabled": True, "VersioningConfiguration": {"Status": "Suspended"}}


def test_from_an_empty_folder_to_a_scan_that_asks_a_server(auditor: Auditor, folder: Path, opa: str) -> None:
    # new, and it holds
    assert new(auditor).returncode == 0
    rego, cases = place(folder) / f"{KEY}.rego", place(folder) / "cases.yaml"
    assert _tested(auditor, 0).stdout.startswith(f"ok    {ID}")
    write_snapshot(folder / "snapshots" / "monday.json", [bucket("locked", LOCKED), bucket("plain")])
    hidden = denied("s3:GetBucketVersioning", "AWS::S3::Bucket", bucket("locked").id, STATUS)
    write_snapshot(folder / "snapshots" / "tuesday.json", [bucket("locked", {"ObjectLockEnabled": True})], [hidden])
    _git(folder, "init", "-q")
    _git(folder, "add", "pack")
    _git(folder, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "first")

    # a case that fails
    with cases.open("a") as out:
        out.write(CASES)
    red = _tested(auditor, 1).stdout
    line = line_of(cases, "object lock")
    assert f'cases.yaml:{line}: [case] "object lock turns versioning on" (live): expected PASS, got FAIL' in red

    # an edit: first with a word that does not fit, then right
    change(rego, '.Status == "Enabled"\n', '.Status == "Enabled"\n\tnot bucket.properties.ObjectLockEnabled == true\n')
    assert "write `missing`" in _tested(auditor, 2).stderr
    change(rego, "deny.absent", "deny.missing")
    assert "reads lacks needs AWS::S3::Bucket:/ObjectLockEnabled" in _tested(auditor, 1).stdout
    assert auditor("policy", "reads", "--pack", "pack", "--write").returncode == 0
    assert _tested(auditor, 0).stdout.startswith(f"ok    {ID}  5 cases")

    # why
    asked = ("policy", "explain", ID, "plain", "--pack", "pack", "--snapshot", "snapshots/monday.json")
    why = json.loads(auditor(*asked, "--json").stdout)
    assert why["status"] == "FAIL"
    assert "not bucket.properties.ObjectLockEnabled == true" in json.dumps(why)

    # what the edit changes in two snapshots
    replayed = auditor("policy", "replay", "--snapshots", "snapshots", "--pack", "pack", "--json", "--expect-same")
    assert replayed.returncode == 1, replayed.stderr
    changes = json.loads(replayed.stdout)["changes"]
    assert [(c["snapshot"], c["before"]["status"], c["after"]["status"]) for c in changes] == [
        ("snapshots/monday.json", "FAIL", "PASS"),
        ("snapshots/tuesday.json", "UNKNOWN", "PASS"),
    ]

    # the page, and that it is up to date
    assert auditor("policy", "docs", "--pack", "pack", "-o", "reference").returncode == 0
    assert "/ObjectLockEnabled" in (folder / "reference" / f"{ID}.md").read_text()
    assert auditor("policy", "docs", "--pack", "pack", "-o", "reference", "--check").returncode == 0

    # a bundle, served by a stock OPA, judges as the tool itself does
    done = auditor("policy", "bundle", "--pack", "pack", "-o", "pack.tar.gz")
    assert done.returncode == 0, done.stderr
    write(folder, a=FAILING)
    scan = ("scan", "a.yaml", "--pack", "pack", "--policy", ID, "--fail-on", "medium", "-o", "json")
    here = auditor(*scan)
    with _served(opa, folder, "pack.tar.gz") as url:
        there = auditor(*scan, "--opa-url", url)
        assert there.returncode == here.returncode == 1, there.stderr
        (verdict,) = json.loads(there.stdout)["verdicts"]
        assert json.loads(here.stdout)["verdicts"] == [verdict]
        assert verdict["status"] == "FAIL" and verdict["findings"][0]["location"]["file"] == "a.yaml"
        change(rego, "ObjectLockEnabled == true", "ObjectLockEnabled == false")
        stale = auditor(*scan, "--opa-url", url)
        assert stale.returncode == 4 and "does not hold this pack" in stale.stderr


def _tested(auditor: Auditor, code: int) -> Done:
    done = auditor("policy", "test", "--pack", "pack")
    assert done.returncode == code, done.stdout + done.stderr
    return done


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


@contextmanager
def _served(opa: str, folder: Path, bundle: str) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [opa, "run", "--server", "--skip-version-check", "--addr", f"127.0.0.1:{port}", "--bundle", bundle]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
    try:
        while True:
            assert process.poll() is None
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
