"""Puts OPA's release into the tool's cache: downloaded and checked, or built with Go where nothing can be reached.

The release has per platform one executable, statically linked (the `_static` ones are the same and on their way
out), and beside it `<name>.sha256`: https://www.openpolicyagent.org/docs#1-download-opa
"""

from __future__ import annotations

import hashlib
import http.client
import platform
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from auditor.engine.discover import cache_folder, installed
from auditor.engine.version import RELEASE, probe
from auditor.errors import EngineError

BASE_URL = "https://github.com/open-policy-agent/opa/releases/download"
MODULE = "github.com/open-policy-agent/opa"

# (platform.system(), platform.machine()) → name in the release
ASSETS = {
    ("Darwin", "arm64"): "opa_darwin_arm64",
    ("Darwin", "x86_64"): "opa_darwin_amd64",
    ("Linux", "aarch64"): "opa_linux_arm64",
    ("Linux", "arm64"): "opa_linux_arm64",
    ("Linux", "x86_64"): "opa_linux_amd64",
}

_NETWORK_SECONDS = 30
_BUILD_SECONDS = 1800
_CHUNK = 1 << 20


class _Unreachable(Exception):
    """The release could not be had; building is the other way."""


def install(
    environ: Mapping[str, str],
    *,
    base_url: str = BASE_URL,
    sha256: str | None = None,
    system: tuple[str, str] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> str:
    """Install release 1.22.2 into the cache and return its path; EngineError says what failed and what to do.

    `sha256` (64 hexadecimal digits) replaces the published sum and rules out a build. `system` is system and machine as
    `platform` names them, by default this machine's. `say` is told what is being done.
    """
    if sha256 is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise EngineError(f"not a SHA-256 sum (64 hexadecimal digits): {sha256}")
    target = installed(cache_folder(environ))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".install-", dir=target.parent) as folder:
            program = _obtain(Path(folder), environ, base_url, sha256, system, say)
            program.chmod(0o755)
            _try(program)
            program.replace(target)
    except OSError as error:
        raise EngineError(f"cannot write OPA to {target}: {error.strerror or error}") from error
    return str(target)


def _obtain(
    folder: Path,
    environ: Mapping[str, str],
    base_url: str,
    sha256: str | None,
    system: tuple[str, str] | None,
    say: Callable[[str], None],
) -> Path:
    try:
        return _download(folder / "opa", base_url, sha256, system or (platform.system(), platform.machine()), say)
    except _Unreachable as error:
        go = shutil.which("go", path=environ.get("PATH"))
        if sha256 is not None:
            raise EngineError(f"{error}; a build cannot have the pinned SHA-256, so none was tried") from error
        if go is None:
            raise EngineError(
                f"{error}, and there is no Go tool chain to build it with. Install Go, or put opa {RELEASE} on PATH, "
                "or set AUDITOR_OPA to the program."
            ) from error
        say(f"{error}; building with {go} (about a minute)")
        return _build(folder, environ, go)


def _download(
    file: Path, base_url: str, sha256: str | None, system: tuple[str, str], say: Callable[[str], None]
) -> Path:
    if system not in ASSETS:
        raise _Unreachable(f"OPA has no release for {' '.join(system)}")
    url = f"{base_url}/v{RELEASE}/{ASSETS[system]}"
    expected = sha256 or _published(f"{url}.sha256")
    say(f"downloading {url}")
    found = _fetch(url, file)
    if found != expected.lower():
        raise EngineError(
            f"{url} has SHA-256 {found}, but {'pinned' if sha256 else 'published'} is {expected}: not installed"
        )
    return file


def _published(url: str) -> str:
    """The sum that the release publishes, in the form of `shasum`: the sum, two blanks, the name."""
    with _opened(url) as response:
        text = _read(response, url, 1 << 12).decode("ascii", "replace")
    match = re.match(r"\s*([0-9a-fA-F]{64})\b", text)
    if not match:
        raise EngineError(f"{url} holds no SHA-256 sum: not installed")
    return match.group(1)


def _fetch(url: str, file: Path) -> str:
    """Download to the file; its SHA-256. EngineError if less arrived than was announced."""
    digest = hashlib.sha256()
    with _opened(url) as response, file.open("xb") as out:
        announced = response.headers.get("Content-Length")
        while chunk := _read(response, url, _CHUNK):
            digest.update(chunk)
            out.write(chunk)
        if announced is not None and out.tell() != int(announced):
            raise EngineError(f"{url} was cut off after {out.tell()} of {announced} bytes: try again")
    return digest.hexdigest()


def _opened(url: str) -> http.client.HTTPResponse:
    try:
        response: http.client.HTTPResponse = urllib.request.urlopen(url, timeout=_NETWORK_SECONDS)
    except urllib.error.HTTPError as error:
        error.close()
        raise _Unreachable(f"{url} answered {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _Unreachable(f"{url} cannot be reached: {getattr(error, 'reason', error)}") from error
    return response


def _read(response: http.client.HTTPResponse, url: str, size: int) -> bytes:
    try:
        return response.read(size)
    except (OSError, http.client.HTTPException) as error:
        raise EngineError(f"{url} was cut off: {error}: try again") from error


def _build(folder: Path, environ: Mapping[str, str], go: str) -> Path:
    """`go install` checks the module against Go's checksum database, and makes a static program like the release."""
    command = [go, "install", f"{MODULE}@v{RELEASE}"]
    variables = {**environ, "GOBIN": str(folder), "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, capture_output=True, timeout=_BUILD_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"`{' '.join(command)}` did not end within {_BUILD_SECONDS} s") from error
    if done.returncode != 0 or not (folder / "opa").is_file():
        said = done.stderr.decode("utf-8", "replace").strip()
        raise EngineError(f"`{' '.join(command)}` failed with exit code {done.returncode}: {said}")
    return folder / "opa"


def _try(program: Path) -> None:
    """What was obtained has to run here and be the release."""
    try:
        found = probe(str(program))
    except (OSError, ValueError) as error:
        raise EngineError(f"the OPA that was obtained does not run on this machine: {error}") from error
    if found != RELEASE:
        raise EngineError(f"the OPA that was obtained is version {found}, not {RELEASE}")
