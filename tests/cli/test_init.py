"""`auditor init`: files to start with that the tool itself can use, and nothing overwritten."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest
from commands import COMMAND, DEMO, FAILING, Auditor, write

from auditor.places import PLACES

SOURCE = ("--source", "https://github.com/acme/auditor@v1.2.0")


@pytest.mark.parametrize("place", PLACES)
def test_a_place(place: str, auditor: Auditor, folder: Path) -> None:
    done = auditor("init", "--place", place, *SOURCE)
    assert done.returncode == 0, done.stderr
    target = PLACES[place].target
    assert done.stderr.splitlines()[:2] == ["wrote auditor.toml", f"wrote {target}"]
    text = (folder / target).read_text()
    assert "v1.2.0" in text and "acme/auditor" in text
    assert "OWNER" not in text and "REV" not in text
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    done = auditor("init", "--place", place, *SOURCE)
    assert done.returncode == 2
    assert f"{target} is there already" in done.stderr
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


def test_the_configuration_can_be_used_as_it_is(auditor: Auditor, folder: Path) -> None:
    assert auditor("init").returncode == 0
    write(folder, a=FAILING)
    assert auditor("scan", "a.yaml", *DEMO).returncode == 1
    done = auditor("init")
    assert (done.returncode, done.stderr.count("auditor.toml is there already")) == (2, 1)


def test_a_configuration_that_is_there_stays(auditor: Auditor, folder: Path) -> None:
    (folder / "auditor.toml").write_text('fail_on = "low"\n')
    done = auditor("init", "--place", "jenkins", *SOURCE)
    assert (done.returncode, done.stderr) == (0, "wrote Jenkinsfile\n")
    assert (folder / "auditor.toml").read_text() == 'fail_on = "low"\n'


def test_one_file_that_is_there_stops_all(auditor: Auditor, folder: Path) -> None:
    (folder / "Jenkinsfile").symlink_to("nowhere")
    done = auditor("init", "--place", "jenkins", *SOURCE)
    assert done.returncode == 2
    assert "Jenkinsfile is there already" in done.stderr
    assert os.listdir(folder) == ["Jenkinsfile"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--place", "github"], "--place github needs --source URL@REV"),
        (["--place", "github", "--source", "auditor"], "write it as URL@REV"),
        (["--place", "gitlab", "--source", "https://x.example/a'; rm -rf ~@v1"], "write it as URL@REV"),
        (["--place", "github", "--source", "https://git.example.com/a/b@v1"], "only from https://github.com"),
        (["nowhere"], "nowhere: no such folder"),
        (["--place", "travis"], "'travis' is not one of"),
    ],
)
def test_what_cannot_be_written(arguments: list[str], said: str, auditor: Auditor, folder: Path) -> None:
    done = auditor("init", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert not os.listdir(folder)


def test_an_unwritable_folder(auditor: Auditor, folder: Path) -> None:
    (folder / ".github").write_text("")  # a file where a folder has to be
    done = auditor("init", "--place", "github", *SOURCE)
    assert done.returncode == 4
    assert "cannot write" in done.stderr
    assert os.listdir(folder) == [".github"]


def test_at_a_terminal_it_asks(folder: Path, environ: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, b"codebuild\nhttps://git.example.com/a/auditor@v2\n")
    done = subprocess.run(
        [*COMMAND, "init"], cwd=folder, env=environ, stdin=theirs, capture_output=True, text=True, timeout=120
    )
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 0, done.stderr
    assert "Where is the gate to run" in done.stderr
    assert "git+https://git.example.com/a/auditor@v2" in (folder / "buildspec.yml").read_text()
