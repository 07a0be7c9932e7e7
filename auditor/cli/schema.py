"""`auditor schema`: the published schemas of what the tool reads and writes."""

from __future__ import annotations

import click


@click.group()
def schema() -> None:
    """JSON Schemas: the report, the configuration, waivers, the baseline, a framework of your own."""


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
def waivers() -> None:
    """A file of waivers (--waivers)."""
    from auditor.adoption import waiver_file

    _print(waiver_file.schema())


@schema.command()
def baseline() -> None:
    """A line of a baseline (--baseline)."""
    from auditor.adoption import baseline as lines

    _print(lines.schema())


@schema.command()
def framework() -> None:
    """A framework of your own (--framework-file)."""
    from auditor.catalogue import frameworks

    _print(frameworks.schema())


def _print(value: object) -> None:
    import json

    click.echo(json.dumps(value, indent=2))
