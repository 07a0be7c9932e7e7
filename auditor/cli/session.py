"""What every command that judges needs: configuration, pack, engine, in the order that starts fastest."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from auditor import config as configuration
from auditor.catalogue import load, parameters, plan, select
from auditor.config import Config
from auditor.engine import discover
from auditor.engine.tools import OpaTools
from auditor.errors import UsageError
from auditor.facts.base import Fact
from auditor.facts.table import FACTS
from auditor.model import Engine, Json, Pack, Plan, Policy, Severity
from auditor.sources.template.nodes import Settings

if TYPE_CHECKING:
    from auditor.engine.opa import ManagedOpa
    from auditor.engine.remote import RemoteOpa

F = TypeVar("F", bound=Callable[..., Any])

SEVERITIES = click.Choice([severity.value for severity in Severity])


def judging_options(command: F) -> F:
    """The options that scan and audit share."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option("--policy", "policies", multiple=True, metavar="ID", help="Only these policies (globs, repeatable)."),
    click.option("--pack", "packs", multiple=True, metavar="DIR", help="A pack of your own (repeatable)."),
    click.option("--set", "settings", multiple=True, metavar="ID.NAME=VALUE", help="A policy's parameter."),
    click.option("--fail-on", type=SEVERITIES, help="Exit 1 from this severity on.  [default: high]"),
    click.option("--min-severity", type=SEVERITIES, help="Show nothing below.  [default: low]"),
    click.option("--lenient", is_flag=True, default=None, help="Incomplete (3) counts as passed (0), and says so."),
    click.option(
        "-o",
        "--output",
        "outputs_",
        multiple=True,
        metavar="FORMAT[=FILE]",
        help="console, json or sarif; repeatable; to stdout without FILE.",
    ),
    click.option("--all", "everything", is_flag=True, help="Print every finding on the console, not the first 50."),
    click.option("--include-passed", is_flag=True, help="PASS verdicts too, in the JSON report."),
    click.option("--sarif-unknown", type=click.Choice(["note", "omit"]), help="What SARIF says of UNKNOWN."),
    click.option("--category", default="auditor", show_default=True, help="SARIF category, one per kind of run."),
    click.option("--config", "config_file", type=click.Path(dir_okay=False, path_type=Path), help="Not auditor.toml."),
    click.option("--opa-url", help="A running OPA that holds the same pack revision (token: AUDITOR_OPA_TOKEN)."),
    click.option("--install-engine", is_flag=True, help="Get OPA first if there is none."),
)


def configured(file: Path | None, **flags: Json) -> Config:
    """The configuration with the flags that were given on top."""
    import msgspec

    config = configuration.load(file)
    given = {name: value for name, value in flags.items() if value not in (None, ())}
    return msgspec.structs.replace(config, **given) if given else config


def cache_folder() -> Path:
    """Where packs and OPA are kept: $XDG_CACHE_HOME/auditor, else ~/.cache/auditor."""
    return discover.cache_folder(os.environ)


def opa_binary(install: bool = False) -> str:
    """The opa program to use. EngineError names the ways to get one; `install` takes the first."""
    if install and discover.discover(os.environ).opa is None:
        from auditor.engine.install import install as install_engine

        return str(install_engine(os.environ, say=lambda line: click.echo(f"auditor: {line}", err=True)))
    return discover.require(os.environ).path


def load_pack(config: Config, binary: str) -> Pack:
    folders = [load.builtin_folder(), *(Path(pack) for pack in config.packs)]
    for folder in folders[1:]:
        if not folder.is_dir():
            raise UsageError(f"--pack {folder}: no such folder")
    return load.load(folders, OpaTools(binary), cache_folder())


def chosen(pack: Pack, config: Config, kind: str) -> tuple[Policy, ...]:
    return select.select(pack.policies, config.select, kind)


def make_plan(policies: Sequence[Policy]) -> Plan:
    return plan.plan(policies, FACTS)


def parameter_values(pack: Pack, config: Config, settings: Sequence[str]) -> dict[str, dict[str, Json]]:
    """Defaults < configuration file < `--set id.name=value`."""
    flags: dict[str, dict[str, Json]] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        policy, dot, parameter = name.rpartition(".")
        if not (equals and dot):
            raise UsageError(f"--set {setting}: write it as POLICY-ID.PARAMETER=VALUE")
        flags.setdefault(policy, {})[parameter] = value
    by_policy = {id: dict(row.parameters) for id, row in config.policies.items()}
    return parameters.resolve(pack.policies, by_policy, flags)


@contextmanager
def started(config: Config, pack: Pack, binary: str, import_heavy: Callable[[], object]) -> Iterator[Engine]:
    """A running engine; `import_heavy` runs while OPA starts."""
    engine: ManagedOpa | RemoteOpa
    if config.opa_url:
        from auditor.engine.remote import RemoteOpa

        engine = RemoteOpa(config.opa_url, os.environ.get("AUDITOR_OPA_TOKEN"), pack.revision)
    else:
        from auditor.engine.opa import ManagedOpa

        engine = ManagedOpa(binary, pack.modules)
    with engine:
        import_heavy()
        engine.wait()
        yield engine


def source_line(stdin: bytes | None) -> Callable[[str, int], str | None]:
    """A look at one line (from 1) of a file that was judged, for the console; None where it cannot be read."""
    kept: dict[str, list[str]] = {}

    def line(file: str, number: int) -> str | None:
        if file not in kept:
            kept.clear()  # findings come file by file: one file in memory is enough
            try:
                raw = stdin if file == "-" and stdin is not None else Path(file).read_bytes()
            except OSError:
                raw = b""
            kept[file] = (raw or b"").decode("utf-8-sig", "replace").splitlines()
        lines = kept[file]
        return lines[number - 1] if 0 < number <= len(lines) else None

    return line


def read_stdin() -> bytes:
    return sys.stdin.buffer.read()


def opa_tools() -> OpaTools:
    return OpaTools(opa_binary())


def facts_of(plan: Plan) -> tuple[Fact, ...]:
    return tuple(FACTS[name] for name in plan.facts)


def template_settings(template: configuration.Template, given: Mapping[str, str]) -> Settings:
    """The configuration's template section as the template source wants it."""
    return Settings(
        parameters=given,
        worlds=template.worlds,
        max_worlds=template.max_worlds,
        account=template.account,
        region=template.region,
        partition=template.partition,
        assume=template.assume,
        accepted_macros=frozenset(template.accepted_macros),
    )
