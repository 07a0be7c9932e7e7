"""`auditor policy reads`: what a policy declares to read beside what it reads."""

from __future__ import annotations

import click

from auditor.cli import completing
from auditor.cli.options import packs_option
from auditor.cli.policy.common import find, load_pack


@click.command()
@packs_option
@click.argument("ids", nargs=-1, shell_complete=completing.policy_ids)
@click.option("--write", is_flag=True, help="Put the derived reads into the metadata.")
@click.pass_context
def reads(context: click.Context, packs: tuple[str, ...], ids: tuple[str, ...], write: bool) -> None:
    """Compare the declared reads with those derived from the Rego; exit 1 where they differ.

    \b
    Examples:
      auditor policy reads
      auditor policy reads s3-bucket-tls-required --write
    """
    from auditor.cli import session
    from auditor.workbench import declared

    pack = load_pack(packs)
    chosen = [find(pack, id) for id in ids] if ids else list(pack.policies)
    tools = session.opa_tools()
    messages = [message for row in chosen for message in declared.check(row, pack, tools, write=write)]
    for message in messages:
        click.echo(message)
    context.exit(1 if messages and not write else 0)
