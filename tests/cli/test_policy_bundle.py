"""`auditor policy bundle`: what a stock OPA serves, and what `--opa-url` accepts of it."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import DEMO, FAILING, PACKS, Auditor, write

Serve = Callable[..., str]


@pytest.fixture
def serve(opa: str, folder: Path) -> Iterator[Serve]:
    """`serve(bundle, *flags)`: a stock OPA with it; its URL, or "" where it refused to start."""
    started: list[subprocess.Popen[bytes]] = []

    def start(bundle: str, *flags: str) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [opa, "run", "--server", "--skip-version-check", "--addr", f"127.0.0.1:{port}", *flags]
        process = subprocess.Popen([*command, "--bundle", bundle], cwd=folder, stderr=subprocess.DEVNULL)
        started.append(process)
        while process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return f"http://127.0.0.1:{port}"
            time.sleep(0.02)
        return ""

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_stock_opa_serves_it_and_another_pack_is_refused(auditor: Auditor, folder: Path, serve: Serve) -> None:
    write(folder, a=FAILING)
    done = auditor("policy", "bundle", "--pack", PACKS / "demo", "-o", "pack.tar.gz")
    assert done.returncode == 0, done.stderr
    revision = done.stdout.split("revision ")[1].split()[0]
    url = serve("pack.tar.gz")
    here = auditor("scan", "a.yaml", *DEMO, "-o", "json")
    there = auditor("scan", "a.yaml", *DEMO, "-o", "json", "--opa-url", url)
    assert there.returncode == here.returncode == 1, there.stderr
    assert json.loads(there.stdout)["verdicts"] == json.loads(here.stdout)["verdicts"] != []
    assert json.loads(there.stdout)["tool"]["pack"] == revision
    other = auditor("scan", "a.yaml", "--opa-url", url)  # without --pack: another revision
    assert (other.returncode, other.stdout) == (4, "")
    assert "does not hold this pack" in other.stderr and f"it holds {revision}" in other.stderr


def test_a_signed_bundle_is_verified_by_the_key_that_belongs_to_it(
    auditor: Auditor, folder: Path, serve: Serve
) -> None:
    for name in ("ours", "theirs"):
        private, public = f"{name}.pem", f"{name}.pub"
        make = ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", private]
        subprocess.run(make, cwd=folder, check=True, capture_output=True)
        give = ["openssl", "ec", "-in", private, "-pubout", "-out", public]
        subprocess.run(give, cwd=folder, check=True, capture_output=True)
    signing = ("--signing-key", "ours.pem", "--signing-alg", "ES256")
    done = auditor("policy", "bundle", "-o", "pack.tar.gz", *signing)
    assert done.returncode == 0 and "signed (ES256)" in done.stdout, done.stderr
    alg = ("--signing-alg", "ES256")
    assert serve("pack.tar.gz", "--verification-key", "theirs.pub", *alg) == ""
    url = serve("pack.tar.gz", "--verification-key", "ours.pub", *alg)
    write(folder, a=FAILING)
    done = auditor("scan", "a.yaml", "--policy", "s3-bucket-public*", "--opa-url", url)
    assert done.returncode == 1, done.stderr


def test_what_cannot_be_written_or_signed_leaves_nothing(auditor: Auditor, folder: Path) -> None:
    (folder / "no.pem").write_text("no key\n")
    done = auditor("policy", "bundle", "-o", "pack.tar.gz", "--signing-key", "no.pem")
    assert done.returncode == 2 and "opa build: " in done.stderr and "PEM" in done.stderr
    done = auditor("policy", "bundle", "-o", "nowhere/pack.tar.gz")
    assert done.returncode == 4 and "cannot write nowhere/pack.tar.gz" in done.stderr
    assert [file.name for file in folder.iterdir()] == ["no.pem"]
