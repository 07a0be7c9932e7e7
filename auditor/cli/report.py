"""`auditor report`: a stored JSON report in any format again, through the same gate."""

from __future__ import annotations

import click

from auditor.cli import completing
from auditor.cli.options import SEVERITIES

EXAMPLES = """\b
Examples:
  auditor report report.json -o markdown=comment.md
  auditor report report.json --fail-on critical -o junit=auditor.xml
  auditor scan . -o json | auditor report - -o gitlab-codequality=gl-code-quality-report.json
"""


@click.command(epilog=EXAMPLES)
@click.argument("file", metavar="FILE")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT[=FILE]",
    shell_complete=completing.formats,
    help="A format of `auditor scan`; to standard output without FILE (repeatable).",
)
@click.option("--fail-on", type=SEVERITIES, help="Exit 1 from this severity on.  [default: as the run]")
@click.option("--min-severity", type=SEVERITIES, help="Show nothing below.  [default: as the run]")
@click.option("--lenient/--no-lenient", default=None, help="Incomplete (3) counts as passed (0), and says so.")
@click.option("--all", "everything", is_flag=True, help="All of it on the console, not the 50 most severe.")
@click.option(
    "--sarif-unknown",
    type=click.Choice(["note", "omit"]),
    default="note",
    show_default=True,
    help="What SARIF says of UNKNOWN.",
)
@click.option(
    "--sarif-suppressed",
    type=click.Choice(["omit", "mark"]),
    default="omit",
    show_default=True,
    help="SARIF without what is waived or accepted, or with it, marked.",
)
@click.option(
    "--category", default="auditor", show_default=True, metavar="NAME", help="SARIF category, one per kind of run."
)
@click.pass_context
def report(
    context: click.Context,
    file: str,
    outputs: tuple[str, ...],
    fail_on: str | None,
    min_severity: str | None,
    lenient: bool | None,
    everything: bool,
    sarif_unknown: str,
    sarif_suppressed: str,
    category: str,
) -> None:
    """Render a stored JSON report in any format.

    FILE is what `-o json=FILE` wrote, or - for standard input. The exit code is that of the run; --fail-on and
    --lenient ask the gate again. Source lines are not shown: the files may have changed since.
    """
    from auditor import stored  # not at the top, for `--help`
    from auditor.cli import outputs as writing
    from auditor.errors import UsageError
    from auditor.gate import Thresholds, decide
    from auditor.model import Severity
    from auditor.render import RenderOptions

    targets = writing.parse(outputs)
    found = stored.read(file)
    writing.check_kind(targets, found.report.header.kind)
    threshold = Severity(fail_on) if fail_on else found.fail_on
    lowest = Severity(min_severity) if min_severity else found.min_severity
    decision = found.decision
    if fail_on is not None or lenient is not None:
        if threshold.rank < found.min_severity.rank:
            kept = found.min_severity.value
            raise UsageError(f"--fail-on {threshold.value}: {file} holds nothing below {kept} (--min-severity)")
        decision = decide(found.report, Thresholds(threshold, bool(lenient)))
    options = RenderOptions(
        everything=everything,
        fail_on=threshold,
        min_severity=max(lowest, found.min_severity, key=lambda severity: severity.rank),
        sarif_unknown="omit" if sarif_unknown == "omit" else "note",
        sarif_suppressed="mark" if sarif_suppressed == "mark" else "omit",
        category=category,
    )
    context.exit(writing.write(targets, found.report, decision, options))
