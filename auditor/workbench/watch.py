"""Waiting for files to be saved. Times and sizes are compared: that works on every file system and survives anything
that happens to a folder in between."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence

_WATCHED = (".rego", ".yaml", ".yml", ".toml")
_INTERVAL = 0.1

Snapshot = Mapping[str, tuple[int, int]]


def look(folders: Sequence[str]) -> Snapshot:
    """The watched files of the folders with their time and size. What cannot be read just now is not there."""
    return dict(entry for folder in folders for entry in _entries(folder))


def changed(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """The files that are new, gone, or not what they were."""
    return tuple(file for file in sorted({*before, *after}) if before.get(file) != after.get(file))


def wait(folders: Sequence[str], before: Snapshot) -> Snapshot:
    """The files as they are after the next change, when they have come to rest."""
    while True:
        after = look(folders)
        if after != before:
            time.sleep(_INTERVAL / 2)
            settled = look(folders)
            if settled == after:
                return settled
        time.sleep(_INTERVAL)


def _entries(folder: str) -> Iterator[tuple[str, tuple[int, int]]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith("."):
                        yield from _entries(entry.path)
                elif entry.name.endswith(_WATCHED) and not entry.name.startswith("."):
                    stat = entry.stat()
                    yield entry.path, (stat.st_mtime_ns, stat.st_size)
    except OSError:
        return
