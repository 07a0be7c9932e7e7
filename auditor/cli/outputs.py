"""`-o FORMAT[=FILE]`: what is written where. Files are replaced atomically; stdout holds only what was asked for."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import click
import msgspec

from auditor.config import nearest
from auditor.errors import OutputError, UsageError
from auditor.model import Decision, Report
from auditor.render import FORMATS, RenderOptions


class Target(msgspec.Struct, frozen=True):
    format: str
    file: str | None  # None: stdout


def parse(values: Sequence[str]) -> tuple[Target, ...]:
    """UsageError for an unknown format, or for two outputs that would mix on stdout or in one file."""
    targets = []
    for value in values:
        name, _, file = value.partition("=")
        if name not in FORMATS:
            raise UsageError(
                f'-o {value}: unknown format "{name}"{nearest(name, FORMATS)}; one of {", ".join(FORMATS)}'
            )
        targets.append(Target(name, file if file not in ("", "-") else None))
    places = [target.file for target in targets]
    for place in places:
        if places.count(place) > 1:
            raise UsageError(f"-o: {place or 'standard output'} is named by more than one output")
    return tuple(targets)


def write(targets: Sequence[Target], report: Report, decision: Decision, options: RenderOptions) -> None:
    """Render the report to every target, files first; without a target the console report is stdout.

    With a target, a summary goes to stderr. OutputError names the file that could not be written; the others
    are written all the same.
    """
    if not targets:
        _to_stdout("console", report, decision, msgspec.structs.replace(options, colour=_colour(sys.stdout)))
        return
    failed: OutputError | None = None
    for target in sorted(targets, key=lambda target: target.file is None):
        try:
            if target.file is None:
                _to_stdout(target.format, report, decision, options)
            else:
                _to_file(target.format, Path(target.file), report, decision, options)
        except OutputError as error:
            failed = error
    FORMATS["summary"](report, decision, msgspec.structs.replace(options, colour=_colour(sys.stderr)), sys.stderr)
    if failed is not None:
        raise failed


def _to_stdout(format: str, report: Report, decision: Decision, options: RenderOptions) -> None:
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n", write_through=False)
    try:
        FORMATS[format](report, decision, options, out)
        out.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `| head`: the verdict still counts
    finally:
        out.detach()


def _to_file(format: str, path: Path, report: Report, decision: Decision, options: RenderOptions) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as out:
            FORMATS[format](report, decision, options, out)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error
    finally:
        Path(name).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _colour(stream: IO[str]) -> bool:
    """Colours only for a person: a terminal, and no NO_COLOR (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def progress(text: str) -> None:
    """One line for a person at a terminal; nothing otherwise."""
    if sys.stderr.isatty():
        click.echo(text, err=True)
