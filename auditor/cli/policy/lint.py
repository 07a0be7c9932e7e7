"""`auditor policy lint`: is a policy as the others are."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from auditor.cli.options import config_option, packs_option


@click.command()
@packs_option
@config_option
@click.argument("asked", nargs=-1, metavar="[PATH|ID]...")
@click.option("--no-regal", is_flag=True, help="Do not ask Regal, although it is installed.")
@click.option("--rules", is_flag=True, help="List the rules and end.")
@click.pass_context
def lint(
    context: click.Context,
    packs: tuple[str, ...],
    config_file: Path | None,
    asked: tuple[str, ...],
    no_regal: bool,
    rules: bool,
) -> None:
    """Hold policies against the conventions: all of your packs (without any, the built-in one), or the named ones.

    The `regal` program is asked too where it is installed. A rule is turned off in the policy's metadata, with a
    reason: `lint: {short: "..."}` under custom.

    \b
    Examples:
      auditor policy lint --pack my-pack
      auditor policy lint s3-bucket-tls-required
      auditor policy lint --rules

    \b
    Exit codes: 0 nothing found · 1 something was · 2 a file cannot be used · 4 Regal failed
    """
    from auditor.cli import session
    from auditor.cli.policy import telling
    from auditor.workbench import bench, prove
    from auditor.workbench.lint import RULES, regal
    from auditor.workbench.lint import lint as linted

    if rules:
        width = max(map(len, RULES))
        for rule in RULES.values():
            click.echo(f"{rule.name:<{width}}  {rule.says}")
        return
    given = [Path(pack) for pack in session.configured(config_file, packs=packs).packs]
    here = bench.open_bench(bench.packs_with(given, asked), session.opa_tools(), session.cache())
    units = bench.chosen(here, asked)
    files = here.files(units)
    program = None if no_regal else shutil.which("regal")
    others = regal.findings(program, [*files.policies, *files.tests]) if program else ()
    found = list(linted(units, list(prove.assigned(others, units))))
    telling.failures(found)
    asked_regal = "" if program else ", without regal (not installed)" if not no_regal else ", without regal"
    policies = f"{len(units)} {'policy' if len(units) == 1 else 'policies'}"
    count = f"{len(found) or 'no'} {'finding' if len(found) == 1 else 'findings'}"
    click.echo(f"{policies}: {count}{asked_regal}")
    context.exit(1 if found else 0)
