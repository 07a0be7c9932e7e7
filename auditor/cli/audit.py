"""`auditor audit`: live accounts, or what was collected of them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.live import Live, collect, live_options
from auditor.cli.options import Judging, judging_options
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.cli.adopting import Observed
    from auditor.config import Config
    from auditor.model import Plan, Source
    from auditor.sources.live import Collected


EXAMPLES = """\b
Examples:
  auditor audit
  auditor audit --profile prod --region 'eu-*' -o sarif=auditor.sarif
  auditor audit --organization --role-name auditor -o json=report.json
  auditor audit prod.json.gz
"""
INTERRUPTED = 130


@click.command(epilog=EXAMPLES)
@click.argument("snapshots", nargs=-1, metavar="[SNAPSHOT...]")
@live_options
@click.option("--plan", "only_plan", is_flag=True, help="Print the calls and their permissions; make none.")
@judging_options
@click.pass_context
def audit(context: click.Context, snapshots: tuple[str, ...], only_plan: bool, live: Live, judging: Judging) -> None:
    """Judge live accounts or stored snapshots.

    Without SNAPSHOT the account of the credentials at hand is collected first: every enabled region, and only what
    the chosen policies read. `auditor permissions` prints the permissions that this takes. What could not be read is
    UNKNOWN, never PASS. docs/auditing-an-account.md shows how to schedule it.
    """
    from auditor.cli import run as running  # imports the catalogue and the facts: not at the top, for `--help`

    if snapshots and (live.profiles or live.regions or live.role_arns or live.organization):
        raise UsageError(
            "--profile, --region, --role-arn and --organization are for live accounts; a stored snapshot is judged "
            "as it is"
        )
    if only_plan:
        click.echo(_planned(judging, live), nl=False)
        return
    collected: list[Collected] = []
    with tempfile.TemporaryDirectory(prefix="auditor-") as folder:

        def open_source(config: Config, plan: Plan, _: Observed) -> Source:
            from auditor.sources.file import SnapshotSource

            files = snapshots
            if not files:
                files = (str(Path(folder) / "live.json"),)
                collected.append(collect(Path(files[0]), plan, live, live.regions or config.regions))
            return SnapshotSource(files, sys.stdin.buffer)

        code = running.run(judging, "live", open_source)
    context.exit(INTERRUPTED if any(not each.complete for each in collected) else code)


def _planned(judging: Judging, live: Live) -> str:
    from auditor.cli import run as running
    from auditor.cli import session
    from auditor.collectors.base import wanted_of
    from auditor.collectors.permissions import described

    config = running.configured(judging)
    pack = session.load_pack(config, session.opa_binary(judging.install_engine))
    framework = session.framework_of(judging.framework, judging.framework_file, pack)
    values = session.parameter_values(pack, config, judging.settings, framework)
    plan = session.make_plan(session.chosen(pack, config, "live", framework), values)
    return described(wanted_of(plan.reads), live.options, live.organization, bool(live.role_arns))
