"""`--opa-url`: a stock OPA that holds the pack as a bundle, or an error."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from auditor.engine.isolation import Limits
from auditor.engine.remote import RemoteOpa
from auditor.engine.tools import OpaTools
from auditor.errors import EngineError

REVISION = "sha256:0123"
TOKEN = "open-sesame"

# the server holds a second bundle, which asks for a token
AUTHORISATION = f"""package system.authz

default allow := false

allow if input.identity == "{TOKEN}"
"""

Serve = Callable[[str], str]


@pytest.fixture
def serve(opa: str, modules: list[str], tmp_path: Path) -> Iterator[Serve]:
    """Start a stock `opa run` on a loopback port with the bundle of a revision; its URL."""
    started: list[subprocess.Popen[bytes]] = []

    def start(revision: str) -> str:
        pack, rules = tmp_path / "pack.tar.gz", tmp_path / "rules"
        OpaTools(opa).bundle(modules, str(pack), revision)
        rules.mkdir()
        (rules / "authz.rego").write_text(AUTHORISATION)
        (rules / ".manifest").write_text('{"roots": ["system/authz"]}')
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = ["--authentication=token", "--authorization=basic", "--skip-version-check", "--log-level=error"]
        address = f"127.0.0.1:{port}"
        command = [opa, "run", "--server", "--addr", address, *options, "--bundle", str(pack), str(rules)]
        started.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        for _ in range(500):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert started[-1].poll() is None
            time.sleep(0.02)
        return f"http://{address}"

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_the_same_answers_and_isolation_as_from_our_own(serve: Serve, buckets: bytes) -> None:
    with RemoteOpa(serve(REVISION), TOKEN, REVISION, Limits(shard=2.0, policy=1.0)) as engine:
        engine.wait()
        assert engine.version.startswith("1.")
        found = engine.evaluate(["public", "conflict", "helper_error", "endless", "nowhere"], buckets, b"{}", "")
        assert [denial.id for denial in found.denials["public"]] == ["one", "two"]
        assert set(found.failures) == {"conflict", "helper_error", "endless", "nowhere"}
        assert "helper_error.rego:8" in found.failures["helper_error"]
        assert engine.seconds() > 0


@pytest.mark.parametrize(("revision", "says"), [("sha256:4567", "it holds sha256:4567"), ("", "it holds none")])
def test_another_revision(serve: Serve, revision: str, says: str) -> None:
    url = serve(revision)
    with RemoteOpa(url, TOKEN, REVISION) as engine, pytest.raises(EngineError) as caught:
        engine.wait()
    assert f"OPA at {url} does not hold this pack" in str(caught.value)
    assert REVISION in str(caught.value) and says in str(caught.value)


def test_a_bundle_exchanged_during_the_run(serve: Serve, buckets: bytes) -> None:
    with RemoteOpa(serve(REVISION), TOKEN, REVISION) as engine:
        engine.wait()
        engine._revision = "sha256:4567"  # as if the server had taken up another one since
        with pytest.raises(EngineError, match="does not hold this pack"):
            engine.evaluate(["public"], buckets, b"{}", "")


def test_a_wrong_token(serve: Serve) -> None:
    with RemoteOpa(serve(REVISION), "wrong", REVISION) as engine, pytest.raises(EngineError, match="answered 401"):
        engine.wait()


def test_a_token_is_not_replaced_by_netrc(
    serve: Serve, buckets: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login user password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with RemoteOpa(serve(REVISION), TOKEN, REVISION) as engine:
        engine.wait()


def test_nobody_there() -> None:
    with (
        RemoteOpa("http://127.0.0.1:9", None, REVISION) as engine,
        pytest.raises(EngineError, match="cannot be reached"),
    ):
        engine.wait()


@pytest.mark.parametrize(
    "url", ["localhost:8181", "http://", "https://opa:port", "unix:///tmp/opa.sock", "http://[::1"]
)
def test_no_address(url: str) -> None:
    with pytest.raises(EngineError, match="is no address of an OPA"):
        RemoteOpa(url, None, REVISION)


def test_gone_in_the_middle(serve: Serve, buckets: bytes, running: Callable[[str], list[int]]) -> None:
    url = serve(REVISION)
    with RemoteOpa(url, TOKEN, REVISION) as engine:
        engine.wait()
        for process in running(url.removeprefix("http://")):
            os.kill(process, signal.SIGKILL)
        with pytest.raises(EngineError, match=f"OPA at {url} is gone"):
            engine.evaluate(["public"], buckets, b"{}", "")
