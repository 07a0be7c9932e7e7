"""`auditor policy new`: a policy that already runs, to be made into the right one."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import SEVERITIES, config_option
from auditor.errors import OutputError, UsageError

if TYPE_CHECKING:
    from auditor.workbench.scaffold import Property

_SHOWN = 15
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")


@click.command()
@click.argument("id", required=False)
@click.option("--type", "type_", metavar="TYPE", help="The resource type that is judged: AWS::S3::Bucket.")
@click.option(
    "--reads",
    multiple=True,
    metavar="POINTER",
    help="A property that decides: /VersioningConfiguration/Status (repeatable).",
)
@click.option(
    "--pack", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="The pack; made if need be."
)
@click.option("--title", metavar="TEXT", help="What holds where the policy passes.")
@click.option("--severity", type=SEVERITIES, help="[default: medium]")
@config_option
def new(
    id: str | None,
    type_: str | None,
    reads: tuple[str, ...],
    pack: Path | None,
    title: str | None,
    severity: str | None,
    config_file: Path | None,
) -> None:
    """Make the folder of a policy: Rego, test, and cases that already hold.

    What is not given is asked for on a terminal. Nothing is ever overwritten.

    \b
    Examples:
      auditor policy new
      auditor policy new s3-bucket-versioned --type AWS::S3::Bucket --pack my-pack \\
        --reads /VersioningConfiguration/Status
    """
    from auditor.cli import session
    from auditor.cli.policy.common import shown
    from auditor.workbench import scaffold

    id = _id(id)
    type_ = _type(type_)
    offered = scaffold.properties(type_)
    chosen = [scaffold.found(type_, one) for one in reads] or _chosen(type_, offered)
    folders = [Path(each) for each in session.configured(config_file).packs]
    root = pack or _pack(folders)
    given = title or _asked("Title (what holds where it passes)", f"{type_} has {_words(chosen[0])}")
    draft = scaffold.Draft(id, type_, tuple(chosen), given, severity or "medium")
    folder = root / id.partition("-")[0] / draft.key
    _refuse_taken(folder, id, [*folders, root])
    _write(folder, scaffold.texts(draft))
    _finish(folder / f"{draft.key}.rego", root)
    for name in sorted(each.name for each in folder.iterdir()):
        click.echo(f"wrote {shown(str(folder / name))}")
    click.echo(f"now: auditor policy test {shown(str(folder))} --pack {root}")


def _id(id: str | None) -> str:
    id = id or _required("Id", "ID, such as s3-bucket-versioned")
    if not _ID.fullmatch(id):
        right = re.sub(r"[^a-z0-9]+", "-", id.lower()).strip("-")
        hint = f": {right}" if _ID.fullmatch(right) else ", at least two: s3-bucket-versioned"
        raise UsageError(f'"{id}" is no id: write small letters and digits in words joined by hyphens{hint}')
    return id


def _type(type: str | None) -> str:
    from auditor.workbench import schemas

    type = type or _required("Resource type", "--type, such as AWS::S3::Bucket")
    if not schemas.is_known(type):
        raise UsageError(f'--type: there is no resource type "{type}"{schemas.nearest_type(type)}')
    return type


def _chosen(type: str, offered: Sequence[Property]) -> list[Property]:
    from auditor.workbench import scaffold

    if not offered:
        raise UsageError(f"{type} has no property that its schema names: say --reads")
    if not sys.stdin.isatty():
        more = ", ".join(each.pointer for each in offered[1:_SHOWN])
        click.echo(f"reads {offered[0].pointer}, as no --reads is given; there are {more or 'no others'}", err=True)
        return [offered[0]]
    for number, each in enumerate(offered[:_SHOWN], 1):
        click.echo(f"{number:3}  {each.pointer}  ({each.kind})")
    if len(offered) > _SHOWN:
        click.echo(f"     ... and {len(offered) - _SHOWN} more: write the pointer")
    answers = click.prompt("Which decide (numbers or pointers, separated by commas)", default="1").split(",")
    return [
        offered[int(one) - 1] if one.isdigit() and 0 < int(one) <= len(offered) else scaffold.found(type, one)
        for one in (answer.strip() for answer in answers)
    ]


def _pack(folders: Sequence[Path]) -> Path:
    if len(folders) == 1:
        return folders[0]
    if not sys.stdin.isatty():
        raise UsageError("say into which pack: --pack my-pack (a new folder will do)")
    return Path(click.prompt("Pack (a folder)", default="my-pack"))


def _required(question: str, flag: str) -> str:
    if not sys.stdin.isatty():
        raise UsageError(f"missing {flag}")
    return str(click.prompt(question))


def _asked(question: str, default: str) -> str:
    return str(click.prompt(question, default=default)) if sys.stdin.isatty() else default


def _words(each: Property) -> str:
    return " ".join(str(key) for key in each.path if key != "*")


def _refuse_taken(folder: Path, id: str, packs: Sequence[Path]) -> None:
    from auditor.catalogue import load

    if folder.exists():
        raise UsageError(f"{folder} exists: nothing is overwritten; take another id, or move it away")
    for pack in [load.builtin_folder(), *packs]:
        taken = next(pack.rglob(f"{folder.name}/{folder.name}.rego"), None) if pack.is_dir() else None
        if taken is not None:
            raise UsageError(f"the id {id} is taken, by {taken}: take another one")


def _write(folder: Path, texts: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror}") from error


def _finish(file: Path, pack: Path) -> None:
    """Formatted by OPA, and the reads derived from the Rego."""
    from auditor.catalogue.reads import write
    from auditor.cli import session
    from auditor.workbench import bench

    tools = session.opa_tools()
    tools.format([str(file), str(file.with_name(f"{file.stem}_test.rego"))])
    here = bench.open_bench([pack], tools, session.cache())
    for unit in bench.chosen(here, [str(file)]):
        write(file, unit.policy.accesses)
