"""Installing OPA from a local server that stands for the release page. Nothing here leaves the machine."""

from __future__ import annotations

import hashlib
import http.server
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from auditor.engine.discover import cache_folder, discover, installed
from auditor.engine.install import ASSETS, install
from auditor.errors import EngineError

LINUX = ("Linux", "x86_64")
ASSET = f"/v1.22.2/{ASSETS[LINUX]}"
# Where the content does not matter, a script that prints the right version stands for the program of 60 MB.
PROGRAM = b"#!/bin/sh\necho Version: 1.22.2\n"


class Release:
    """A release page: path → content. A path in `cut` announces its content in full and sends half of it."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut: set[str] = set()
        self.asked: list[str] = []
        self.url = ""

    def publish(self, content: bytes, sum_of: bytes | None = None) -> None:
        digest = hashlib.sha256(content if sum_of is None else sum_of).hexdigest()
        self.files = {ASSET: content, f"{ASSET}.sha256": f"{digest}  {ASSETS[LINUX]}\n".encode()}


@pytest.fixture
def release() -> Iterator[Release]:
    page = Release()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page.asked.append(self.path)
            if self.path not in page.files:
                self.send_error(404)
                return
            content = page.files[self.path]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if self.path in page.cut else content)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        page.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield page
        server.shutdown()
        thread.join()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return {"HOME": str(tmp_path / "home"), "PATH": ""}


@pytest.fixture
def nowhere() -> str:
    """The address of a server that is not there: a port that was free a moment ago."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def failure(home: Mapping[str, str], url: str, **options: object) -> str:
    with pytest.raises(EngineError) as caught:
        install(home, base_url=url, **({"system": LINUX} | options))  # type: ignore[arg-type]
    target = installed(cache_folder(home))
    assert list(target.parent.iterdir()) == [], "nothing half-made is left"
    return str(caught.value)


def fake_go(folder: Path, body: str) -> str:
    """No real build here (a minute and the network): a script in the place of Go, which does what `body` says."""
    folder.mkdir()
    (folder / "go").write_text(f"#!/bin/sh\n{body}\n")
    (folder / "go").chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def test_the_real_program_is_downloaded_checked_and_found(opa: str, release: Release, home: dict[str, str]) -> None:
    program = Path(opa).read_bytes()
    version = discover({**home, "AUDITOR_OPA": opa}).opa
    assert version is not None
    if version.version != "1.22.2":
        pytest.skip(f"the OPA of these tests is {version.version}, not the release that is installed")
    release.publish(program)
    said: list[str] = []
    path = install(home, base_url=release.url, system=LINUX, say=said.append)
    assert Path(path).read_bytes() == program
    assert os.stat(path).st_mode & 0o777 == 0o755
    assert release.asked == [f"{ASSET}.sha256", ASSET]
    assert said == [f"downloading {release.url}{ASSET}"]
    found = discover(home).opa
    assert found is not None and (found.path, found.origin, found.version) == (path, "cache", "1.22.2")


def test_again_replaces_it(release: Release, home: dict[str, str]) -> None:
    release.publish(PROGRAM)
    first = install(home, base_url=release.url, system=LINUX)
    release.publish(PROGRAM + b"# newer\n")
    assert install(home, base_url=release.url, system=LINUX) == first
    assert Path(first).read_bytes().endswith(b"# newer\n")
    assert [file.name for file in Path(first).parent.iterdir()] == ["opa"]


def test_a_wrong_hash(release: Release, home: dict[str, str]) -> None:
    release.publish(PROGRAM, sum_of=b"something else")
    text = failure(home, release.url)
    assert hashlib.sha256(PROGRAM).hexdigest() in text
    assert f"published is {hashlib.sha256(b'something else').hexdigest()}: not installed" in text


def test_a_wrong_hash_is_never_answered_by_a_build(release: Release, home: dict[str, str], tmp_path: Path) -> None:
    release.publish(PROGRAM, sum_of=b"something else")
    go = fake_go(tmp_path / "go", f"touch {tmp_path}/built")
    assert "not installed" in failure(home | {"PATH": go}, release.url)
    assert not (tmp_path / "built").exists()


def test_a_pinned_hash(release: Release, home: dict[str, str]) -> None:
    release.publish(PROGRAM, sum_of=b"the published one does not count")
    install(home, base_url=release.url, system=LINUX, sha256=hashlib.sha256(PROGRAM).hexdigest().upper())
    assert release.asked == [ASSET]


def test_another_pinned_hash(release: Release, home: dict[str, str]) -> None:
    release.publish(PROGRAM)
    assert f"pinned is {'0' * 64}: not installed" in failure(home, release.url, sha256="0" * 64)


def test_a_pin_that_is_none(home: dict[str, str], nowhere: str) -> None:
    with pytest.raises(EngineError, match="not a SHA-256 sum"):
        install(home, base_url=nowhere, sha256="1.22.2")


def test_no_published_hash(release: Release, home: dict[str, str]) -> None:
    release.publish(PROGRAM)
    release.files[f"{ASSET}.sha256"] = b"<html>sign in</html>"
    assert "holds no SHA-256 sum" in failure(home, release.url)


@pytest.mark.parametrize("path", [ASSET, f"{ASSET}.sha256"])
def test_a_cut_transfer(release: Release, home: dict[str, str], path: str) -> None:
    release.publish(PROGRAM)
    release.cut = {path}
    text = failure(home, release.url)
    assert f"{release.url}{path}" in text and ("was cut off" in text or "holds no SHA-256 sum" in text)


def test_no_network_and_no_go(home: dict[str, str], nowhere: str) -> None:
    text = failure(home, nowhere)
    assert f"{nowhere}{ASSET}.sha256 cannot be reached" in text
    assert "no Go tool chain" in text and "AUDITOR_OPA" in text


def test_a_release_page_without_the_release(release: Release, home: dict[str, str]) -> None:
    assert "answered 404 Not Found, and there is no Go tool chain" in failure(home, release.url)


@pytest.mark.parametrize("system", [("Windows", "AMD64"), ("Linux", "ppc64le"), ("FreeBSD", "amd64")])
def test_a_platform_without_a_release(release: Release, home: dict[str, str], system: tuple[str, str]) -> None:
    text = failure(home, release.url, system=system)
    assert f"OPA has no release for {' '.join(system)}, and there is no Go" in text
    assert release.asked == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x7fELF of another machine", "does not run on this machine"),
        (b"#!/bin/sh\necho Version: 1.22.1\n", "is version 1.22.1, not 1.22.2"),
        (b"#!/bin/sh\nexit 1\n", "does not answer as OPA does"),
    ],
)
def test_a_program_that_is_not_the_release(release: Release, home: dict[str, str], content: bytes, says: str) -> None:
    release.publish(content)
    assert says in failure(home, release.url)


def test_without_network_go_builds_it(home: dict[str, str], nowhere: str, tmp_path: Path) -> None:
    body = f'echo "$@" > {tmp_path}/arguments; printf "{PROGRAM.decode()!s}" > "$GOBIN/opa"'.replace("\n", "\\n")
    said: list[str] = []
    path = install(home | {"PATH": fake_go(tmp_path / "go", body)}, base_url=nowhere, system=LINUX, say=said.append)
    assert Path(path).read_bytes() == PROGRAM and os.stat(path).st_mode & 0o777 == 0o755
    assert (tmp_path / "arguments").read_text() == "install github.com/open-policy-agent/opa@v1.22.2\n"
    assert any("building with" in text for text in said)
    assert [file.name for file in Path(path).parent.iterdir()] == ["opa"]


def test_a_build_that_fails(home: dict[str, str], nowhere: str, tmp_path: Path) -> None:
    go = fake_go(tmp_path / "go", "echo no such module >&2; exit 1")
    text = failure(home | {"PATH": go}, nowhere)
    assert "install github.com/open-policy-agent/opa@v1.22.2` failed with exit code 1: no such module" in text


def test_a_pinned_hash_rules_a_build_out(home: dict[str, str], nowhere: str, tmp_path: Path) -> None:
    go = fake_go(tmp_path / "go", f"touch {tmp_path}/built")
    assert "none was tried" in failure(home | {"PATH": go}, nowhere, sha256="0" * 64)
    assert not (tmp_path / "built").exists()


def test_a_cache_that_cannot_be_written(release: Release, home: dict[str, str], tmp_path: Path) -> None:
    release.publish(PROGRAM)
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(EngineError, match="cannot write OPA to"):
        install(home, base_url=release.url, system=LINUX)


def test_every_platform_of_the_design_has_an_asset() -> None:
    assert {system for system, _ in ASSETS} == {"Linux", "Darwin"}
    assert set(ASSETS.values()) == {f"opa_{o}_{a}" for o in ("linux", "darwin") for a in ("amd64", "arm64")}
