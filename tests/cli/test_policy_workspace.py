"""`auditor policy workspace`, and packs under the stock tools: nothing of ours is needed to work on a policy."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from commands import Auditor
from own_pack import ID, KEY, write_pack

ROOT = Path(__file__).parent.parent.parent / "policies"
CASES = """\
- name: kept
  expect: pass
  properties: {VersioningConfiguration: {Status: Enabled}}
- name: nothing said
  expect: fail
"""


@pytest.fixture
def pack(folder: Path) -> Path:
    made = write_pack(folder / "pack")
    (made / KEY / "cases.yaml").write_text(CASES)
    return made


def stock(opa: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([opa, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_stock_opa_works_with_what_is_written(auditor: Auditor, pack: Path, folder: Path, opa: str) -> None:
    done = auditor("policy", "workspace", ID, "--pack", "pack")
    assert done.returncode == 0, done.stderr
    rego = ("pack", ".auditor/rego")
    checked = stock(opa, folder, "check", "--strict", "--schema", ".auditor/schema.json", *rego)
    assert checked.returncode == 0, checked.stderr
    data = [part for each in rego for part in ("-d", each)]
    found = stock(opa, folder, "eval", "-f", "raw", *data, "-i", "input.json", "data.main.report")
    (denial,) = json.loads(found.stdout)[KEY]
    assert denial["path"] == ["VersioningConfiguration", "Status"]
    settings = json.loads((folder / ".vscode" / "settings.json").read_text())
    for named in (*settings["opa.roots"], settings["opa.schema"]):
        assert Path(named.replace("${workspaceFolder}", str(folder))).exists()


def conftest_says(opa: str, folder: Path, input: object) -> list[str]:
    """What conftest asks: the rules of package main, in all files; each denial has a msg."""
    (folder / "asked.json").write_text(json.dumps(input))
    data = ("-d", "pack", "-d", ".auditor/rego")
    found = stock(opa, folder, "eval", "-f", "raw", *data, "-i", "asked.json", "data.main.deny")
    return sorted(denial["msg"] for denial in json.loads(found.stdout))


def test_denials_as_conftest_wants_them(auditor: Auditor, pack: Path, folder: Path, opa: str) -> None:
    assert auditor("policy", "workspace", ID, "--pack", "pack").returncode == 0
    sample = json.loads((folder / "input.json").read_text())
    (bucket,) = sample["resources"]["AWS::S3::Bucket"]
    denied = f"{ID}: {bucket['id']}: old versions are not kept (/VersioningConfiguration/Status)"
    assert conftest_says(opa, folder, sample) == [denied]
    bucket["properties"] = {"VersioningConfiguration": {"Status": "Enabled"}}
    assert conftest_says(opa, folder, sample) == []
    # an input that asks nothing is never fine
    assert conftest_says(opa, folder, {**sample, "policies": ["gone"]}) == [
        "gone: is not loaded, so nothing is known of it"
    ]
    assert conftest_says(opa, folder, {**sample, "policies": []}) == [
        "the input names no policies, so nothing was asked"
    ]
    assert len(conftest_says(opa, folder, {"Resources": {"Logs": {"Type": "AWS::S3::Bucket"}}})) == 2
    assert stock(opa, folder, "fmt", "--list", ".auditor/rego").stdout == ""


@pytest.mark.skipif(shutil.which("conftest") is None, reason="conftest is not installed; go builds it in ten minutes")
def test_conftest_itself(auditor: Auditor, pack: Path, folder: Path) -> None:
    assert auditor("policy", "workspace", ID, "--pack", "pack").returncode == 0
    asked = ["conftest", "test", "-o", "json", "-p", "pack", "-p", ".auditor/rego", "input.json"]
    said = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)
    assert said.returncode == 1, said.stderr
    (failure,) = (failure for one in json.loads(said.stdout) for failure in one.get("failures", ()))
    assert failure["msg"].startswith(f"{ID}: ")
    verified = subprocess.run(["conftest", "verify", "-p", str(ROOT)], capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_misspelt_property_is_an_error_with_the_schema(auditor: Auditor, pack: Path, folder: Path, opa: str) -> None:
    assert auditor("policy", "workspace", "--pack", "pack").returncode == 0
    file = pack / "acme_bucket_named" / "acme_bucket_named.rego"
    file.write_text(file.read_text().replace("not bucket.properties.Versioning", "not bucket.properties.Vresioning"))
    checked = stock(opa, folder, "check", "--schema", ".auditor/schema.json", "pack", ".auditor/rego")
    assert checked.returncode == 1
    assert "acme_bucket_named.rego:" in checked.stderr and "VresioningConfiguration" in checked.stderr


def test_what_is_the_author_s_own_is_left_alone(auditor: Auditor, pack: Path, folder: Path) -> None:
    (folder / "input.json").write_text("{}")
    done = auditor("policy", "workspace", ID, "--pack", "pack")
    assert "input.json: is there already and is left as it is" in done.stdout
    assert (folder / "input.json").read_text() == "{}"
    assert auditor("policy", "workspace", ID, "--pack", "pack", "--force").returncode == 0
    assert "AWS::S3::Bucket" in json.loads((folder / "input.json").read_text())["resources"]


def test_the_built_in_pack_under_the_stock_tools(opa: str) -> None:
    tested = stock(opa, ROOT.parent, "test", "policies")
    assert tested.returncode == 0 and "PASS: " in tested.stdout, tested.stdout
    assert stock(opa, ROOT.parent, "fmt", "--list", "policies").stdout == ""
    assert stock(opa, ROOT.parent, "check", "--strict", "policies").returncode == 0
