"""`auditor policy try`: a loose Rego file, without a pack."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import completing
from auditor.cli.options import config_option, settings_option
from auditor.cli.policy.sources import source_options

if TYPE_CHECKING:
    from auditor.model import Report, Verdict
    from auditor.workbench.loose import Loose

EVALUATED, INCOMPLETE = 0, 3


@click.command(name="try")
@click.argument("file", metavar="FILE.rego", type=click.Path(dir_okay=False, path_type=Path))
@source_options
@click.option(
    "--type",
    "type_",
    metavar="TYPE",
    shell_complete=completing.types,
    help="Only this type of those that the file denies.",
)
@settings_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="As a JSON report.")
@click.pass_context
def try_(
    context: click.Context,
    file: Path,
    snapshot: str | None,
    template: str | None,
    parameters: tuple[str, ...],
    type_: str | None,
    settings: tuple[str, ...],
    config_file: Path | None,
    as_json: bool,
) -> None:
    """Evaluate one Rego file that is in no pack yet.

    It needs a rule `deny contains ...` and may import data.lib; the package may have any name, metadata may be left
    out, and what it reads is derived. Every verdict is shown, PASS too. Exits 0 whatever the verdicts are, 3 where
    something could not be judged.

    \b
    Examples:
      auditor policy try draft.rego --template app.yaml
      auditor policy try draft.rego --snapshot prod.json.gz --type AWS::S3::Bucket
    """
    from auditor import pipeline
    from auditor.catalogue import parameters as values
    from auditor.cli import outputs, session
    from auditor.cli.policy.sources import Given, open_source
    from auditor.engine.opa import ManagedOpa
    from auditor.engine.tools import OpaTools
    from auditor.gate import Thresholds, decide
    from auditor.model import Pack
    from auditor.render import FORMATS, RenderOptions
    from auditor.workbench import loose

    stdin = cache(session.read_stdin)
    config = session.configured(config_file)
    binary = session.opa_binary()
    libraries = session.libraries(binary)
    found = loose.load(file, libraries, OpaTools(binary), type_)
    policy = found.policy
    pack = Pack((policy,), (*libraries, str(file)), "", ())
    given = values.plain(values.effective([policy], [values.flag_layer(session.flag_values(settings))]))
    plan = session.make_plan([policy], given)
    source = open_source(Given(snapshot, template, parameters), config, stdin)
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:
        modules = [*pack.modules]
        if found.shim is not None:
            modules.append(f"{folder}/{policy.key}.rego")
            Path(modules[-1]).write_text(found.shim, encoding="utf-8")
        with ManagedOpa(binary, modules) as engine:
            engine.wait()
            options = pipeline.Options(include_passed=True)
            report = pipeline.audit(source, pack, plan, engine, session.facts_of(plan), given, (), options)
    incomplete = bool(report.problems)
    if as_json:
        import sys

        FORMATS["json"](report, decide(report, Thresholds()), RenderOptions(), sys.stdout)
    else:
        for line in _lines(found, report, outputs.style().width):
            click.echo(line)
    context.exit(INCOMPLETE if incomplete else EVALUATED)


def _lines(found: Loose, report: Report, width: int) -> Iterator[str]:
    from auditor.model import pointer
    from auditor.render.text import plain

    verdicts = sorted(report.verdicts, key=_worst_first)
    for verdict in verdicts:
        yield from _verdict(verdict)
    counts = Counter(verdict.status.value for verdict in verdicts)
    total = ", ".join(f"{counts[name]} {name}" for name in ("FAIL", "UNKNOWN", "PASS"))
    subjects = ", ".join(found.policy.subjects)
    yield f"{found.policy.id}: {total}" if verdicts else f"{found.policy.id}: there is no {subjects} to judge"
    for access in found.policy.accesses:
        yield f"  reads {access.sign.value} {access.type}:{pointer(access.path) or '[]'}"
    for note in found.notes:
        yield f"note: {plain(note)}"
    for problem in report.problems:
        yield f"problem: {plain(problem.subject)}: {plain(problem.message)}"


def _verdict(verdict: Verdict) -> Iterator[str]:
    from auditor.render.text import plain, subject, when, why_undecided

    place = verdict.location
    where = f"  {plain(place.file)}:{place.line}" if place is not None else ""
    yield f"{verdict.status.value:<7}  {plain(subject(verdict))}{where}"
    for finding in verdict.findings:
        at = f" ({plain(finding.location.file)}:{finding.location.line})" if finding.location is not None else ""
        yield f"         {plain(finding.message)}{at}{plain(when(finding))}"
    if verdict.status.value == "UNKNOWN":
        yield f"         not decided: {plain(why_undecided(verdict))}"


def _worst_first(verdict: Verdict) -> tuple[int, str]:
    order = ("FAIL", "UNKNOWN", "PASS").index(verdict.status.value)
    return order, verdict.resource.id if verdict.resource is not None else ""
