"""The shell of each place, run without its service: the exit code is the gate's, and the files are there."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import FAILING
from place_files import BIN, ROOT, action_steps, buildspec_commands, gitlab_script, jenkins_script, tree

Shell = Callable[..., subprocess.CompletedProcess[str]]

FLAGS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
BLOCKED = FAILING + "    Properties:\n      PublicAccessBlockConfiguration:\n"
BLOCKED += "".join(f"        {flag}: true\n" for flag in FLAGS)


def test_the_action(shell: Shell, repository: Path, tmp_path: Path) -> None:
    (repository / "a b").mkdir()
    (repository / "a b" / "$(touch owned).yaml").write_text(FAILING)
    output, summary = tmp_path / "output", tmp_path / "summary"
    for file in (output, summary):
        file.touch()
    files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), "SARIF": "auditor.sarif"}
    scan = action_steps()[1]
    done = shell(scan, GIVEN_PATHS="app.yaml\n\na b\n", GIVEN_ARGUMENTS="--fail-on\nlow\n", **files)
    assert done.returncode == 1, done.stderr
    assert output.read_text() == "exit-code=1\n"
    assert "::error title=" in done.stdout and "file=app.yaml" in done.stdout
    assert "app.yaml" in summary.read_text()
    (run,) = json.loads((repository / "auditor.sarif").read_text())["runs"]
    assert (
        len({result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]}) == 2
    )
    assert not (repository / "owned").exists()
    done = shell(scan, GIVEN_PATHS=".", GIVEN_ARGUMENTS="--fail-on\ncritical", **files)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("commands", "files"),
    [
        (gitlab_script(), ["gl-code-quality-report.json", "gl-sast-report.json", "auditor.xml"]),
        (buildspec_commands(), ["auditor.xml", "auditor.html"]),
        (jenkins_script().splitlines()[3:], ["auditor.xml", "auditor.sarif", "auditor.html"]),
    ],
    ids=["gitlab", "codebuild", "jenkins"],
)
def test_a_script(commands: list[str], files: list[str], shell: Shell, repository: Path, installed: Path) -> None:
    (repository / ".auditor-venv").mkdir()
    (repository / ".auditor-venv" / "bin").symlink_to(installed)
    script = "\n".join(commands)
    (repository / "auditor.toml").write_text('fail_on = "critical"\n')
    assert "auditor scan $AUDITOR_PATHS" in script
    done = shell(script)
    assert done.returncode == 0, done.stderr
    assert all((repository / file).stat().st_size for file in files)
    (repository / "auditor.toml").write_text('fail_on = "low"\n')
    assert shell(script).returncode == 1


def test_pre_commit_judges_only_the_templates_that_change(
    repository: Path, installed: Path, opa: str, tmp_path: Path
) -> None:
    """The real pre-commit and the entry of the hook, with the tool that is installed already."""
    (hook,) = tree(ROOT / ".pre-commit-hooks.yaml")
    assert hook["entry"].startswith("auditor ")
    hook |= {"language": "system", "entry": f"{installed}/{hook['entry']} --policy s3-bucket-public-access-blocked"}
    (repository / "hooks.yaml").write_text(json.dumps({"repos": [{"repo": "local", "hooks": [hook]}]}))
    names = {f"GIT_{who}_{what}": "t@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    kept = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(tmp_path), "AUDITOR_OPA": opa}

    def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=repository, env={**kept, **names}, capture_output=True, text=True, timeout=120
        )

    run("git", "init", "-q")
    run("git", "add", "-A")
    run("git", "commit", "-q", "-m", "x")
    pre_commit = (BIN / "pre-commit", "run", "--config", "hooks.yaml")
    (repository / "values.yaml").write_text("replicas: 3\n")
    (repository / "new.yaml").write_text(BLOCKED)
    run("git", "add", "-A")
    done = run(*pre_commit, "--verbose")
    assert done.returncode == 0, done.stdout
    assert "1 template, 1 other file," in done.stdout
    done = run(*pre_commit, "--all-files")
    assert done.returncode == 1
    assert "app.yaml" in done.stdout
