"""`auditor init`: a starting configuration, and the file with which the gate stands in a place."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from auditor.errors import OutputError, UsageError

_PLACES = ("github", "gitlab", "pre-commit", "jenkins", "codebuild")  # the keys of places.PLACES: `--help` is light

EXAMPLES = """\b
Examples:
  auditor init
  auditor init --place github --source https://github.com/OWNER/auditor@v1.0.0
  auditor init infrastructure --place pre-commit --source https://git.example.com/auditor@v1.0.0
"""


@click.command(epilog=EXAMPLES)
@click.argument("folder", default=".", metavar="[FOLDER]")
@click.option("--place", type=click.Choice(_PLACES), help="Where the gate is to run.")
@click.option("--source", metavar="URL@REV", help="The git repository from which that place gets auditor.")
def init(folder: str, place: str | None, source: str | None) -> None:
    """Write auditor.toml, and with --place the file for it, into FOLDER (here).

    Nothing is overwritten: if one of the files is there, that is an error, and none is written. An auditor.toml that is
    there is kept where a place is asked for. At a terminal, what was left out is asked.
    """
    from auditor import places

    asks = sys.stdin is not None and sys.stdin.isatty()
    if place is None and asks:
        answer = click.prompt(
            "Where is the gate to run", type=click.Choice([*_PLACES, "none"]), default="none", err=True
        )
        place = None if answer == "none" else answer
    if place is not None and source is None:
        if not asks:
            raise UsageError(f"--place {place} needs --source URL@REV, the git repository from which it gets auditor")
        source = click.prompt("From which git repository does it get auditor (URL@REV)", err=True)
    files = {places.CONFIGURATION.target: places.text_of(places.CONFIGURATION)}
    if place is not None and source is not None:
        if (Path(folder) / places.CONFIGURATION.target).exists():
            files.clear()
        files[places.PLACES[place].target] = places.written(places.PLACES[place], source)
    _write(Path(folder), files)
    for name in files:
        click.echo(f"wrote {Path(folder) / name}", err=True)
    if place is not None and (then := places.PLACES[place].then):
        click.echo(then, err=True)


def _write(folder: Path, files: dict[str, str]) -> None:
    """All of them or none. UsageError where one is there; OutputError where one cannot be written."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    for name in files:
        if os.path.lexists(folder / name):
            raise UsageError(f"{folder / name} is there already, and nothing is overwritten: move it away, or edit it")
    made: list[Path] = []
    try:
        for name, text in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8", newline="\n") as out:  # it may have come into being meanwhile
                made.append(file)
                out.write(text)
    except OSError as error:
        for file in made:
            file.unlink(missing_ok=True)
        raise OutputError(f"cannot write {error.filename}: {error.strerror}") from error
