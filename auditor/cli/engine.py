"""`auditor engine`: which OPA is used, and how to get one."""

from __future__ import annotations

import os

import click


@click.group()
def engine() -> None:
    """The policy engine, Open Policy Agent.

    \b
    Examples:
      auditor engine status
      auditor engine install
    """


@engine.command()
def status() -> None:
    """Which OPA is used and why; each one that was looked at and refused.

    \b
    Example:
      auditor engine status
    """
    from auditor.engine import discover

    opa = discover.require(os.environ)
    click.echo(f"{opa.path} {opa.version} ({opa.origin})")
    for other in discover.discover(os.environ).rejected:
        click.echo(f"not used: {other.path} ({other.origin}): {other.why}")


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

    def say(text: str) -> None:
        click.echo(text, err=True)

    path = installer.install(os.environ, base_url=url or installer.BASE_URL, sha256=sha256, say=say)
    click.echo(f"installed {path}")
