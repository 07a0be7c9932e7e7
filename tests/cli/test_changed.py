"""`--changed-since`: what is left out is what the full run would have said of the revision already."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import DEMO, FAILING, LOW, PASSING, UNDECIDED, Auditor, write

Git = Callable[..., str]
PARENT = "Resources: {Net: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: %s.yaml}}}\n"


@pytest.fixture
def git(folder: Path) -> Git:
    def run(*arguments: str) -> str:
        names = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
        command = ["git", "-C", str(folder), *names, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    run("init", "-q", "-b", "main")
    return run


def commit(git: Git) -> None:
    git("add", "-A")
    git("commit", "-q", "-m", "x")


def by_root(done: Any) -> dict[str, list[Any]]:
    assert "Traceback" not in done.stderr, done.stderr
    found: dict[str, list[Any]] = {}
    for verdict in json.loads(done.stdout)["verdicts"]:
        found.setdefault(verdict["resource"]["id"].split("#")[0], []).append(verdict)
    return found


def scan(auditor: Auditor, *flags: str) -> Any:
    return auditor("scan", ".", *DEMO, "--include-passed", "-o", "json", *flags)


def test_it_says_what_the_full_run_says_of_what_changed(auditor: Auditor, folder: Path, git: Git) -> None:
    """Changed, new, ignored, deleted, renamed, a nested one below an unchanged root, one that is a root now."""
    odd = 'od d\n"é'
    write(folder, same=FAILING, edited=PASSING, gone=FAILING, child=PASSING, parent=PARENT % "child", **{odd: LOW})
    write(folder, left=PARENT % "orphan", orphan=FAILING, missing=PARENT % "lost", lost=PASSING, other=LOW)
    (folder / ".gitignore").write_text("built.yaml\n")
    commit(git)
    before = by_root(scan(auditor))
    write(folder, edited=FAILING, new=UNDECIDED, built=FAILING, child=FAILING, left=PASSING, **{odd: LOW + "# \n"})
    (folder / "gone.yaml").unlink()
    (folder / "lost.yaml").unlink()
    (folder / "other.yaml").rename(folder / "another.yaml")
    full, part = scan(auditor), scan(auditor, "--changed-since", "HEAD")
    now, changed = by_root(full), by_root(part)
    expected = {"edited", "new", "built", "parent", "left", "orphan", "another", odd}
    assert set(changed) == {f"{name}.yaml" for name in expected}
    assert changed == {root: now[root] for root in changed}
    for root, verdicts in now.items():
        assert root in changed or verdicts == before[root], root
    assert json.loads(part.stdout)["errors"] == json.loads(full.stdout)["errors"] != []
    assert json.loads(part.stdout)["summary"]["counted"]["unchanged templates"] == 1


def test_what_decides_about_every_template_makes_a_full_run(auditor: Auditor, folder: Path, git: Git) -> None:
    write(folder, a=UNDECIDED)
    (folder / "p.json").write_text("{}")
    (folder / "auditor.toml").write_text("")
    commit(git)
    flags = ("--parameters", "p.json", "--changed-since", "main")
    assert by_root(scan(auditor, *flags)) == {}
    (folder / "p.json").write_text('{"Name": "public"}')
    done = scan(auditor, *flags)
    assert list(by_root(done)) == ["a.yaml"]
    assert "p.json is not as in main: every template is judged" in done.stderr
    commit(git)
    (folder / "auditor.toml").unlink()
    assert list(by_root(scan(auditor, *flags))) == ["a.yaml"]


def test_nothing_changed_passes_and_says_so(auditor: Auditor, folder: Path, git: Git) -> None:
    write(folder, a=FAILING, b=LOW)
    commit(git)
    os.utime(folder / "a.yaml")
    done = auditor("scan", ".", *DEMO, "--changed-since", "HEAD")
    assert done.returncode == 0
    assert "no template changed (2 are as they were)" in done.stdout
    assert "2 unchanged templates" in done.stdout
    git("update-index", "--assume-unchanged", "b.yaml")
    assert list(by_root(scan(auditor, "--changed-since", "HEAD"))) == ["b.yaml"]


@pytest.mark.parametrize("revision", ["nowhere", "--upload-pack=x", ""])
def test_a_revision_that_is_none_is_one_clear_error(revision: str, auditor: Auditor, folder: Path, git: Git) -> None:
    write(folder, a=FAILING)
    commit(git)
    done = auditor("scan", ".", *DEMO, f"--changed-since={revision}")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"--changed-since {revision}: no such revision (a shallow clone may not hold it" in done.stderr


def test_outside_of_git_or_without_it_is_one_clear_error(auditor: Auditor, folder: Path, tmp_path: Path) -> None:
    write(folder, a=FAILING)
    ceiling = {"GIT_CEILING_DIRECTORIES": str(tmp_path)}
    done = auditor("scan", ".", *DEMO, "--changed-since", "HEAD", env=ceiling)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--changed-since: fatal: not a git repository" in done.stderr
    done = auditor("scan", ".", *DEMO, "--changed-since", "HEAD", env={"PATH": ""})
    assert (done.returncode, done.stdout) == (2, "")
    assert "--changed-since needs git" in done.stderr
