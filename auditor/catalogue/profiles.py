"""Profiles: parameters of many policies that are set together (`--profile-set`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import yaml

from auditor.catalogue.load import builtin_folder
from auditor.config import nearest
from auditor.errors import UsageError
from auditor.model import Json

PROFILES = ("cis", "fsbp", "strict")


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of `policies/profiles`, below the file's own name: values by policy id and name."""

    title: str
    parameters: Mapping[str, Mapping[str, Json]]


def profile(name: str) -> Profile:
    """UsageError where there is none, with the nearest."""
    if name not in PROFILES:
        hint = nearest(name, PROFILES) or f" (one of {', '.join(PROFILES)})"
        raise UsageError(f'no profile "{name}"{hint}')
    file = builtin_folder() / "profiles" / f"{name}.yaml"
    tree: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    return msgspec.convert(tree, dict[str, Profile])[name]


def settings(name: str) -> Mapping[str, Mapping[str, Json]]:
    return profile(name).parameters
