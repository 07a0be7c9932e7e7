"""`auditor audit` and `auditor snapshot`: live accounts, and what was collected of them."""

from __future__ import annotations

import datetime
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import Judging, config_option, judging_options, packs_option
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.config import Config
    from auditor.model import Plan, Source

EXAMPLES = """\b
Examples:
  auditor audit
  auditor audit --profile prod --region 'eu-*' -o sarif=auditor.sarif
  auditor audit prod.json.gz
"""


def live_options(command: Any) -> Any:
    for option in (
        click.option("--profile", "profiles", multiple=True, help="A profile of the AWS configuration (repeatable)."),
        click.option("--region", "regions", multiple=True, help="Only these regions (globs, repeatable)."),
        click.option("--parallel", default=16, show_default=True, help="Calls in flight."),
    ):
        command = option(command)
    return command


@click.command(epilog=EXAMPLES)
@click.argument("snapshots", nargs=-1, metavar="[SNAPSHOT...]")
@live_options
@judging_options
@click.pass_context
def audit(
    context: click.Context,
    snapshots: tuple[str, ...],
    profiles: tuple[str, ...],
    regions: tuple[str, ...],
    parallel: int,
    judging: Judging,
) -> None:
    """Judge live accounts or stored snapshots.

    Without SNAPSHOT the accounts are collected first.
    """
    from auditor.cli.run import run  # imports the catalogue and the facts: not at the top, for `--help`

    if snapshots and (profiles or regions):
        raise UsageError("--profile and --region are for live accounts; a stored snapshot is judged as it is")
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:

        def open_source(config: Config, plan: Plan) -> Source:
            from auditor.sources.file import SnapshotSource

            files = snapshots
            if not files:
                files = (str(Path(folder) / "live.json"),)
                collect(Path(files[0]), plan, profiles, regions or config.regions, parallel)
            return SnapshotSource(files, sys.stdin.buffer)

        context.exit(run(judging, "live", open_source))


@click.command()
@click.option("-o", "--output", "file", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File.")
@live_options
@click.option("--policy", "policies", multiple=True, metavar="ID", help="Only what these policies read.")
@packs_option
@config_option
def snapshot(
    file: Path,
    profiles: tuple[str, ...],
    regions: tuple[str, ...],
    parallel: int,
    policies: tuple[str, ...],
    packs: tuple[str, ...],
    config_file: Path | None,
) -> None:
    """Collect live configuration into a file.

    It is judged later. FILE ends in .json, .json.gz or .json.zst.

    \b
    Example:
      auditor snapshot -o prod.json.gz && auditor audit prod.json.gz
    """
    from auditor.cli import session

    config = session.configured(config_file, select=policies, packs=packs)
    pack = session.load_pack(config, session.opa_binary())
    plan = session.make_plan(session.chosen(pack, config, "live"))
    collected = collect(file, plan, profiles, regions or config.regions, parallel)
    calls = sum(collected.calls.values())
    click.echo(f"{file}: {calls:,} calls, {collected.gaps:,} gaps", err=True)


def collect(file: Path, plan: Plan, profiles: tuple[str, ...], regions: tuple[str, ...], parallel: int) -> Any:
    """Live accounts into a file, with a line per account and region at a terminal."""
    from auditor.cli import outputs
    from auditor.collectors.base import wanted_of
    from auditor.facts.table import FACTS
    from auditor.sources import live, sessions

    accounts = [sessions.own_account(profile) for profile in profiles or (None,)]
    taken_at = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    at_source = [FACTS["secret.scan"]] if "secret.scan" in plan.facts else []
    return live.collect(file, accounts, wanted_of(plan.reads), at_source, regions, taken_at, outputs.progress, parallel)
