"""A folder of snapshots, one file per account, with an index that says which are finished.

    org/index.json              {"format": ..., "accounts": {"111122223333": {"file": ..., "complete": true}}}
    org/111122223333.json.gz

The index names every account from the start, so an account that was never reached is not forgotten by who judges
the folder. It is replaced after each account; `--resume` asks only those that are not complete.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path as File

import msgspec

from auditor import __version__
from auditor.errors import OutputError, SourceError
from auditor.model import Problem
from auditor.sources.live import Collected, Collection, collect
from auditor.sources.organization import Unreached
from auditor.sources.sessions import Account

FORMAT = "auditor-snapshots/1"
INDEX = "index.json"


class Entry(msgspec.Struct, frozen=True):
    """`file`: in the folder, None before the account was asked. `complete`: it was asked to its end."""

    file: str | None = None
    complete: bool = False


class Index(msgspec.Struct, frozen=True):
    format: str
    tool: str
    accounts: Mapping[str, Entry]


def collect_folder(
    folder: File, accounts: Sequence[Account | Unreached], collection: Collection, resume: bool
) -> Collected:
    """A snapshot per account. OutputError where the folder cannot be written; SourceError as `collect`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {error.strerror}") from error
    entries = dict(read(folder).accounts) if resume and (folder / INDEX).exists() else {}
    for account in accounts:
        entry = entries.get(account.id, Entry())
        is_kept = entry.complete and entry.file is not None and (folder / entry.file).exists()
        entries[account.id] = entry if is_kept else Entry()
    _write(folder, entries)
    calls: Counter[str] = Counter()
    gaps = vanished = unfinished = 0
    for account in accounts:
        if entries[account.id].complete:
            collection.progress(f"{account.id}: kept")
            continue
        if collection.stop.is_set():
            break
        name = f"{account.id}.json.gz"
        done = collect(folder / name, [account], collection, alone=len(accounts) == 1)
        entries[account.id] = Entry(name, done.complete and not done.unfinished)
        _write(folder, entries)
        calls.update(done.calls)
        gaps, vanished, unfinished = gaps + done.gaps, vanished + done.vanished, unfinished + done.unfinished
    return Collected(dict(calls), gaps, vanished, not collection.stop.is_set(), unfinished)


def read(folder: File) -> Index:
    """SourceError where the folder has no index of this format."""
    file = folder / INDEX
    try:
        index = msgspec.json.decode(file.read_bytes(), type=Index)
    except OSError as error:
        raise SourceError(f"{file}: {error.strerror}; `auditor snapshot -o {folder}/` makes such a folder") from error
    except msgspec.MsgspecError as error:
        raise SourceError(f"{file}: not the index of a folder of snapshots: {error}") from error
    if index.format != FORMAT:
        raise SourceError(f"{file}: an index of format {index.format}; this version reads {FORMAT}")
    return index


def files_of(folder: File) -> tuple[list[File], list[Problem]]:
    """The snapshots of the folder, and a problem per account that has none."""
    files: list[File] = []
    problems: list[Problem] = []
    for account, entry in sorted(read(folder).accounts.items()):
        if entry.file is not None and (folder / entry.file).is_file():
            files.append(folder / entry.file)
        else:
            problems.append(Problem("account", account, f"not in {folder}: collect it with --resume"))
    return files, problems


def _write(folder: File, entries: Mapping[str, Entry]) -> None:
    index = Index(FORMAT, __version__, dict(sorted(entries.items())))
    text = msgspec.json.format(msgspec.json.encode(index), indent=1)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{INDEX}.", dir=folder)
        with os.fdopen(handle, "wb") as out:
            out.write(text + b"\n")
        os.replace(name, folder / INDEX)
    except OSError as error:
        raise OutputError(f"cannot write {folder / INDEX}: {error.strerror}") from error
