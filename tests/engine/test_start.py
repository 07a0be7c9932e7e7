"""What keeps OPA from starting is an error with OPA's own words, and leaves nothing behind."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.engine.isolation import Limits
from auditor.engine.opa import ManagedOpa
from auditor.errors import EngineError


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "t"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def script(file: Path, text: str) -> str:
    file.write_text(text)
    file.chmod(0o755)
    return str(file)


def failure(program: str, modules: list[str], limits: Limits | None = None) -> str:
    with pytest.raises(EngineError) as caught, ManagedOpa(program, modules, limits) as engine:
        engine.wait()
    return str(caught.value)


def test_the_version_is_the_servers_own(opa: str, modules: list[str]) -> None:
    with ManagedOpa(opa, modules) as engine:
        assert engine.version == ""
        engine.wait()
        assert engine.version.startswith("1.")


def test_a_broken_module_is_named(opa: str, modules: list[str], tmp_path: Path, temporary: Path) -> None:
    broken = tmp_path / "broken.rego"
    broken.write_text("package policy.broken\n\ndeny contains {{\n")
    text = failure(opa, [*modules, str(broken)])
    assert "exit code 1" in text and f"{broken}:4: rego_parse_error" in text
    assert list(temporary.iterdir()) == []


def test_a_missing_module_is_named(opa: str, tmp_path: Path) -> None:
    assert "nowhere.rego: no such file" in failure(opa, [str(tmp_path / "nowhere.rego")])


def test_without_the_entry_point_there_is_no_run(opa: str, modules: list[str], temporary: Path) -> None:
    text = failure(opa, [file for file in modules if not file.endswith("main.rego")])
    assert "no data.main.report" in text
    assert list(temporary.iterdir()) == []


def test_a_program_that_is_none(tmp_path: Path, modules: list[str], temporary: Path) -> None:
    assert "cannot run" in failure(str(tmp_path / "nothing"), modules)
    assert "cannot run" in failure(script(tmp_path / "opa", "no program"), modules)
    assert list(temporary.iterdir()) == []


def test_a_program_that_never_answers(
    tmp_path: Path, modules: list[str], temporary: Path, running: Callable[[str], list[int]]
) -> None:
    program = script(tmp_path / "opa", "#!/bin/sh\necho still thinking >&2\nexec sleep 60\n")
    text = failure(program, modules, Limits(start=0.5))
    assert "not ready after 0.5 s" in text and "still thinking" in text
    assert running(str(temporary)) == [] and list(temporary.iterdir()) == []


def test_a_server_that_is_too_old(tmp_path: Path, modules: list[str], temporary: Path) -> None:
    """No old OPA can be had here: a few lines of Python answer as version 1.20.0 does."""
    program = script(tmp_path / "opa", f"#!{sys.executable}\n{OLD_SERVER}")
    assert "version 1.20.0 is older than 1.20.1" in failure(program, modules)
    assert list(temporary.iterdir()) == []


OLD_SERVER = """
import http.server, socketserver, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def address_string(self): return ""
    def log_message(self, *_): pass
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b'{"result": {}, "provenance": {"version": "1.20.0"}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = answer

socketserver.UnixStreamServer(sys.argv[sys.argv.index("--addr") + 1].removeprefix("unix://"), Handler).serve_forever()
"""


def test_modules_in_a_folder_with_any_name(opa: str, modules: list[str], buckets: bytes, tmp_path: Path) -> None:
    """OPA would take `a:b.rego` for a file b.rego to be loaded under `a`."""
    folder = tmp_path / "a:b %20ü#?"
    folder.mkdir()
    copies = [folder / Path(file).name for file in modules]
    for copy, file in zip(copies, modules, strict=True):
        copy.write_text(Path(file).read_text())
    with ManagedOpa(opa, list(map(str, copies))) as engine:
        engine.wait()
        found = engine.evaluate(["public", "conflict"], buckets, b"{}", "")
    assert len(found.denials["public"]) == 2
    assert f"{folder}/conflict.rego:5:1" in found.failures["conflict"]


@pytest.mark.parametrize("name", ["a b", "100%25", "ü", "a#b?c", "l" * 90])
def test_a_temporary_folder_with_any_name(
    opa: str, modules: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with ManagedOpa(opa, modules) as engine:
        engine.wait()
        assert engine._server is not None
        short = engine._server._process.folder
        assert Path(short).parent == (Path("/tmp") if len(name) > 60 else folder)
    assert not Path(short).exists() and list(folder.iterdir()) == []
