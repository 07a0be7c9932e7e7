"""`auditor schema`: the published schemas of what the tool reads and writes."""

from __future__ import annotations

import click


@click.group()
def schema() -> None:
    """JSON Schemas: the report, the configuration, a framework of your own, a policy's metadata."""


@schema.command()
def report() -> None:
    """The JSON report (auditor scan -o json)."""
    from auditor.render import document

    _print(document.schema())


@schema.command()
def config() -> None:
    """auditor.toml."""
    from auditor import config as configuration

    _print(configuration.schema())


@schema.command()
def framework() -> None:
    """A framework of your own (--framework-file)."""
    from auditor.catalogue import frameworks

    _print(frameworks.schema())


@schema.command()
def policy() -> None:
    """The METADATA comment of a policy."""
    from auditor.catalogue import metadata_schema

    _print(metadata_schema.schema())


def _print(value: object) -> None:
    import json

    click.echo(json.dumps(value, indent=2))
