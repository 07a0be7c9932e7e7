"""Which opa is used, and why no other. Shell scripts that print a version stand for programs of that version."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from auditor.engine import discover as discovery
from auditor.engine.discover import Opa, Rejected, cache_folder, discover, installed, require
from auditor.engine.version import complaint, parsed
from auditor.errors import EngineError


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment with nothing in it."""
    return {"HOME": str(tmp_path / "home"), "PATH": ""}


def program(file: Path, version: str) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\necho run >> {file}.log\necho Version: {version}\n")
    file.chmod(0o755)
    return str(file)


def runs(path: str) -> int:
    log = Path(f"{path}.log")
    return len(log.read_text().splitlines()) if log.exists() else 0


def test_the_real_one(opa: str, home: dict[str, str]) -> None:
    found = discover(home | {"AUDITOR_OPA": opa})
    assert found.opa is not None
    assert (found.opa.path, found.opa.origin, found.rejected) == (opa, "AUDITOR_OPA", ())
    assert parsed(found.opa.version) >= (1, 20, 1)


def test_the_order(home: dict[str, str], tmp_path: Path) -> None:
    own = program(installed(cache_folder(home)), "1.22.2")
    assert discover(home) == discovery.Discovery(Opa(own, "1.22.2", "cache"), ())
    path = program(tmp_path / "bin/opa", "1.21.0")
    environ = home | {"PATH": f"{tmp_path / 'nowhere'}:{tmp_path / 'bin'}"}
    assert discover(environ).opa == Opa(path, "1.21.0", "PATH")
    asked = program(tmp_path / "my-opa", "1.20.1")
    assert discover(environ | {"AUDITOR_OPA": asked}).opa == Opa(asked, "1.20.1", "AUDITOR_OPA")


def test_an_old_one_on_the_path_is_passed_over_and_said(home: dict[str, str], tmp_path: Path) -> None:
    old, new = program(tmp_path / "a/opa", "1.20.0"), program(tmp_path / "b/opa", "1.23.1-dev")
    found = discover(home | {"PATH": f"{tmp_path / 'a'}:{tmp_path / 'b'}"})
    assert found.opa == Opa(new, "1.23.1-dev", "PATH")
    assert found.rejected == (Rejected(old, "PATH", "version 1.20.0 is older than 1.20.1"),)


@pytest.mark.parametrize(
    ("version", "why"),
    [("1.19.4", "version 1.19.4 is older than 1.20.1"), ("nightly", "its version is not known ('nightly')")],
)
def test_one_that_was_asked_for_is_not_passed_over(
    home: dict[str, str], tmp_path: Path, version: str, why: str
) -> None:
    program(installed(cache_folder(home)), "1.22.2")
    asked = program(tmp_path / "opa", version)
    found = discover(home | {"AUDITOR_OPA": asked})
    assert found.opa is None
    assert [(item.path, item.origin) for item in found.rejected] == [(asked, "AUDITOR_OPA")]
    assert found.rejected[0].why.startswith(why)


def test_what_is_no_opa(home: dict[str, str], tmp_path: Path) -> None:
    text, other, folder = tmp_path / "text", tmp_path / "other", tmp_path / "folder"
    text.write_text("no program")
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    folder.mkdir()
    for file, why in (
        (tmp_path / "nowhere", "no such program"),
        (text, "no such program"),
        (folder, "no such program"),
        (other, "does not answer as OPA does"),
    ):
        rejected = discover(home | {"AUDITOR_OPA": str(file)}).rejected
        assert [item.path for item in rejected] == [str(file)] and why in rejected[0].why
    text.chmod(0o755)
    assert "Exec format error" in discover(home | {"AUDITOR_OPA": str(text)}).rejected[0].why


def test_none_at_all_is_one_message_with_the_ways(home: dict[str, str], tmp_path: Path) -> None:
    old = program(tmp_path / "bin/opa", "0.70.0")
    with pytest.raises(EngineError) as caught:
        require(home | {"PATH": str(tmp_path / "bin")})
    lines = str(caught.value).splitlines()
    assert lines[0] == "OPA 1.20.1 or newer is needed and was not found."
    assert lines[1] == f"  {old} (PATH): version 0.70.0 is older than 1.20.1"
    assert lines[2] == f"  {installed(cache_folder(home))} (cache): no such program"
    assert all(way in lines[3] for way in ("auditor engine install", "--install-engine", "PATH", "AUDITOR_OPA"))


def test_the_version_is_asked_once_per_file(home: dict[str, str], tmp_path: Path) -> None:
    path = program(tmp_path / "opa", "1.21.0")
    environ = home | {"AUDITOR_OPA": path}
    assert discover(environ) == discover(environ)
    assert runs(path) == 1
    program(Path(path), "1.21.5")
    assert discover(environ).opa == Opa(path, "1.21.5", "AUDITOR_OPA")
    for memory in (cache_folder(home) / "opa").glob("probe-*.json"):
        memory.write_text("{")
    assert discover(environ).opa == Opa(path, "1.21.5", "AUDITOR_OPA")
    assert runs(path) == 3


def test_a_cache_that_cannot_be_written_costs_only_time(home: dict[str, str], tmp_path: Path) -> None:
    path = program(tmp_path / "opa", "1.21.0")
    (tmp_path / "home").write_text("not a folder")
    assert discover(home | {"AUDITOR_OPA": path}).opa == Opa(path, "1.21.0", "AUDITOR_OPA")
    assert discover(home | {"AUDITOR_OPA": path}).opa is not None and runs(path) == 2


def test_the_cache_folder_follows_xdg() -> None:
    assert cache_folder({"XDG_CACHE_HOME": "/var/c", "HOME": "/home/me"}) == Path("/var/c/auditor")
    assert cache_folder({"XDG_CACHE_HOME": "relative", "HOME": "/home/me"}) == Path("/home/me/.cache/auditor")
    assert cache_folder({}) == Path(os.path.expanduser("~/.cache/auditor"))


@pytest.mark.parametrize("version", ["1.20.1", "1.20.1-rc1", "1.22.2", "1.100.0", "2.0.0"])
def test_versions_that_will_do(version: str) -> None:
    assert complaint(version) is None


@pytest.mark.parametrize("version", ["1.20.0", "1.9.9", "0.70.0", "", "edge", "1.20"])
def test_versions_that_will_not(version: str) -> None:
    assert complaint(version)
