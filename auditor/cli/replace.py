"""A file that is replaced in one step: who reads it meanwhile sees the old one or the new one."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from auditor.errors import OutputError


def replace(file: str, content: bytes) -> None:
    """Give a file another content, through a link, and keep its mode. OutputError where that cannot be."""
    path = Path(os.path.realpath(file))
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with open(handle, "wb") as out:
                out.write(content)
            os.chmod(name, stat.S_IMODE(path.stat().st_mode))
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write {file}: {error.strerror}") from error


@contextlib.contextmanager
def replaced(file: str) -> Iterator[IO[str]]:
    """Written under a temporary name first; a link is written through; what is no regular file (a pipe, a device) is
    written as it is. OutputError where that cannot be; the old file stays where the block fails.
    """
    path = Path(file)
    try:
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8", newline="\n") as out:
                yield out
            return
        path = Path(os.path.realpath(file))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with open(handle, "w", encoding="utf-8", newline="\n") as out:
                yield out
            os.chmod(name, 0o666 & ~_umask())
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write {file}: {error.strerror}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
