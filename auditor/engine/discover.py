"""Which opa program is used, and why no other: `AUDITOR_OPA`, then `PATH`, then the tool's own cache."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from auditor.engine.version import MINIMUM, RELEASE, complaint, probe
from auditor.errors import EngineError

Origin = Literal["AUDITOR_OPA", "PATH", "cache"]


class Opa(msgspec.Struct, frozen=True):
    """A program that can be used."""

    path: str
    version: str
    origin: Origin


class Rejected(msgspec.Struct, frozen=True):
    """A program, or a place without one, and why it is not used."""

    path: str
    origin: Origin
    why: str


class Discovery(msgspec.Struct, frozen=True):
    """What was found; `rejected` in the order in which it was looked at."""

    opa: Opa | None
    rejected: tuple[Rejected, ...]


class _Probe(msgspec.Struct, frozen=True):
    path: str
    size: int
    modified: int
    version: str


def cache_folder(environ: Mapping[str, str]) -> Path:
    """The tool's cache: `auditor` below $XDG_CACHE_HOME (absolute only: XDG Base Directory) or ~/.cache."""
    base = environ.get("XDG_CACHE_HOME", "")
    home = environ.get("HOME") or os.path.expanduser("~")
    return (Path(base) if os.path.isabs(base) else Path(home, ".cache")) / "auditor"


def installed(cache: Path) -> Path:
    """Where `install` puts the program."""
    return cache / "opa" / RELEASE / "opa"


def discover(environ: Mapping[str, str]) -> Discovery:
    """Look in order and stop at the first that can be used. A bad AUDITOR_OPA is not passed over: it was asked for."""
    cache = cache_folder(environ)
    rejected: list[Rejected] = []
    for path, origin in _candidates(environ, cache):
        if not os.access(path, os.X_OK) or os.path.isdir(path):
            rejected.append(Rejected(path, origin, "no such program"))
        else:
            try:
                version = _version(path, cache)
            except (OSError, ValueError) as error:
                rejected.append(Rejected(path, origin, str(error)))
            else:
                problem = complaint(version)
                if problem is None:
                    return Discovery(Opa(path, version, origin), tuple(rejected))
                rejected.append(Rejected(path, origin, problem))
        if origin == "AUDITOR_OPA":
            break
    return Discovery(None, tuple(rejected))


def require(environ: Mapping[str, str]) -> Opa:
    """The program to use; an EngineError that names what was looked at and the ways to get one."""
    found = discover(environ)
    if found.opa is not None:
        return found.opa
    looked = "".join(f"\n  {item.path} ({item.origin}): {item.why}" for item in found.rejected)
    raise EngineError(
        f"OPA {MINIMUM} or newer is needed and was not found.{looked}\n"
        "Run `auditor engine install` (or add --install-engine), put opa on PATH, or set AUDITOR_OPA to the program."
    )


def _candidates(environ: Mapping[str, str], cache: Path) -> Iterator[tuple[str, Origin]]:
    search = environ.get("PATH", "")
    if asked := environ.get("AUDITOR_OPA"):
        yield os.path.abspath(shutil.which(asked, path=search) or asked), "AUDITOR_OPA"
    for folder in search.split(os.pathsep):
        if folder and (path := shutil.which("opa", path=folder)):
            yield os.path.abspath(path), "PATH"
    yield str(installed(cache)), "cache"


def _version(path: str, cache: Path) -> str:
    """`probe`, remembered as long as the file stays the same: starting a program of 60 MB costs 20 ms."""
    state = os.stat(path)
    memory = cache / "opa" / f"probe-{hashlib.sha256(path.encode()).hexdigest()[:16]}.json"
    with contextlib.suppress(OSError, msgspec.DecodeError):
        known = msgspec.json.decode(memory.read_bytes(), type=_Probe)
        if (known.path, known.size, known.modified) == (path, state.st_size, state.st_mtime_ns):
            return known.version
    version = probe(path)
    with contextlib.suppress(OSError):  # a cache that cannot be written costs time, nothing else
        memory.parent.mkdir(parents=True, exist_ok=True)
        fresh = memory.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(msgspec.json.encode(_Probe(path, state.st_size, state.st_mtime_ns, version)))
        fresh.replace(memory)
    return version
