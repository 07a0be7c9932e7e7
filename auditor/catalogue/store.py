"""What a pack was found to be, kept by its content: a warm start runs no program at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from auditor.catalogue.finding import Finding
from auditor.catalogue.seen import Seen
from auditor.model import Policy

# So many revisions of a pack are kept: an author goes back and forth between a few.
_KEPT = 5


class Unit(msgspec.Struct, frozen=True):
    """One policy, good as long as its file and the libraries (`digest`) are the same.

    `findings`: what the analysis cannot follow; `differences`: where declared reads are not the derived ones;
    `seen`: what schema and cases can be held against; `written`: the keys under `custom` in its metadata; `muted`: the
    linter's rules that are turned off, with the reasons.
    """

    digest: str
    policy: Policy
    findings: tuple[Finding, ...]
    differences: tuple[Finding, ...]
    seen: Seen = Seen()
    written: tuple[str, ...] = ()
    muted: Mapping[str, str] = {}


class Stored(msgspec.Struct, frozen=True):
    """The policies of a pack in the order of their ids."""

    units: tuple[Unit, ...]


def revision(contents: Iterable[tuple[str, bytes]]) -> str:
    """The hash of (relative name, content) pairs, whatever their order and wherever they lie."""
    digest = hashlib.sha256()
    for name, content in sorted(contents):
        digest.update(f"{len(name)}:{name}:{len(content)}:".encode() + content)
    return digest.hexdigest()


class Store:
    """The kept revisions of the packs in some folders. They also depend on this version and on the analysis itself."""

    def __init__(self, cache: Path, folders: Sequence[str]) -> None:
        here = Path(__file__).parent
        # the version, and the shape of what is kept
        tool = [here.parent / "__init__.py", *(here.parent / "model").glob("*.py")]
        digest = hashlib.sha256("\0".join(folders).encode())
        for module in sorted([*tool, *here.glob("*.py"), *here.glob("reads/*.py")]):
            digest.update(module.read_bytes())
        self._folder = cache / "packs"
        self._suffix = f"-{digest.hexdigest()[:16]}.msgpack"

    def fetch(self, revision: str) -> Stored | None:
        """What is kept of a revision; None if nothing is, or it cannot be read."""
        return _read(self._folder / f"{revision}{self._suffix}")

    def known(self) -> Mapping[str, Unit]:
        """The policies of the revision that was kept last, by digest."""
        last = self._revisions()[:1]
        stored = _read(last[0]) if last else None
        return {unit.digest: unit for unit in stored.units} if stored is not None else {}

    def keep(self, revision: str, stored: Stored) -> None:
        """Written beside and moved, so that nobody reads half of it. A cache that cannot be written costs only time."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder)
            with open(handle, "wb") as out:
                out.write(msgspec.msgpack.encode(stored))
            os.replace(name, self._folder / f"{revision}{self._suffix}")
            for old in self._revisions()[_KEPT:]:
                old.unlink(missing_ok=True)
        except OSError:
            return

    def _revisions(self) -> list[Path]:
        """The files of all kept revisions, the newest first."""
        try:
            dated = [(file.stat().st_mtime, file) for file in self._folder.glob(f"*{self._suffix}")]
        except OSError:
            return []
        return [file for _, file in sorted(dated, reverse=True)]


def _read(file: Path) -> Stored | None:
    try:
        return msgspec.msgpack.decode(file.read_bytes(), type=Stored)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
