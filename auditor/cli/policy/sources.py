"""`--snapshot` and `--template`: what the commands about one policy look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
import msgspec

from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.config import Config
    from auditor.model import Source


class Given(msgspec.Struct, frozen=True):
    """Exactly one of the two is given; `parameters` are the template's."""

    snapshot: str | None
    template: str | None
    parameters: tuple[str, ...]

    @property
    def kind(self) -> str:
        return "live" if self.snapshot is not None else "template"


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command gets `snapshot`, `template` and `parameters`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option("--snapshot", metavar="FILE", help="A stored snapshot, or a folder of them."),
    click.option("--template", metavar="FILE", help="A template; - for standard input."),
    click.option("--parameter", "parameters", multiple=True, metavar="KEY=VALUE", help="Of the template (repeatable)."),
)


def open_source(given: Given, config: Config, stdin: Callable[[], bytes]) -> Source:
    """The source. UsageError unless there is exactly one."""
    if (given.snapshot is None) == (given.template is None):
        raise UsageError("name what to look at: either --snapshot FILE or --template FILE")
    if given.snapshot is not None:
        import sys

        from auditor.sources.file import SnapshotSource

        if given.parameters:
            raise UsageError("--parameter is for --template")
        return SnapshotSource((given.snapshot,), sys.stdin.buffer)
    from auditor.cli import session
    from auditor.sources.template.parameters import given_parameters
    from auditor.sources.template.source import TemplateSource

    configured = {**given_parameters(config.template.parameter_files, ()), **config.template.parameters}
    values = given_parameters((), given.parameters, configured)
    return TemplateSource((str(given.template),), session.template_settings(config.template, values), stdin)
