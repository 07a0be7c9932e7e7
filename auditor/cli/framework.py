"""`auditor framework`: how each control of a framework stands, from a stored report or a fresh run."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import completing
from auditor.cli.live import Live, collect, live_options
from auditor.cli.options import (
    config_option,
    framework_file_option,
    install_engine_option,
    opa_url_option,
    packs_option,
    profile_set_option,
    settings_option,
)
from auditor.errors import OutputError, UsageError

if TYPE_CHECKING:
    from auditor.compliance import Run
    from auditor.config import Config
    from auditor.model import Pack, Plan, Source
    from auditor.model.framework import Compliance, Framework

EXAMPLES = """\b
Examples:
  auditor framework cis_aws_7_0 --path templates/
  auditor framework fsbp report.json -o markdown=fsbp.md -o csv=fsbp.csv
  auditor framework cis_aws_7_0 --profile-set cis --fail-on-framework
  auditor framework --framework-file controls.yaml --path templates/
"""
PASSED, FINDINGS, INCOMPLETE = 0, 1, 3


@click.command(epilog=EXAMPLES)
@click.argument("arguments", nargs=-1, metavar="[NAME] [REPORT]", shell_complete=completing.framework_or_file)
@click.option("--path", "paths", multiple=True, metavar="TEMPLATE", help="Judge templates (file, folder, glob).")
@framework_file_option
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="console, json, csv or markdown; to standard output without FILE (repeatable).",
)
@click.option("--fail-on-framework", is_flag=True, help="Exit 1 where a control fails, 3 where one is UNKNOWN; else 0.")
@packs_option
@settings_option
@profile_set_option
@config_option
@opa_url_option
@install_engine_option
@live_options
def framework(
    arguments: tuple[str, ...],
    paths: tuple[str, ...],
    framework_file: Path | None,
    outputs: tuple[str, ...],
    fail_on_framework: bool,
    packs: tuple[str, ...],
    settings: tuple[str, ...],
    profile_set: str | None,
    config_file: Path | None,
    opa_url: str | None,
    install_engine: bool,
    live: Live,
) -> int:
    """How each control of a framework stands.

    NAME is cis_aws_7_0, cis_aws_6_0 or fsbp; --framework-file reads one of your own instead. REPORT is a JSON report
    of `auditor scan` or `auditor audit`. Without it the policies behind the framework are judged now: on templates
    (--path), else on the account of the credentials at hand.

    Each control is PASS, FAIL or UNKNOWN; or NOT COVERED (no policy judged it), NO RESOURCES (nothing that it is
    about), or NEEDS A PERSON (what policies can prove holds, the rest is printed).
    """
    from auditor import compliance, stored  # not at the top, for `--help`
    from auditor.cli import session

    name, report = _named(arguments, framework_file)
    targets = _targets(outputs)
    asks_accounts = bool(live.profiles or live.regions or live.role_arns or live.organization)
    if report is not None and (paths or asks_accounts):
        raise UsageError("a stored report is read as it is; leave out --path and the options of live accounts")
    if paths and asks_accounts:
        raise UsageError("--profile, --region, --role-arn and --organization are for live accounts; leave out --path")
    config = session.configured(config_file, packs=packs, profile_set=profile_set, opa_url=opa_url)
    binary = session.opa_binary(install_engine)
    pack = session.load_pack(config, binary)
    chosen = session.framework_of(name, framework_file, pack)
    assert chosen is not None
    if report is not None:
        run = compliance.of_report(stored.read_report(report))
    else:
        run = _fresh(config, pack, binary, chosen, settings, paths, live)
    result = compliance.assess(chosen, run, pack.policies)
    _write(targets, result)
    return _gate(result) if fail_on_framework else PASSED


def _named(arguments: Sequence[str], own: Path | None) -> tuple[str | None, str | None]:
    """NAME and REPORT; with a framework of one's own the only argument is the report."""
    names = list(arguments)
    name = names.pop(0) if own is None and names else None
    if own is None and name is None:
        raise UsageError("name a framework (cis_aws_7_0, cis_aws_6_0, fsbp), or give --framework-file")
    if len(names) > 1:
        raise UsageError(f"too many arguments: {' '.join(names[1:])}")
    return name, names[0] if names else None


def _fresh(
    config: Config,
    pack: Pack,
    binary: str,
    framework: Framework,
    settings: Sequence[str],
    paths: Sequence[str],
    live: Live,
) -> Run:
    """The policies behind a framework, judged now."""
    from auditor import compliance, pipeline
    from auditor.cli import session

    values = session.parameter_values(pack, config, settings, framework)
    plan = session.make_plan(session.chosen(pack, config, "template" if paths else "live", framework), values)
    with (
        tempfile.TemporaryDirectory(prefix="auditor-") as folder,
        session.engine_of(config, pack, binary) as engine,
    ):
        source = _templates(config, paths) if paths else _accounts(config, plan, live, Path(folder) / "live.json")
        engine.wait()
        report = pipeline.audit(source, pack, plan, engine, session.facts_of(plan), values)
    for note in report.notes:
        session.say(note)
    return compliance.of_report(report)


def _templates(config: Config, paths: Sequence[str]) -> Source:
    from auditor.cli import session
    from auditor.sources.template.parameters import given_parameters
    from auditor.sources.template.source import TemplateSource

    given = {**given_parameters(config.template.parameter_files, ()), **config.template.parameters}
    return TemplateSource(paths, session.template_settings(config.template, given), session.read_stdin)


def _accounts(config: Config, plan: Plan, live: Live, file: Path) -> Source:
    from auditor.sources.file import SnapshotSource

    collected = collect(file, plan, live, live.regions or config.regions)
    if not collected.complete:
        raise KeyboardInterrupt  # half a collection says nothing of a framework
    return SnapshotSource((str(file),), sys.stdin.buffer)


def _targets(outputs: Sequence[str]) -> list[tuple[str, str | None]]:
    from auditor.config import nearest
    from auditor.render.framework import FORMATS

    targets = []
    for output in outputs or ("console",):
        name, _, file = output.partition("=")
        if name not in FORMATS:
            hint = nearest(name, FORMATS)
            raise UsageError(f'-o {output}: unknown format "{name}"{hint}; one of {", ".join(FORMATS)}')
        targets.append((name, file if file not in ("", "-") else None))
    places = [file for _, file in targets]
    if len(set(places)) < len(places):
        raise UsageError("-o: standard output or a file is named by more than one output")
    return targets


def _write(targets: Sequence[tuple[str, str | None]], result: Compliance) -> None:
    from auditor.render.framework import FORMATS, console
    from auditor.render.style import Style

    for name, file in targets:
        if file is not None:
            _to_file(Path(file), FORMATS[name](result))
        elif name == "console" and sys.stdout.isatty():
            colour = not (os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb")
            click.echo(console(result, Style(colour, os.get_terminal_size(sys.stdout.fileno()).columns)), nl=False)
        else:
            sys.stdout.buffer.write(FORMATS[name](result).encode("utf-8", "backslashreplace"))
            sys.stdout.buffer.flush()


def _to_file(file: Path, text: str) -> None:
    """Beside it first, so that nobody reads half of a report."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        with open(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
        os.chmod(name, 0o644)
        os.replace(name, file)
    except OSError as error:
        raise OutputError(f"cannot write {file}: {error.strerror}") from error


def _gate(result: Compliance) -> int:
    """A failed control is 1, an undecided one or a run with parts missing 3; the reason is said."""
    from auditor.cli.session import say
    from auditor.model.framework import Standing

    failed, unknown = (
        [row.control.id for row in result.results if row.standing is standing]
        for standing in (Standing.FAIL, Standing.UNKNOWN)
    )
    if failed:
        say(f"exit {FINDINGS}: FAIL: {', '.join(failed)}")
        return FINDINGS
    if unknown or result.incomplete:
        say(f"exit {INCOMPLETE}: UNKNOWN: {', '.join(unknown) or 'a part of the run could not be judged'}")
        return INCOMPLETE
    return PASSED
