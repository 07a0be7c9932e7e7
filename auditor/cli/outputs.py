"""`-o FORMAT[=FILE]`: what is written where. Files are replaced atomically; stdout holds only what was asked for."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import IO

import click
import msgspec

from auditor.cli.replace import replaced
from auditor.config import nearest
from auditor.errors import OutputError, UsageError
from auditor.model import Decision, Report
from auditor.render import FORMATS, LIVE_ONLY, SUMMARY, RenderOptions
from auditor.render.style import Style

_WIDTH = 100  # where there is no terminal


class Target(msgspec.Struct, frozen=True):
    format: str
    file: str | None  # None: stdout


def parse(values: Sequence[str], kind: str = "live") -> tuple[Target, ...]:
    """UsageError for an unknown format, for two outputs that would mix on stdout or in one file, and for a format that
    cannot hold what a run of this kind ("template", "live", ...) finds.
    """
    targets = []
    for value in values:
        name, _, file = value.partition("=")
        if name not in FORMATS:
            raise UsageError(
                f'-o {value}: unknown format "{name}"{nearest(name, FORMATS)}; one of {", ".join(FORMATS)}'
            )
        targets.append(Target(name, file if file not in ("", "-") else None))
    places = [target.file and os.path.abspath(target.file) for target in targets]
    for target, place in zip(targets, places, strict=True):
        if places.count(place) > 1:
            raise UsageError(f"-o: {target.file or 'standard output'} is named by more than one output")
    check_kind(targets, kind)
    return tuple(targets)


def check_kind(targets: Sequence[Target], kind: str) -> None:
    """UsageError for a format of accounts where templates were judged."""
    for target in targets:
        if target.format in LIVE_ONLY and kind in ("template", "plan"):
            others = ", ".join(name for name in FORMATS if name not in LIVE_ONLY)
            raise UsageError(f"-o {target.format}: it holds findings of accounts, not of templates; one of {others}")


def write(
    targets: Sequence[Target], report: Report, decision: Decision, options: RenderOptions, instead: str | None = None
) -> int:
    """Render the report to every target, files first; without a target the console report is stdout.

    Returns the exit code: the decision's, or an OutputError's where a file could not be written; then the others are
    written all the same. What has no closing lines on stdout has them on stderr. `instead`: what stdout holds in the
    place of a report. OutputError if stdout fails.
    """
    refused = []
    for target in targets:
        if target.file is not None:
            try:
                _to_file(target.format, target.file, report, decision, options)
            except OutputError as error:
                refused.append(str(error))
    if refused:
        reasons = (*refused, *decision.reasons)
        decision = msgspec.structs.replace(decision, code=OutputError.exit_code, reasons=reasons)
    if instead is not None:
        _print(lambda out: out.write(instead))
        SUMMARY(report, decision, _for(sys.stderr, options), sys.stderr or io.StringIO())
        return decision.code
    on_stdout = next((target.format for target in targets if target.file is None), None if targets else "console")
    if on_stdout is not None:
        render, shown = FORMATS[on_stdout], _for(sys.stdout, options)
        _print(lambda out: render(report, decision, shown, out))
    if on_stdout != "console" and sys.stderr is not None:
        SUMMARY(report, decision, _for(sys.stderr, options), sys.stderr)
    return decision.code


def _print(write: Callable[[IO[str]], object]) -> None:
    if sys.stdout is None:
        raise OutputError("cannot write to standard output: it is closed")
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        write(out)
        out.flush()
    except BrokenPipeError:
        discard_stdout()  # `| head`: the verdict still counts
    except OSError as error:
        discard_stdout()
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error
    finally:
        out.detach()


def discard_stdout() -> None:
    """What is still buffered for a reader that has gone must not fail again when the process ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def _to_file(format: str, file: str, report: Report, decision: Decision, options: RenderOptions) -> None:
    with replaced(file) as out:
        FORMATS[format](report, decision, options, out)


def _for(stream: IO[str] | None, options: RenderOptions) -> RenderOptions:
    """Colours and the width of the terminal only for a person, and no colours with NO_COLOR (https://no-color.org)."""
    if stream is None or not stream.isatty():
        return msgspec.structs.replace(options, colour=False, width=_WIDTH)
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    try:
        width = os.get_terminal_size(stream.fileno()).columns or _WIDTH
    except OSError:
        width = _WIDTH
    return msgspec.structs.replace(options, colour=not plain, width=width)


def style() -> Style:
    """How a command that is no report writes to standard output: colours for a person, folded to the terminal."""
    options = _for(sys.stdout, RenderOptions())
    return Style(options.colour, options.width)


def pretty(value: object) -> str:
    """A value as indented JSON; what JSON has no word for as text."""
    return msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2).decode()


def progress(text: str) -> None:
    """One line for a person at a terminal; nothing otherwise."""
    if sys.stderr is not None and sys.stderr.isatty():
        click.echo(text, err=True)
