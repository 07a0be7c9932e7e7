"""A snapshot per account with an index: continued where it stopped, and no account forgotten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from faulty import DENIED, Answer, endpoint
from moto_account import aws, moto_url
from test_audit import REGION, Run, run

__all__ = ["aws", "moto_url", "run"]

ONE, TWO = "111111111111", "222222222222"
ASKED = ("--region", REGION, "--attempts", "1", "--policy", "s3-bucket-public*")
ROLES = tuple(f"--role-arn=arn:aws:iam::{account}:role/auditor" for account in (ONE, TWO))


def index(folder: Path) -> dict[str, Any]:
    accounts: dict[str, Any] = json.loads((folder / "index.json").read_text())["accounts"]
    return accounts


def test_each_account_has_its_file_and_is_judged(run: Run, tmp_path: Path) -> None:
    done = run("snapshot", "-o", "org/", *ASKED, *ROLES)
    assert done.returncode == 0, done.stderr
    assert index(tmp_path / "org") == {
        account: {"file": f"{account}.json.gz", "complete": True} for account in (ONE, TWO)
    }
    judged = run("audit", "org", "--policy", "s3-bucket-public*", "-o", "json")
    assert judged.returncode == 0, judged.stderr
    assert json.loads(judged.stdout)["snapshot"]["scope"] == [ONE, TWO]
    assert "222222222222.json.gz:" in run("snapshot", "show", "org").stdout


def test_resume_asks_only_what_is_missing(run: Run, moto_url: str, tmp_path: Path) -> None:
    asked: list[str] = []

    def noting(service: str, said: str) -> Answer | None:
        asked.append(service)
        return None

    with endpoint(moto_url, noting) as url:
        assert run("snapshot", "-o", "org/", *ASKED, *ROLES, url=url).returncode == 0
    of_both = asked.count("s3")
    (tmp_path / "org" / f"{TWO}.json.gz").unlink()
    before = (tmp_path / "org" / f"{ONE}.json.gz").stat().st_mtime_ns
    incomplete = run("audit", "org", "--policy", "s3-bucket-public*", "-o", "json")
    assert incomplete.returncode == 3
    assert [problem["subject"] for problem in json.loads(incomplete.stdout)["errors"]] == [TWO]
    asked.clear()
    with endpoint(moto_url, noting) as url:
        assert run("snapshot", "-o", "org/", "--resume", *ASKED, *ROLES, url=url).returncode == 0
    assert asked.count("s3") * 2 == of_both
    assert (tmp_path / "org" / f"{ONE}.json.gz").stat().st_mtime_ns == before
    assert run("audit", "org", "--policy", "s3-bucket-public*").returncode == 0


def test_an_account_that_refuses_its_regions_is_not_complete(run: Run, moto_url: str, tmp_path: Path) -> None:
    def refused(service: str, said: str) -> Answer | None:
        return Answer(403, DENIED) if service == "ec2" else None

    globs = ("--region", "us-*", "--attempts", "1", "--policy", "s3-bucket-public*")
    with endpoint(moto_url, refused) as url:
        done = run("snapshot", "-o", "org/", *globs, *ROLES, url=url)
    assert "2 accounts not or not wholly asked" in done.stderr
    assert [entry["complete"] for entry in index(tmp_path / "org").values()] == [False, False]
    assert run("audit", "org", "--policy", "s3-bucket-public*").returncode == 3
    assert run("snapshot", "-o", "org/", "--resume", *globs, *ROLES).returncode == 0
    assert [entry["complete"] for entry in index(tmp_path / "org").values()] == [True, True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("snapshot", "-o", "a.json", "--resume"), "--resume continues a folder of snapshots"),
        (("audit", "empty"), "index.json: No such file"),
        (("audit", "broken"), "not the index of a folder of snapshots"),
        (("audit", "none"), "no account in it was collected"),
        (("audit", "newer"), "an index of format auditor-snapshots/2"),
        (("snapshot", "-o", "file/", *ASKED), "cannot make the folder file"),
    ],
)
def test_one_clear_error(run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    texts = {
        "broken": "{",
        "none": '{"format": "auditor-snapshots/1", "tool": "0", "accounts": {"111111111111": {}}}',
        "newer": '{"format": "auditor-snapshots/2", "tool": "9", "accounts": {}}',
    }
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    for name, text in texts.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.json").write_text(text)
    done = run(*arguments)
    assert done.returncode in (2, 4), done.stdout
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
