"""`auditor engine`: which OPA is used, and how to get one."""

from __future__ import annotations

import click

from auditor.cli.session import cache_folder


@click.group()
def engine() -> None:
    """The policy engine, Open Policy Agent."""


@engine.command()
def status() -> None:
    """Which OPA is used and why; each one that was looked at and refused.

    \b
    Example:
      auditor engine status
    """
    from auditor.engine import discover

    found = discover.find(cache_folder())
    for line in discover.explain(found):
        click.echo(line)
    discover.require(found)


@engine.command()
@click.option("--sha256", metavar="HEX", help="Pin the hash instead of the release's published one.")
@click.option("--url", metavar="BASE", help="Another place that serves the release's files.")
def install(sha256: str | None, url: str | None) -> None:
    """Download OPA for this platform and check it; where that cannot be reached, build it with Go.

    \b
    Examples:
      auditor engine install
      auditor engine install --sha256 6f3c...
    """
    from auditor.engine import install as installer

    click.echo(f"installed {installer.install(cache_folder(), base_url=url, sha256=sha256)}")
