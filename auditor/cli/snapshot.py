"""`auditor snapshot`: collect live configuration, and look at what was collected."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import completing
from auditor.cli.live import Live, collect, live_options
from auditor.cli.options import config_option, packs_option
from auditor.errors import UsageError

EXAMPLES = """\b
Examples:
  auditor snapshot -o prod.json.gz && auditor audit prod.json.gz
  auditor snapshot --organization -o org/ && auditor audit org/
  auditor snapshot --organization -o org/ --resume
  auditor snapshot show prod.json.gz
  auditor snapshot diff yesterday.json.gz today.json.gz
"""
INTERRUPTED = 130

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(invoke_without_command=True, epilog=EXAMPLES)
@click.option("-o", "--output", metavar="FILE|FOLDER/", help="The file to write; a folder: a file per account.")
@click.option("--resume", is_flag=True, help="Leave the accounts that are complete in the folder of -o.")
@live_options
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="ID",
    shell_complete=completing.policy_ids,
    help="Only what these policies read.",
)
@packs_option
@config_option
@click.pass_context
def snapshot(
    context: click.Context,
    output: str | None,
    resume: bool,
    live: Live,
    policies: tuple[str, ...],
    packs: tuple[str, ...],
    config_file: Path | None,
) -> None:
    """Collect live configuration into a file, or look at one.

    Without a command, the accounts are collected into the file of -o, which ends in .json, .json.gz or .json.zst and
    is judged later by `auditor audit FILE`. Only its owner may read it, and secrets are not in it. A folder (org/)
    gets a file per account and an index; --resume collects there what is missing.
    """
    if context.invoked_subcommand is not None:
        if output is not None:
            raise UsageError(f"-o before {context.invoked_subcommand}: it belongs to collecting; write it behind merge")
        return
    if output is None:
        raise UsageError("snapshot: name the file to write with -o, or use show, diff or merge")
    file, into_folder = Path(output), output.endswith("/") or Path(output).is_dir()
    if resume and not into_folder:
        raise UsageError(f"--resume continues a folder of snapshots; {output} is a file: -o {output.split('.')[0]}/")
    from auditor.cli import session

    config = session.configured(config_file, select=policies, packs=packs)
    pack = session.load_pack(config, session.opa_binary())
    values = session.parameter_values(pack, config, ())
    plan = session.make_plan(session.chosen(pack, config, "live"), values)
    collected = collect(file, plan, live, live.regions or config.regions, into_folder, resume)
    calls = sum(collected.calls.values())
    partial = "" if collected.complete else ", partial: it was stopped"
    unfinished = f", {collected.unfinished:,} accounts not or not wholly asked" if collected.unfinished else ""
    click.echo(f"{output}: {calls:,} calls, {collected.gaps:,} gaps{unfinished}{partial}", err=True)
    context.exit(0 if collected.complete else INTERRUPTED)


@snapshot.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
def show(file: Path) -> None:
    """Say what a snapshot holds: accounts, regions, types, gaps and the permissions that were missing.

    \b
    Example:
      auditor snapshot show prod.json.gz
    """
    from auditor.sources.folder import files_of
    from auditor.sources.summary import summary

    if not file.is_dir():
        click.echo(summary(file), nl=False)
        return
    files, missing = files_of(file)
    for each in files:
        click.echo(f"{each}:\n{summary(each)}")
    for problem in missing:
        click.echo(f"{problem.subject}: {problem.message}")


@snapshot.command()
@click.argument("before", type=_file)
@click.argument("after", type=_file)
def diff(before: Path, after: Path) -> None:
    """Compare two snapshots by resource and property. Exits 0, whether they differ or not.

    \b
    Example:
      auditor snapshot diff yesterday.json.gz today.json.gz
    """
    from auditor.sources.difference import difference

    for line in difference(before, after):
        click.echo(line)


@snapshot.command()
@click.argument("files", nargs=-1, required=True, type=_file)
@click.option("-o", "--output", "file", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File.")
def merge(files: tuple[Path, ...], file: Path) -> None:
    """Join snapshots of different accounts into one.

    \b
    Example:
      auditor snapshot merge one.json.gz two.json.gz -o both.json.gz
    """
    from auditor.sources.merge import merge as merge_files

    accounts = merge_files(files, file)
    click.echo(f"{file}: {accounts} accounts", err=True)
