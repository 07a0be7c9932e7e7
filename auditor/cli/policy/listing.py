"""`auditor policy list` and `auditor policy show`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from auditor.cli import completing
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

if TYPE_CHECKING:
    from auditor.catalogue.parameters import Value


@click.command("list")
@packs_option
@click.option(
    "--policy",
    "ids",
    multiple=True,
    metavar="ID",
    shell_complete=completing.policy_ids,
    help="Only these (globs, repeatable).",
)
@click.option("--severity", "severities", multiple=True, type=SEVERITIES, help="Only this severity (repeatable).")
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar="TYPE",
    shell_complete=completing.types,
    help="Only what judges this type (globs, repeatable).",
)
@click.option(
    "--reads",
    "read",
    multiple=True,
    metavar="TYPE",
    shell_complete=completing.types,
    help="Only what reads this type (globs, repeatable).",
)
@click.option(
    "--framework", metavar="NAME", shell_complete=completing.frameworks, help="Only the policies behind its controls."
)
@framework_file_option
@click.option("--control", metavar="GLOB", help="Only the policies behind these controls (with --framework).")
@click.option("--function", type=click.Choice(["prevent", "detect", "respond"]), help="Only this function.")
@click.option("--applies", type=click.Choice(["live", "template"]), help="Only what applies to accounts, or templates.")
@click.option("--search", metavar="TEXT", help="Only with this text in id, title or description.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_(
    packs: tuple[str, ...],
    ids: tuple[str, ...],
    severities: tuple[str, ...],
    types: tuple[str, ...],
    read: tuple[str, ...],
    framework: str | None,
    framework_file: Path | None,
    control: str | None,
    function: str | None,
    applies: str | None,
    search: str | None,
    as_json: bool,
) -> None:
    """Every policy: id, severity, types, title.

    All the filters that are given must fit. A filter that fits no policy is no error, a name that does not exist is.

    \b
    Examples:
      auditor policy list
      auditor policy list --type AWS::S3::Bucket --severity critical --severity high
      auditor policy list --framework cis_aws_7_0 --control '3.*' --json
    """
    from auditor.cli import session
    from auditor.cli.policy import filters

    pack = load_pack(packs)
    wanted = filters.Wanted(
        ids=ids,
        severities=severities,
        types=types,
        read=read,
        framework=session.framework_of(framework, framework_file, pack),
        control=control,
        function=function,
        applies=applies,
        search=search,
    )
    rows = filters.chosen(pack.policies, wanted)
    if as_json:
        click.echo(json.dumps([_as_json(row) for row in rows], indent=2))
        return
    width = max((len(row.id) for row in rows), default=0)
    for row in rows:
        click.echo(f"{row.id:<{width}}  {row.severity.value:<8}  {row.title} ({', '.join(row.subjects)})")
    if not rows:
        click.echo("no policy fits", err=True)


@click.command()
@packs_option
@settings_option
@profile_set_option
@framework_file_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.argument("id", shell_complete=completing.policy_ids)
def show(
    packs: tuple[str, ...],
    settings: tuple[str, ...],
    profile_set: str | None,
    framework_file: Path | None,
    config_file: Path | None,
    as_json: bool,
    id: str,
) -> None:
    """Everything about one policy, with the values of its parameters and where each comes from.

    \b
    Examples:
      auditor policy show s3-bucket-tls-required
      auditor policy show iam-access-key-rotated --profile-set cis --json
    """
    from auditor.cli import session

    config = session.configured(config_file, packs=packs, profile_set=profile_set)
    pack = session.load_pack(config, session.opa_binary())
    row = find(pack, id)
    framework = session.framework_of(None, framework_file, pack)
    values = session.effective_values(pack, config, settings, framework)[row.key]
    if as_json:
        click.echo(json.dumps(_in_full(row, values), indent=2))
        return
    click.echo(f"{row.id}  ({row.severity.value}, {row.function}, {row.stage})\n{row.title}\n\n{row.description}\n")
    click.echo(f"Judges {', '.join(row.subjects)} ({row.applies}, scope {row.scope})")
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
        "file": row.file,
    }


def _in_full(row: Policy, values: Mapping[str, Value]) -> dict[str, object]:
    return {
        **_as_json(row),
        "description": row.description,
        "scope": row.scope,
        "parameters": {
            name: {
                "type": parameter.type,
                "description": parameter.description,
                "default": parameter.default,
                "value": values[name].value,
                "origin": values[name].origin,
            }
            for name, parameter in row.parameters.items()
        },
        "reads": [
            {"type": access.type, "path": pointer(access.path), "sign": access.sign.value, "subject": access.subject}
            for access in row.accesses
        ],
        "remediation": msgspec.structs.asdict(row.remediation),
        "references": row.references,
    }
