"""What commands are made of: configuration, pack, engine. Imports the catalogue and the facts, so not for `--help`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click
import msgspec

from auditor import config as configuration
from auditor.catalogue import load, parameters, plan, select
from auditor.config import Config
from auditor.engine import discover
from auditor.engine.opa import ManagedOpa
from auditor.engine.remote import RemoteOpa
from auditor.engine.tools import OpaTools
from auditor.errors import UsageError
from auditor.facts.base import Fact
from auditor.facts.table import FACTS
from auditor.model import Json, Pack, Plan, Policy
from auditor.model.framework import Framework
from auditor.sources.template.nodes import Settings

_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts lines, and so as locations do


def configured(file: Path | None, **flags: Json) -> Config:
    """The configuration with the flags that were given on top."""
    config = configuration.load(file)
    given = {name: value for name, value in flags.items() if value not in (None, ())}
    return msgspec.structs.replace(config, **given) if given else config


def opa_binary(install: bool = False) -> str:
    """The opa program to use. EngineError names the ways to get one."""
    found = discover.discover(os.environ)
    if found.opa is not None:
        return found.opa.path
    if not install:
        return discover.require(os.environ).path
    from auditor.engine.install import install as install_engine

    return install_engine(os.environ, say=say)


def say(text: str) -> None:
    click.echo(f"auditor: {text}", err=True)


def cache() -> Path:
    """Where what was derived from packs and schemas is kept."""
    return discover.cache_folder(os.environ)


def opa_tools() -> OpaTools:
    return OpaTools(opa_binary())


def load_pack(config: Config, binary: str) -> Pack:
    folders = [load.builtin_folder(), *(Path(pack) for pack in config.packs)]
    for folder in folders[1:]:
        if not folder.is_dir():
            raise UsageError(f"--pack {folder}: no such folder")
    return load_folders(folders, binary)


def builtin_folder() -> Path:
    return load.builtin_folder()


def load_folders(folders: Sequence[Path], binary: str, cached: bool = True) -> Pack:
    """The pack of exactly these folders. `cached` False: nothing of it is kept (a folder that will not stay)."""
    return load.load(folders, OpaTools(binary), discover.cache_folder(os.environ) if cached else None)


def libraries(binary: str) -> tuple[str, ...]:
    """The built-in pack without its policies: the entry point, and what policies may import."""
    pack = load_pack(Config(), binary)
    policies = {policy.file for policy in pack.policies}
    return tuple(file for file in pack.modules if file not in policies)


def chosen(pack: Pack, config: Config, kind: str, framework: Framework | None = None) -> tuple[Policy, ...]:
    """The policies that run; with a framework, of these the ones behind its controls."""
    found = select.select(pack.policies, config.select, kind)
    return found if framework is None else tuple(policy for policy in found if policy.id in framework.policies)


def framework_of(name: str | None, file: Path | None, pack: Pack) -> Framework | None:
    """The framework that comes with the tool, or the team's own; None where none was asked for."""
    if name is None and file is None:
        return None
    from auditor.catalogue import frameworks

    if name is not None and file is not None:
        raise UsageError("one framework at a time: a name, or --framework-file")
    return frameworks.own(file, pack.policies) if file is not None else frameworks.builtin(str(name), pack.policies)


def make_plan(policies: Sequence[Policy], values: Mapping[str, Mapping[str, Json]]) -> Plan:
    """What the policies read where their parameters have these values (policy key to name to value)."""
    return plan.plan([parameters.as_set(policy, values.get(policy.key, {})) for policy in policies], FACTS)


def facts_of(plan: Plan) -> tuple[Fact, ...]:
    return tuple(FACTS[name] for name in plan.facts)


def parameter_values(
    pack: Pack, config: Config, settings: Sequence[str], framework: Framework | None = None
) -> dict[str, dict[str, Json]]:
    return parameters.plain(effective_values(pack, config, settings, framework))


def effective_values(
    pack: Pack, config: Config, settings: Sequence[str], framework: Framework | None = None
) -> dict[str, dict[str, parameters.Value]]:
    """Defaults < profile < configuration file < a team's framework < `--set id.name=value`."""
    flags = flag_values(settings)
    by_policy = {id: dict(row.parameters) for id, row in config.policies.items()}
    layers = [parameters.file_layer(by_policy), parameters.flag_layer(flags)]
    if framework is not None:
        from auditor.catalogue import frameworks

        layers.insert(1, parameters.framework_layer(framework.name, frameworks.settings(framework)))
    if config.profile_set is not None:
        from auditor.catalogue import profiles

        layers.insert(0, parameters.profile_layer(config.profile_set, profiles.settings(config.profile_set)))
    return parameters.effective(pack.policies, layers)


def flag_values(settings: Sequence[str]) -> dict[str, dict[str, Json]]:
    """`--set ID.NAME=VALUE` by policy and name."""
    flags: dict[str, dict[str, Json]] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        policy, dot, parameter = name.rpartition(".")
        if not (equals and dot):
            raise UsageError(f"--set {setting}: write it as POLICY-ID.PARAMETER=VALUE")
        flags.setdefault(policy, {})[parameter] = value
    return flags


def engine_of(config: Config, pack: Pack, binary: str) -> ManagedOpa | RemoteOpa:
    """An engine for a `with` block: entered, it is starting; after `wait` it answers."""
    if config.opa_url:
        return RemoteOpa(config.opa_url, os.environ.get("AUDITOR_OPA_TOKEN"), pack.revision)
    return ManagedOpa(binary, pack.modules)


def read_stdin() -> bytes:
    return sys.stdin.buffer.read() if sys.stdin is not None else b""


def source_line(stdin: Callable[[], bytes] | None) -> Callable[[str, int], str | None]:
    """A look at one line (from 1) of a file that was judged, for the console; None where it cannot be read."""
    kept: dict[str, list[str]] = {}

    def line(file: str, number: int) -> str | None:
        if file not in kept:
            kept.clear()  # findings come file by file: one file in memory is enough
            kept[file] = _lines(file, stdin)
        lines = kept[file]
        return lines[number - 1] if 0 < number <= len(lines) else None

    return line


def _lines(file: str, stdin: Callable[[], bytes] | None) -> list[str]:
    from auditor.sources.template.builder import Malformed
    from auditor.sources.template.decode import text_of

    try:
        raw = stdin() if file == "-" and stdin is not None else Path(file).read_bytes()
        text = text_of(raw)
    except (OSError, Malformed):  # it changed since it was judged
        return []
    return _LINE_END.split(text.removeprefix("\ufeff"))


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
