"""`auditor schema`: the published schemas of what the tool reads and writes."""

from __future__ import annotations

import click


@click.group()
def schema() -> None:
    """JSON Schemas: the report, the configuration, waivers, the baseline, a framework of your own, a policy's metadata.

    \b
    Examples:
      auditor schema report > report.schema.json
      auditor schema config > auditor.schema.json
    """


@schema.command()
def report() -> None:
    """The JSON report (auditor scan -o json).

    \b
    Example:
      auditor schema report > report.schema.json
    """
    from auditor.render import document

    _print(document.schema())


@schema.command()
def config() -> None:
    """auditor.toml.

    \b
    Example:
      auditor schema config > auditor.schema.json
    """
    from auditor import config as configuration

    _print(configuration.schema())


@schema.command()
def waivers() -> None:
    """A file of waivers (--waivers).

    \b
    Example:
      auditor schema waivers > waivers.schema.json
    """
    from auditor.adoption import waiver_file

    _print(waiver_file.schema())


@schema.command()
def baseline() -> None:
    """A line of a baseline (--baseline).

    \b
    Example:
      auditor schema baseline > baseline.schema.json
    """
    from auditor.adoption import baseline as lines

    _print(lines.schema())


@schema.command()
def framework() -> None:
    """A framework of your own (--framework-file).

    \b
    Example:
      auditor schema framework > framework.schema.json
    """
    from auditor.catalogue import frameworks

    _print(frameworks.schema())


@schema.command()
def policy() -> None:
    """The METADATA comment of a policy.

    \b
    Example:
      auditor schema policy > policy.schema.json
    """
    from auditor.catalogue import metadata_schema

    _print(metadata_schema.schema())


def _print(value: object) -> None:
    import json

    click.echo(json.dumps(value, indent=2))
