"""`auditor policy`: what is in the packs, and what its author needs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from auditor.cli.options import SEVERITIES, packs_option
from auditor.errors import UsageError
from auditor.model import Pack, Policy, pointer


@click.group()
def policy() -> None:
    """The policies, and what their authors need."""


def _pack(packs: tuple[str, ...]) -> Pack:
    from auditor.cli import session  # imports the catalogue and the facts: not at the top, for `--help`
    from auditor.config import Config

    return session.load_pack(Config(packs=packs), session.opa_binary())


@policy.command("list")
@packs_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--severity", type=SEVERITIES, help="Only this severity.")
def list_(packs: tuple[str, ...], as_json: bool, severity: str | None) -> None:
    """Every policy: id, severity, title."""
    rows = [row for row in _pack(packs).policies if severity in (None, row.severity.value)]
    if as_json:
        click.echo(json.dumps([_as_json(row) for row in rows], indent=2))
        return
    width = max((len(row.id) for row in rows), default=0)
    for row in rows:
        click.echo(f"{row.id:<{width}}  {row.severity.value:<8}  {row.title}")


@policy.command()
@packs_option
@click.argument("id")
def show(packs: tuple[str, ...], id: str) -> None:
    """Everything about one policy."""
    row = _find(_pack(packs), id)
    click.echo(f"{row.id}  ({row.severity.value}, {row.function}, {row.stage})\n{row.title}\n\n{row.description}\n")
    click.echo(f"Fix: {row.remediation.text}")
    for name, parameter in row.parameters.items():
        click.echo(f"Parameter {name} = {json.dumps(parameter.default)}  {parameter.description}")
    for framework, controls in row.controls.items():
        click.echo(f"{framework}: {', '.join(controls)}")
    for access in row.accesses:
        click.echo(f"reads {access.sign.value} {access.type}:{pointer(access.path) or '[]'}")
    click.echo(row.file)


@policy.command()
@packs_option
@click.argument("ids", nargs=-1)
@click.option("--write", is_flag=True, help="Put the derived reads into the metadata.")
@click.pass_context
def reads(context: click.Context, packs: tuple[str, ...], ids: tuple[str, ...], write: bool) -> None:
    """Compare the declared reads with those derived from the Rego; exit 1 where they differ.

    \b
    Examples:
      auditor policy reads
      auditor policy reads s3-bucket-tls-required --write
    """
    from auditor.cli import session
    from auditor.workbench import declared

    pack = _pack(packs)
    chosen = [_find(pack, id) for id in ids] if ids else list(pack.policies)
    tools = session.opa_tools()
    messages = [message for row in chosen for message in declared.check(row, pack, tools, write=write)]
    for message in messages:
        click.echo(message)
    context.exit(1 if messages and not write else 0)


def _find(pack: Pack, id: str) -> Policy:
    from auditor.config import nearest

    for row in pack.policies:
        if id in (row.id, row.key, row.file, str(Path(row.file).parent)):
            return row
    raise UsageError(f'no policy "{id}"{nearest(id, [row.id for row in pack.policies])}')


def _as_json(row: Policy) -> dict[str, object]:
    return {
        "id": row.id,
        "title": row.title,
        "severity": row.severity.value,
        "function": row.function,
        "stage": row.stage,
        "subjects": row.subjects,
        "applies": row.applies,
        "controls": row.controls,
        "parameters": {name: parameter.default for name, parameter in row.parameters.items()},
    }
