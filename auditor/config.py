"""`auditor.toml`: everything the gate can be told, with one schema for file and documentation.

Flags win over the file. An unknown key is an error that names the nearest right one.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from auditor.errors import UsageError
from auditor.model import Json, Severity

FILE = "auditor.toml"


class Accept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A blind spot that somebody answers for: gaps that match every given field are ACCEPTED, not incomplete.

    `account`, `region`, `type`, `action`, `detail` are globs; at least one must be given. `action` matches the
    IAM action that a gap names, `detail` its whole text. `expires` is a date (YYYY-MM-DD); `[waivers]` says whether
    it may be left out.
    """

    reason: str
    owner: str
    account: str | None = None
    region: str | None = None
    type: str | None = None
    action: str | None = None
    detail: str | None = None
    expires: date | None = None


class Waivers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The files of waivers, and the rules for these, for waivers in templates and for accepted blind spots.

    One that breaks a rule does not count and is reported. `max_days`: how far ahead an expiry may lie (0: as far as
    one likes). One that expires within `warn_days` is announced.
    """

    files: tuple[str, ...] = ()
    require_expiry: bool = True
    max_days: int = 365
    warn_days: int = 14


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How templates are read: pseudo parameters, parameter files, worlds, and what a left-out property means."""

    worlds: Literal["all", "default"] = "all"
    max_worlds: int = 64
    account: str | None = None
    region: str | None = None
    partition: str = "aws"
    parameter_files: tuple[str, ...] = ()
    parameters: Mapping[str, str] = {}
    assume: Mapping[str, Json] = {}
    accepted_macros: tuple[str, ...] = ()


class PolicySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    parameters: Mapping[str, Json] = {}


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. Paths are relative to the folder of the file."""

    fail_on: Severity = Severity.HIGH
    min_severity: Severity = Severity.LOW
    lenient: bool = False
    select: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    profile_set: Literal["cis", "fsbp", "strict"] | None = None
    sarif_unknown: Literal["note", "omit"] = "note"
    sarif_suppressed: Literal["omit", "mark"] = "omit"
    baseline: str | None = None
    opa_url: str | None = None
    template: Template = Template()
    policies: Mapping[str, PolicySettings] = {}
    accept: tuple[Accept, ...] = ()
    waivers: Waivers = Waivers()


def load(path: Path | None) -> Config:
    """The configuration of a file; None: `auditor.toml` here if there is one, else the defaults.

    UsageError for a file that is not there, is no TOML, or holds what the schema does not know.
    """
    if path is None:
        path = Path(FILE)
        if not path.exists():
            return Config()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: the configuration cannot be read: {error}") from error
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}") from error
    _refuse_unknown(tree, Config, "", path)
    try:
        config = msgspec.convert(tree, Config)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {error}") from error
    for accept in config.accept:
        if not (accept.account or accept.region or accept.type or accept.action or accept.detail):
            raise UsageError(f"{path}: an [[accept]] needs an account, region, type, action or detail to match")
    return _beside(config, path.parent)


def schema() -> dict[str, Any]:
    """The JSON Schema of the file (draft 2020-12)."""
    return msgspec.json.schema(Config)


def nearest(name: str, known: Any) -> str:
    """` (did you mean "x"?)`, or nothing."""
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f' (did you mean "{matches[0]}"?)' if matches else ""


def _beside(config: Config, folder: Path) -> Config:
    if folder == Path():
        return config
    template = msgspec.structs.replace(
        config.template, parameter_files=tuple(str(folder / file) for file in config.template.parameter_files)
    )
    waivers = msgspec.structs.replace(config.waivers, files=tuple(str(folder / file) for file in config.waivers.files))
    return msgspec.structs.replace(
        config,
        packs=tuple(str(folder / pack) for pack in config.packs),
        baseline=config.baseline and str(folder / config.baseline),
        template=template,
        waivers=waivers,
    )


def _refuse_unknown(tree: Mapping[str, Json], struct: type[msgspec.Struct], where: str, path: Path) -> None:
    fields = get_type_hints(struct)
    for key, value in tree.items():
        if key not in fields:
            raise UsageError(f'{path}: unknown key "{where}{key}"{nearest(key, fields)}')
        below = _struct_in(fields[key])
        if below is None:
            continue
        if get_origin(fields[key]) is tuple and isinstance(value, list):
            for element in value:
                if isinstance(element, Mapping):
                    _refuse_unknown(element, below, f"{where}{key}.", path)
        elif get_origin(fields[key]) is not None and isinstance(value, Mapping):
            for name, element in value.items():
                if isinstance(element, Mapping):
                    _refuse_unknown(element, below, f"{where}{key}.{name}.", path)
        elif isinstance(value, Mapping):
            _refuse_unknown(value, below, f"{where}{key}.", path)


def _struct_in(hint: Any) -> type[msgspec.Struct] | None:
    for candidate in (hint, *get_args(hint)):
        if isinstance(candidate, type) and issubclass(candidate, msgspec.Struct):
            return candidate
    return None
