"""`auditor permissions`: what an audit needs to be allowed."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import completing
from auditor.cli.live import user_data_option
from auditor.cli.options import config_option, packs_option

EXAMPLES = """\b
Examples:
  auditor permissions > auditor-policy.json
  auditor permissions --format cloudformation --policy 's3-*'
  auditor permissions --beyond-security-audit
"""


@click.command(epilog=EXAMPLES)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["json", "cloudformation", "terraform"]),
    default="json",
    show_default=True,
    help="A policy document, or a managed policy as a template.",
)
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="ID",
    shell_complete=completing.policy_ids,
    help="Only for these policies (globs, repeatable).",
)
@click.option(
    "--beyond-security-audit", is_flag=True, help="Only what AWS's managed policy SecurityAudit does not allow."
)
@click.option("--organization", is_flag=True, help="With what --organization needs in the account that starts.")
@user_data_option
@packs_option
@config_option
def permissions(
    format_: str,
    policies: tuple[str, ...],
    beyond_security_audit: bool,
    organization: bool,
    user_data: bool,
    packs: tuple[str, ...],
    config_file: Path | None,
) -> None:
    """Print the IAM policy that `auditor audit` needs.

    It comes from the tables that make the calls: nothing is missing and nothing is allowed that no call needs. All of
    it lists or reads configuration. A policy of more than 6,144 characters is split.
    """
    from auditor.cli import session
    from auditor.collectors import permissions as tables
    from auditor.collectors.base import wanted_of
    from auditor.data import security_audit

    config = session.configured(config_file, select=policies, packs=packs)
    pack = session.load_pack(config, session.opa_binary())
    values = session.parameter_values(pack, config, ())
    plan = session.make_plan(session.chosen(pack, config, "live"), values)
    options = frozenset({"user-data"} if user_data else ())
    names = tables.actions(wanted_of(plan.reads), options)
    if organization:
        names = tuple(sorted({*names, *tables.ORGANIZATION}))
    if beyond_security_audit:
        names = tuple(name for name in names if name in security_audit.LACKS)
        if not names:
            click.echo(f"auditor: SecurityAudit ({security_audit.VERSION}) allows all of it", err=True)
            return
    click.echo(tables.FORMATS[format_](tables.documents(names)), nl=False)
