"""`auditor audit` and `auditor snapshot`: live accounts, and what was collected of them."""

from __future__ import annotations

import datetime
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from auditor.cli import outputs, session
from auditor.cli.session import judging_options
from auditor.errors import UsageError
from auditor.gate import Acceptance, Thresholds, decide
from auditor.model import Plan, Severity
from auditor.render import RenderOptions

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
    policies: tuple[str, ...],
    packs: tuple[str, ...],
    settings: tuple[str, ...],
    fail_on: str | None,
    min_severity: str | None,
    lenient: bool | None,
    outputs_: tuple[str, ...],
    everything: bool,
    include_passed: bool,
    sarif_unknown: str | None,
    category: str,
    config_file: Path | None,
    opa_url: str | None,
    install_engine: bool,
) -> None:
    """Judge live accounts (collect, then judge), or stored snapshots."""
    import msgspec

    from auditor import pipeline

    targets = outputs.parse(outputs_)
    if snapshots and (profiles or regions):
        raise UsageError("--profile and --region are for live accounts; a stored snapshot is judged as it is")
    config = session.configured(
        config_file,
        select=policies,
        packs=packs,
        fail_on=Severity(fail_on) if fail_on else None,
        min_severity=Severity(min_severity) if min_severity else None,
        lenient=lenient or None,
        sarif_unknown=sarif_unknown,
        opa_url=opa_url,
    )
    binary = session.opa_binary(install_engine)
    pack = session.load_pack(config, binary)
    plan = session.make_plan(session.chosen(pack, config, "live"))
    values = session.parameter_values(pack, config, settings)

    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
        files = snapshots

        def import_heavy() -> None:
            nonlocal files
            if not files:
                files = (str(Path(folder) / "live.json"),)
                collect(Path(files[0]), plan, profiles, regions or config.regions, parallel)

        with session.started(config, pack, binary, import_heavy) as engine:
            from auditor.sources.file import SnapshotSource

            source = SnapshotSource(files, sys.stdin.buffer)
            acceptance = Acceptance(config.accept, datetime.date.today())
            options = pipeline.Options(include_passed)
            report = pipeline.audit(source, pack, plan, engine, session.facts_of(plan), values, (acceptance,), options)
    report = msgspec.structs.replace(report, notes=(*report.notes, *acceptance.notes()))
    decision = decide(report, Thresholds(config.fail_on, config.lenient))
    shown = RenderOptions(
        everything=everything,
        min_severity=config.min_severity,
        sarif_unknown=config.sarif_unknown,
        category=category,
    )
    outputs.write(targets, report, decision, shown)
    context.exit(decision.code if report.complete else 130)


@click.command()
@click.option("-o", "--output", "file", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File.")
@live_options
@click.option("--policy", "policies", multiple=True, metavar="ID", help="Only what these policies read.")
@click.option("--pack", "packs", multiple=True, metavar="DIR", help="A pack of your own (repeatable).")
@click.option("--config", "config_file", type=click.Path(dir_okay=False, path_type=Path), help="Not auditor.toml.")
def snapshot(
    file: Path,
    profiles: tuple[str, ...],
    regions: tuple[str, ...],
    parallel: int,
    policies: tuple[str, ...],
    packs: tuple[str, ...],
    config_file: Path | None,
) -> None:
    """Collect live configuration into a file (.json, .json.gz, .json.zst), to be judged later.

    \b
    Example:
      auditor snapshot -o prod.json.gz && auditor audit prod.json.gz
    """
    config = session.configured(config_file, select=policies, packs=packs)
    pack = session.load_pack(config, session.opa_binary())
    plan = session.make_plan(session.chosen(pack, config, "live"))
    collected = collect(file, plan, profiles, regions or config.regions, parallel)
    calls = sum(collected.calls.values())
    click.echo(f"{file}: {calls:,} calls, {collected.gaps:,} gaps", err=True)


def collect(file: Path, plan: Plan, profiles: tuple[str, ...], regions: tuple[str, ...], parallel: int) -> Any:
    """Live accounts into a file, with a line per account and region at a terminal."""
    from auditor.collectors.base import wanted_of
    from auditor.facts.table import FACTS
    from auditor.sources import live, sessions

    accounts = [sessions.own_account(profile) for profile in profiles or (None,)]
    taken_at = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    at_source = [FACTS["secret.scan"]] if "secret.scan" in plan.facts else []
    return live.collect(file, accounts, wanted_of(plan.reads), at_source, regions, taken_at, outputs.progress, parallel)
