"""`auditor policy docs`: the policy reference."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.options import packs_option
from auditor.cli.policy.common import load_pack


@click.command()
@packs_option
@click.option(
    "-o",
    "--output",
    "folder",
    default="docs/policies",
    show_default=True,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the pages stand.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and name the pages that differ.")
@click.pass_context
def docs(context: click.Context, packs: tuple[str, ...], folder: Path, check: bool) -> None:
    """Write the policy reference: a page per policy from its metadata and cases, and an index.

    \b
    Examples:
      auditor policy docs
      auditor policy docs --check
    """
    from auditor.catalogue import frameworks
    from auditor.workbench import reference

    policies = load_pack(packs).policies
    lists = [frameworks.builtin(name, policies) for name in frameworks.BUILTIN]
    pages = reference.pages(policies, lists)
    differing = reference.differing(pages, folder)
    if not check:
        reference.write(pages, folder)
        click.echo(f"{len(pages)} pages in {folder}, {len(differing)} of them changed")
        return
    for name in differing:
        click.echo(f"{folder / name} is not what `auditor policy docs` writes")
    context.exit(1 if differing else 0)
