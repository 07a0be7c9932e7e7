"""`auditor baseline`: what was there before the gate, written from a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from auditor.cli.options import config_option
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.adoption.baseline import Entry
    from auditor.model import Report

C = TypeVar("C", bound=Callable[..., object])


def _file_option(command: C) -> C:
    option = click.option(
        "--baseline",
        "file",
        metavar="FILE",
        help="The baseline.  [default: the configuration's, else auditor-baseline.jsonl]",
    )
    return option(config_option(command))


@click.group()
def baseline() -> None:
    """What was there before the gate: a run with --baseline fails only on the rest.

    `scan` and `audit` with --ratchet take out of it what passes now.

    \b
    Examples:
      auditor baseline write report.json
      auditor scan . -o json | auditor baseline write -
      auditor scan . --baseline auditor-baseline.jsonl
      auditor scan . --baseline auditor-baseline.jsonl --ratchet
      auditor scan . -o json=report.json;  auditor baseline update report.json
    """


@baseline.command()
@click.argument("report", metavar="REPORT")
@_file_option
@click.option("--force", is_flag=True, help="Replace a baseline that is there.")
def write(report: str, file: str | None, config_file: Path | None, force: bool) -> None:
    """Record everything that fails or is not decided in REPORT.

    REPORT is a JSON report of `auditor scan` or `auditor audit` (--no-baseline, if the configuration names one), or -
    for standard input. What is waived or accepted is answered for already and is not recorded.

    \b
    Examples:
      auditor scan . -o json=report.json;  auditor baseline write report.json
      auditor baseline write report.json --force
    """
    from auditor.adoption.baseline import entries_of
    from auditor.cli import adopting

    name = _named(file, config_file)
    if Path(name).exists() and not force:
        raise UsageError(f"{name} is there already: `auditor baseline update` renews it, --force replaces it")
    found = _read(report)
    entries = entries_of(found, _rename(name, found))
    adopting.write(name, entries)
    click.echo(f"{name}: {_counted(entries)}", err=True)


@baseline.command()
@click.argument("report", metavar="REPORT")
@_file_option
def update(report: str, file: str | None, config_file: Path | None) -> None:
    """Bring the baseline up to REPORT: add what is new, follow renamed files, take out what is fixed.

    REPORT as for `write`. What REPORT did not judge, or could not see, stays. Use `scan --ratchet` to take out only.

    \b
    Example:
      auditor baseline update report.json
    """
    from auditor.adoption import baseline as lines
    from auditor.adoption import known, ratchet
    from auditor.adoption.ratchet import Evidence
    from auditor.cli import adopting

    name = _named(file, config_file)
    entries, found = lines.read(Path(name)), _read(report)
    rename, exists = _rename(name, found), adopting.is_there(name)
    matched = known.match(entries, found, rename, exists)
    evidence = Evidence(frozenset(), None, exists, rename)
    stay = ratchet.shrunk(known.followed(entries, matched), ratchet.fates(entries, matched, found, evidence))
    renewed = lines.merged([*stay, *lines.entries_of(found, rename)])
    added, removed = set(renewed) - set(entries), set(entries) - set(renewed)
    adopting.write(name, renewed)
    click.echo(f"{name}: {_counted(renewed)}, {len(added):,} added, {len(removed):,} removed", err=True)


@baseline.command()
@_file_option
@click.option("--all", "everything", is_flag=True, help="Each entry, not only how many there are of each policy.")
def show(file: str | None, config_file: Path | None, everything: bool) -> None:
    """What the baseline holds, by policy.

    \b
    Examples:
      auditor baseline show
      auditor baseline show --baseline old.jsonl --all
    """
    from auditor.adoption.baseline import read
    from auditor.render.text import plain

    name = _named(file, config_file)
    entries = read(Path(name))
    for line in _shown(entries, everything):
        click.echo(plain(line))
    click.echo(f"{plain(name)}: {_counted(entries)}")


def _shown(entries: Sequence[Entry], everything: bool) -> Iterator[str]:
    by_policy = Counter({policy: 0 for policy in sorted({entry.policy for entry in entries})})
    for entry in entries:
        by_policy[entry.policy] += entry.count
    for policy, number in by_policy.most_common():
        yield f"{number:>7,}  {policy}"
        for entry in entries if everything else ():
            if entry.policy == policy:
                what = f"not decided: {'; '.join(entry.causes)}" if entry.causes else entry.path
                yield f"         {entry.resource}  {what}"


def _counted(entries: Sequence[Entry]) -> str:
    findings = sum(entry.count for entry in entries if entry.finding is not None)
    undecided = sum(entry.finding is None for entry in entries)
    return f"{findings:,} findings, {undecided:,} not decided"


def _named(file: str | None, config_file: Path | None) -> str:
    from auditor import config
    from auditor.cli.adopting import DEFAULT

    return file or config.load(config_file).baseline or DEFAULT


def _read(report: str) -> Report:
    """UsageError for a report of which a baseline would be wrong."""
    from auditor import stored
    from auditor.model import Severity

    found = stored.read(report)
    if any(verdict.by == "baseline" for verdict in found.report.verdicts):
        raise UsageError(
            f"{report}: it was made with a baseline, so it holds only what is new: run it with --no-baseline"
        )
    if not found.report.complete:
        raise UsageError(f"{report}: its run was interrupted, so it does not hold everything: run it again")
    if found.min_severity is not Severity.LOW:
        raise UsageError(f"{report}: it holds nothing below {found.min_severity.value}: run it without --min-severity")
    return found.report


def _rename(name: str, report: Report) -> Callable[[str], str]:
    from auditor.cli.adopting import named_beside

    return named_beside(name) if report.header.kind == "template" else str
