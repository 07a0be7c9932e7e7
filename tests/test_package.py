"""What is installed is what is here: every package of the source, and the built-in pack."""

from __future__ import annotations

import configparser
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_package_is_listed() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = set(config["options"]["packages"].split()) - {"auditor.policies"}
    here = {
        ".".join(file.parent.relative_to(ROOT).parts)
        for file in (ROOT / "auditor").rglob("__init__.py")
        if "policies" not in file.parts
    }
    assert listed == here


def test_the_wheel_carries_the_pack_and_works_without_the_repository(tmp_path: Path, opa: str) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    regos = {file.name for file in (ROOT / "policies").rglob("*.rego")}
    assert {file.name for file in (installed / "auditor" / "policies").rglob("*.rego")} == regos
    page = {
        file.name
        for file in (ROOT / "auditor" / "render" / "html").iterdir()
        if file.suffix in (".css", ".html", ".js")
    }
    assert page and page <= {file.name for file in (installed / "auditor" / "render" / "html").iterdir()}
    places = {file.name for file in (ROOT / "auditor" / "places").iterdir() if file.is_file()}
    assert places and places <= {file.name for file in (installed / "auditor" / "places").iterdir()}
    for folder in ("frameworks", "profiles"):
        lists = {file.name for file in (ROOT / "policies" / folder).glob("*.yaml")}
        assert lists and {file.name for file in (installed / "auditor" / "policies" / folder).iterdir()} == lists
    template = tmp_path / "empty" / "app.yaml"
    template.parent.mkdir()
    template.write_text("Resources:\n  Trail:\n    Type: AWS::CloudTrail::Trail\n    Properties: {IsLogging: true}\n")
    command = [
        sys.executable,
        "-c",
        "from auditor.cli import entry; entry()",
        "scan",
        "app.yaml",
        "--fail-on",
        "medium",
    ]
    environment = {"PYTHONPATH": str(installed), "AUDITOR_OPA": opa, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=template.parent, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1, done.stderr
    assert "cloudtrail-log-validation-enabled" in done.stdout
