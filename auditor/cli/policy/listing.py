"""`auditor policy list` and `auditor policy show`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from auditor.cli.options import (
    SEVERITIES,
    config_option,
    framework_file_option,
    packs_option,
    profile_set_option,
    settings_option,
)
from auditor.cli.policy.common import find, load_pack
from auditor.model import Policy, pointer


@click.command("list")
@packs_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--severity", type=SEVERITIES, help="Only this severity.")
def list_(packs: tuple[str, ...], as_json: bool, severity: str | None) -> None:
    """Every policy: id, severity, title."""
    rows = [row for row in load_pack(packs).policies if severity in (None, row.severity.value)]
    if as_json:
        click.echo(json.dumps([_as_json(row) for row in rows], indent=2))
        return
    width = max((len(row.id) for row in rows), default=0)
    for row in rows:
        click.echo(f"{row.id:<{width}}  {row.severity.value:<8}  {row.title}")


@click.command()
@packs_option
@settings_option
@profile_set_option
@framework_file_option
@config_option
@click.argument("id")
def show(
    packs: tuple[str, ...],
    settings: tuple[str, ...],
    profile_set: str | None,
    framework_file: Path | None,
    config_file: Path | None,
    id: str,
) -> None:
    """Everything about one policy, with the values of its parameters and where each comes from."""
    from auditor.cli import session

    config = session.configured(config_file, packs=packs, profile_set=profile_set)
    pack = session.load_pack(config, session.opa_binary())
    row = find(pack, id)
    framework = session.framework_of(None, framework_file, pack)
    values = session.effective_values(pack, config, settings, framework)[row.key]
    click.echo(f"{row.id}  ({row.severity.value}, {row.function}, {row.stage})\n{row.title}\n\n{row.description}\n")
    click.echo(f"Fix: {row.remediation.text}")
    for name, parameter in row.parameters.items():
        value = values[name]
        click.echo(f"Parameter {name} = {json.dumps(value.value)} ({value.origin})  {parameter.description}")
    for name, controls in row.controls.items():
        click.echo(f"{name}: {', '.join(controls)}")
    for access in row.accesses:
        click.echo(f"reads {access.sign.value} {access.type}:{pointer(access.path) or '[]'}")
    click.echo(row.file)


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
