"""Every place passes the published schema of its format, or its own linter, and a linter of the shell in it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from place_files import BIN, PLACES, ROOT, scripts, tree

from auditor.places import PLACES as TABLE


def lint(*command: str | Path, stdin: str | None = None) -> str:
    """What a linter has to say; nothing if it is content."""
    program, *rest = command
    done = subprocess.run(
        [str(BIN / program), *map(str, rest)], input=stdin, capture_output=True, text=True, timeout=120, cwd=ROOT
    )
    return done.stdout + done.stderr if done.returncode else ""


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("github-actions", ROOT / "action.yml"),
        ("github-workflows", PLACES / "github.yml"),
        ("gitlab-ci", PLACES / "gitlab.yml"),
    ],
)
def test_a_published_schema(schema: str, file: Path) -> None:
    assert not lint("check-jsonschema", "--builtin-schema", f"vendor.{schema}", file)


def test_pre_commit_reads_its_files() -> None:
    assert not lint("pre-commit", "validate-manifest", ".pre-commit-hooks.yaml")
    assert not lint("pre-commit", "validate-config", PLACES / "pre-commit.yaml")
    (offered,) = tree(ROOT / ".pre-commit-hooks.yaml")
    (used,) = tree(PLACES / "pre-commit.yaml")["repos"][0]["hooks"]
    assert used["id"] == offered["id"]


@pytest.mark.parametrize("name", scripts())
def test_the_shell(name: str) -> None:
    script = scripts()[name]
    subprocess.run(["bash", "-n", "-c", script], check=True, timeout=30)
    # paths and words of a variable are meant to be split where a place has no lists
    split = [] if name.startswith("action") else ["--exclude=SC2086"]
    assert not lint("shellcheck", "--shell=bash", *split, "-", stdin=script)


def test_a_workflow_grants_what_its_steps_need_and_no_more() -> None:
    workflow = tree(PLACES / "github.yml")
    assert workflow["permissions"] == {"contents": "read", "security-events": "write"}
    steps = workflow["jobs"]["auditor"]["steps"]
    inputs = tree(ROOT / "action.yml")["inputs"]
    assert set(steps[1]["with"]) <= set(inputs)
    assert steps[1]["with"]["sarif"] == steps[2]["with"]["sarif_file"]


def test_the_container_is_pinned_has_no_root_and_no_build_tool() -> None:
    assert not lint("hadolint", "Containerfile")
    lines = (ROOT / "Containerfile").read_text().splitlines()
    last = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM")) :]
    (user,) = (line for line in last if line.startswith("USER"))
    assert user.split()[1].split(":")[0].isdigit() and not user.startswith("USER 0")
    (image,) = (line for line in lines if line.startswith("ARG PYTHON="))
    assert image.rpartition(":")[2].count(".") == 2  # a version, no moving tag
    assert not any("pip install" in line or "apt-get" in line for line in last)
    sources = {
        word for line in lines if line.startswith("COPY") and "--from" not in line for word in line.split()[1:-1]
    }
    assert all((ROOT / source).exists() for source in sources)


def test_every_place_has_its_file() -> None:
    assert {place.file for place in TABLE.values()} | {"auditor.toml"} == {
        file.name for file in PLACES.iterdir() if file.is_file() and file.suffix != ".py"
    }
