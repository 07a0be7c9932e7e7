"""`auditor scan`: templates in, verdicts out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import click

from auditor.cli.options import Judging, judging_options

if TYPE_CHECKING:
    from auditor.cli.adopting import Observed
    from auditor.config import Config
    from auditor.model import Plan, Source

EXAMPLES = """\b
Examples:
  auditor scan templates/
  auditor scan app.yaml --parameter Env=prod
  auditor scan . -o sarif=auditor.sarif -o json=auditor.json
  auditor scan . --changed-since origin/main
  auditor scan . --fix --policy 'ec2-*'
  cdk synth | auditor scan -
"""


@click.command(epilog=EXAMPLES)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--parameters", "parameter_files", multiple=True, metavar="FILE", help="A parameter file (repeatable).")
@click.option("--parameter", "parameters", multiple=True, metavar="KEY=VALUE", help="One parameter (repeatable).")
@click.option(
    "--worlds",
    type=click.Choice(["all", "default"]),
    help="Every choice of parameters, or their defaults only.  [default: all]",
)
@click.option("--account", metavar="ID", help="AWS::AccountId.")
@click.option("--region", metavar="NAME", help="AWS::Region.")
@click.option("--partition", metavar="NAME", help="AWS::Partition.  [default: aws]")
@click.option("--changed-since", metavar="REV", help="Only what changed since a revision of git, or is not in it.")
@click.option("--skip-others", is_flag=True, help="Of named files too, only those that look like templates.")
@click.option("--fix", is_flag=True, help="Edit the templates where a policy says how, and judge them again.")
@click.option("--diff", is_flag=True, help="What --fix would change, as a diff on standard output.")
@judging_options
@click.pass_context
def scan(
    context: click.Context,
    paths: tuple[str, ...],
    parameter_files: tuple[str, ...],
    parameters: tuple[str, ...],
    worlds: str | None,
    account: str | None,
    region: str | None,
    partition: str | None,
    changed_since: str | None,
    skip_others: bool,
    fix: bool,
    diff: bool,
    judging: Judging,
) -> None:
    """Judge CloudFormation templates.

    PATH is a file, a folder, a glob, or - for standard input. In folders, and among what a glob matches, files that do
    not look like templates are counted and left alone.

    With --changed-since, a template is judged if it changed, or one that it includes; all are, if a parameter file, the
    configuration, a pack, a file of waivers or the baseline changed.

    --fix edits only what it can prove: each edited template is judged again, and an edit after which the resource does
    not pass, or fails something else, is taken back. What is waived is left alone.
    """
    import msgspec

    from auditor.cli import session  # imports the catalogue and the facts: not at the top, for `--help`
    from auditor.cli.run import run

    stdin = cache(session.read_stdin)

    def open_source(config: Config, plan: Plan, observed: Observed) -> Source:
        from auditor.sources.template.parameters import given_parameters
        from auditor.sources.template.source import TemplateSource

        flags = {"worlds": worlds, "account": account, "region": region, "partition": partition}
        given = {name: value for name, value in flags.items() if value is not None}
        template = msgspec.structs.replace(config.template, **given)
        configured = {**given_parameters(template.parameter_files, ()), **template.parameters}
        values = given_parameters(parameter_files, parameters, configured)
        settings = session.template_settings(template, values)
        is_changed = None
        if changed_since is not None:
            from auditor.cli.changed import Changed

            is_changed = Changed(changed_since, settings)
            packs = [pack for pack in config.packs if is_changed.holds(pack)]  # others are as the built-in one
            decisive = [*_decisive(judging, config), *packs, *template.parameter_files, *parameter_files]
            if (first := is_changed.first_changed(decisive)) is not None:
                observed.notes.append(f"{first} is not as in {changed_since}: every template is judged")
                is_changed = None
        return TemplateSource(
            paths,
            settings,
            stdin,
            observe=observed,
            is_changed=is_changed,
            edited=observed.edited,
            skip_others=skip_others,
        )

    partial = changed_since is not None
    fixing = None
    if fix or diff:
        from auditor.cli.fixing import Fixing

        fixing = Fixing(writes=fix and not diff)
    context.exit(run(judging, "template", open_source, session.source_line(stdin), partial, fixing))


def _decisive(judging: Judging, config: Config) -> list[str]:
    """The files on which the verdict on every template may depend."""
    from auditor import config as configuration

    files = [str(judging.config_file or configuration.FILE), *config.waivers.files]
    files += [str(file) for file in (config.baseline, judging.framework_file) if file is not None]
    return files
