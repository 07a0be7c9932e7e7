"""`auditor scan`: templates in, verdicts out."""

from __future__ import annotations

import datetime
import sys
from functools import cache
from pathlib import Path

import click

from auditor.cli import outputs, session
from auditor.cli.session import judging_options
from auditor.gate import Acceptance, Thresholds, decide
from auditor.model import Severity
from auditor.render import RenderOptions

EXAMPLES = """\b
Examples:
  auditor scan templates/
  auditor scan app.yaml --parameter Env=prod
  auditor scan . -o sarif=auditor.sarif -o json=auditor.json
  cdk synth | auditor scan -
"""


@click.command(epilog=EXAMPLES)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--parameters", "parameter_files", multiple=True, metavar="FILE", help="A parameter file (repeatable).")
@click.option("--parameter", "parameters", multiple=True, metavar="KEY=VALUE", help="One parameter (repeatable).")
@click.option("--worlds", type=click.Choice(["all", "default"]), help="Every parameter choice, or defaults only.")
@click.option("--account", help="AWS::AccountId.")
@click.option("--region", help="AWS::Region.")
@click.option("--partition", help="AWS::Partition.  [default: aws]")
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
    policies: tuple[str, ...],
    packs: tuple[str, ...],
    settings: tuple[str, ...],
    fail_on: str | None,
    min_severity: str | None,
    lenient: bool | None,
    outputs_: tuple[str, ...],
    everything: bool = False,
    include_passed: bool = False,
    sarif_unknown: str | None = None,
    category: str = "auditor",
    config_file: Path | None = None,
    opa_url: str | None = None,
    install_engine: bool = False,
) -> None:
    """Judge CloudFormation templates: files, folders, globs, or - for standard input."""
    import msgspec

    from auditor import pipeline

    targets = outputs.parse(outputs_)
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
    given = {"worlds": worlds, "account": account, "region": region, "partition": partition}
    template = msgspec.structs.replace(config.template, **{k: v for k, v in given.items() if v is not None})
    binary = session.opa_binary(install_engine)
    pack = session.load_pack(config, binary)
    chosen = session.chosen(pack, config, "template")
    values = session.parameter_values(pack, config, settings)
    plan = session.make_plan(chosen)

    def import_heavy() -> None:
        import auditor.sources.template.source  # noqa: F401

    stdin = cache(session.read_stdin)
    with session.started(config, pack, binary, import_heavy) as engine:
        from auditor.sources.template.parameters import given_parameters
        from auditor.sources.template.source import TemplateSource

        files = (*template.parameter_files, *parameter_files)
        given_values = given_parameters(files, parameters, template.parameters)
        source = TemplateSource(paths, session.template_settings(template, given_values), stdin)
        acceptance = Acceptance(config.accept, datetime.date.today())
        report = pipeline.audit(
            source, pack, plan, engine, session.facts_of(plan), values, (acceptance,), pipeline.Options(include_passed)
        )
    report = msgspec.structs.replace(report, notes=(*report.notes, *acceptance.notes()))
    decision = decide(report, Thresholds(config.fail_on, config.lenient))
    options = RenderOptions(
        everything=everything,
        min_severity=config.min_severity,
        sarif_unknown=config.sarif_unknown,
        category=category,
        source_line=session.source_line(stdin() if "-" in paths else None),
    )
    outputs.write(targets, report, decision, options)
    sys.stdout.flush()
    context.exit(decision.code if report.complete else 130)
