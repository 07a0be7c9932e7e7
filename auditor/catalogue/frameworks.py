"""Frameworks as data: the lists that come with the tool, and a team's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from auditor.catalogue.load import builtin_folder
from auditor.catalogue.parameters import fault
from auditor.config import nearest
from auditor.errors import UsageError
from auditor.model import Json, Policy
from auditor.model.framework import Control, Framework

BUILTIN = ("cis_aws_7_0", "cis_aws_6_0", "fsbp")


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One control of a list; its id is the key. Which policies serve it stands in the policies."""

    title: str
    how: Literal["automated", "manual"] = "automated"
    rest: str = ""
    otherwise: str = ""
    uncertain: bool = False


class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of `policies/frameworks`, below its own name (stock OPA loads the folder as data).

    A control that is only a text has nothing but its title.

    `elsewhere`: controls that policies may name although the list does not hold them, with the reason.
    """

    title: str
    source: str
    controls: Mapping[str, Row | str]
    elsewhere: Mapping[str, str] = {}


class OwnControl(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`policies`: ids. `parameters`: per policy id, the values with which it has to be judged."""

    title: str
    policies: tuple[str, ...] = ()
    how: Literal["automated", "manual"] = "automated"
    rest: str = ""
    otherwise: str = ""
    parameters: Mapping[str, Mapping[str, Json]] = {}


class OwnFramework(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A team's own framework (`--framework-file`): its controls by id, in their order."""

    name: str
    title: str
    controls: Mapping[str, OwnControl]
    source: str = ""


def schema() -> dict[str, Any]:
    """The JSON Schema of `--framework-file` (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "auditor framework",
        **msgspec.json.schema(OwnFramework),
    }


def listing(name: str) -> Listing:
    """The list of a framework that comes with the tool. UsageError names the nearest where there is none."""
    if name not in BUILTIN:
        hint = nearest(name, BUILTIN) or f" (one of {', '.join(BUILTIN)})"
        raise UsageError(f'no framework "{name}"{hint}; --framework-file reads your own')
    file = builtin_folder() / "frameworks" / f"{name}.yaml"
    held: dict[str, Listing] = _read(file, dict[str, Listing])
    return held[name]


def builtin(name: str, policies: Sequence[Policy]) -> Framework:
    """A framework that comes with the tool; behind each control the policies that name it, in their order."""
    held = listing(name)
    rows = {id: Row(row) if isinstance(row, str) else row for id, row in held.controls.items()}
    controls = tuple(
        Control(
            id=id,
            title=row.title,
            how=row.how,
            rest=row.rest,
            otherwise=row.otherwise,
            uncertain=row.uncertain,
            policies=tuple(policy.id for policy in policies if id in policy.controls.get(name, ())),
        )
        for id, row in rows.items()
    )
    return Framework(name, held.title, held.source, controls)


def own(file: Path, policies: Sequence[Policy]) -> Framework:
    """A team's own framework. UsageError with one line for each thing that is wrong, and the nearest right one."""
    held: OwnFramework = _read(file, OwnFramework)
    by_id = {policy.id: policy for policy in policies}
    mistakes = [mistake for id, row in held.controls.items() for mistake in _mistakes(id, row, by_id)]
    mistakes += _conflicts(held)
    if mistakes:
        raise UsageError("\n".join(f"{file}: {mistake}" for mistake in mistakes))
    controls = tuple(
        Control(id, row.title, row.how, row.rest, row.otherwise, policies=row.policies, parameters=row.parameters)
        for id, row in held.controls.items()
    )
    return Framework(held.name, held.title, held.source or str(file), controls)


def settings(framework: Framework) -> dict[str, dict[str, Json]]:
    """The parameters that a framework asks for, by policy id."""
    merged: dict[str, dict[str, Json]] = {}
    for control in framework.controls:
        for id, values in control.parameters.items():
            merged.setdefault(id, {}).update(values)
    return merged


def _mistakes(id: str, row: OwnControl, by_id: Mapping[str, Policy]) -> list[str]:
    found = [
        f'control {id}: no policy "{policy}"{nearest(policy, by_id)}' for policy in row.policies if policy not in by_id
    ]
    for policy, values in row.parameters.items():
        if policy not in row.policies:
            found.append(f'control {id}: parameters for "{policy}", which is none of its policies')
        elif policy in by_id:
            found += _wrong_values(f"control {id}: {policy}", by_id[policy], values)
    return found


def _wrong_values(where: str, policy: Policy, values: Mapping[str, Json]) -> list[str]:
    found = []
    for name, value in values.items():
        if name not in policy.parameters:
            hint = nearest(name, policy.parameters)
            found.append(f'{where} has no parameter "{name}"{hint}')
        elif (wrong := fault(policy.parameters[name], value)) is not None:
            found.append(f"{where}.{name} = {msgspec.json.encode(value).decode()}: {wrong}")
    return found


def _conflicts(held: OwnFramework) -> list[str]:
    """One run judges a policy with one set of values, so controls cannot ask for different ones."""
    asked: dict[tuple[str, str], tuple[str, Json]] = {}
    found = []
    for id, row in held.controls.items():
        for policy, values in row.parameters.items():
            for name, value in values.items():
                first, other = asked.setdefault((policy, name), (id, value))
                if other != value:
                    found.append(f"controls {first} and {id} ask for different values of {policy}.{name}")
    return found


class _Loader(yaml.SafeLoader):
    """`3.10` is the id of a control, not the number 3.1: a key is the text that stands there."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [str(key.value) for key, _ in node.value]
        if twice := next((key for key in keys if keys.count(key) > 1), None):
            message = f'the key "{twice}" stands there twice'
            raise yaml.constructor.ConstructorError(None, None, message, node.start_mark)
        return {str(key.value): self.construct_object(value, deep=True) for key, value in node.value}


def _construct(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    return loader.construct_mapping(node)


_Loader.add_constructor("tag:yaml.org,2002:map", _construct)


def _read(file: Path, type: type[Any]) -> Any:
    try:
        tree = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)
        return msgspec.convert(tree, type)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: the framework cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise UsageError(f"{file}: no valid YAML: {error}") from error
    except msgspec.ValidationError as error:
        raise UsageError(f"{file}: {error} (auditor schema framework)") from error
