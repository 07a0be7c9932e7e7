"""`auditor engine`: which OPA is used, and how to get one."""

from __future__ import annotations

import os

import click

from auditor.engine import discover


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
    found = discover.discover(os.environ)
    for row in found.rejected:
        click.echo(f"not {row.path} ({row.origin}): {row.why}")
    chosen = discover.require(os.environ)
    click.echo(f"{chosen.path} {chosen.version} ({chosen.origin})")


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
    from auditor.engine.install import BASE_URL
    from auditor.engine.install import install as get

    path = get(os.environ, base_url=url or BASE_URL, sha256=sha256, say=lambda line: click.echo(line, err=True))
    click.echo(f"installed {path}")
