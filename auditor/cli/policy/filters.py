"""The filters of `auditor policy list`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

import msgspec

from auditor.config import nearest
from auditor.errors import UsageError
from auditor.model import Policy
from auditor.model.framework import Framework


class Wanted(msgspec.Struct, frozen=True):
    """What was asked for; empty and None mean everything."""

    ids: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    framework: Framework | None = None
    control: str | None = None
    function: str | None = None
    applies: str | None = None
    search: str | None = None


def chosen(policies: Sequence[Policy], wanted: Wanted) -> list[Policy]:
    """The policies that fit everything. UsageError for an id, type or control that no policy has."""
    _known("--policy", wanted.ids, [policy.id for policy in policies])
    _known("--type", wanted.types, {type for policy in policies for type in policy.subjects})
    _known("--reads", wanted.read, {type for policy in policies for type in policy.types})
    behind = None if wanted.framework is None else _behind(wanted.framework, wanted.control)
    if wanted.framework is None and wanted.control is not None:
        raise UsageError("--control chooses controls of --framework NAME (or --framework-file FILE)")
    return [policy for policy in policies if _fits(policy, wanted) and (behind is None or policy.id in behind)]


def _fits(policy: Policy, wanted: Wanted) -> bool:
    text = f"{policy.id}\n{policy.title}\n{policy.description}".casefold()
    return (
        _matches(wanted.ids, [policy.id])
        and (not wanted.severities or policy.severity.value in wanted.severities)
        and _matches(wanted.types, policy.subjects)
        and _matches(wanted.read, policy.types)
        and wanted.function in (None, policy.function)
        and (wanted.applies is None or policy.applies in ("both", wanted.applies))
        and (wanted.search is None or wanted.search.casefold() in text)
    )


def _matches(globs: Sequence[str], names: Iterable[str]) -> bool:
    return not globs or any(fnmatchcase(name, glob) for name in names for glob in globs)


def _known(option: str, globs: Sequence[str], names: Iterable[str]) -> None:
    for glob in globs:
        if not _matches([glob], names):
            raise UsageError(f"{option} {glob}: no policy has it{nearest(glob, names)}")


def _behind(framework: Framework, control: str | None) -> set[str]:
    controls = [row for row in framework.controls if control is None or fnmatchcase(row.id, control)]
    if not controls:
        raise UsageError(f"--control {control}: {framework.name} has no such control")
    return {id for row in controls for id in row.policies}
