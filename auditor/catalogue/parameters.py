"""The values of the policies' parameters: default < profile < configuration file < framework < flag."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import msgspec

from auditor.config import nearest
from auditor.errors import UsageError
from auditor.model import Json, Parameter, Policy

_TYPES: Mapping[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "array": (list, tuple),
}


Settings = Mapping[str, Mapping[str, Json]]


class Layer(msgspec.Struct, frozen=True):
    """Values from one place, by policy id. `policy` and `parameter` are how errors call them."""

    origin: str
    settings: Settings
    policy: str  # "{id}" stands for the policy
    parameter: str  # "{id}" and "{name}"
    text: bool = False  # values are texts, to be read as the parameter's type


class Value(msgspec.Struct, frozen=True):
    """An effective value and where it comes from: "default" or the origin of a layer."""

    value: Json
    origin: str


def profile_layer(name: str, settings: Settings) -> Layer:
    return Layer(f"profile {name}", settings, f"profile {name}: {{id}}", f"profile {name}: {{id}}.{{name}}")


def file_layer(settings: Settings) -> Layer:
    return Layer("configuration", settings, '[policies."{id}"]', '[policies."{id}".parameters] {name}')


def framework_layer(name: str, settings: Settings) -> Layer:
    return Layer(f"framework {name}", settings, f"framework {name}: {{id}}", f"framework {name}: {{id}}.{{name}}")


def flag_layer(settings: Settings) -> Layer:
    """The values are texts: an array is JSON or separated by commas."""
    return Layer("--set", settings, "--set {id}", "--set {id}.{name}", text=True)


def resolve(policies: Sequence[Policy], configured: Settings, flags: Settings) -> dict[str, dict[str, Json]]:
    """Key to name to value, for every policy; see `effective`."""
    return plain(effective(policies, (file_layer(configured), flag_layer(flags))))


def plain(values: Mapping[str, Mapping[str, Value]]) -> dict[str, dict[str, Json]]:
    """The values without their origins."""
    return {key: {name: value.value for name, value in row.items()} for key, row in values.items()}


def as_set(policy: Policy, values: Mapping[str, Json]) -> Policy:
    """The policy without what it reads only where a parameter has another value."""
    kept = [one for one in policy.accesses if all(values.get(name) == value for name, value in one.given)]
    return msgspec.structs.replace(policy, accesses=tuple(msgspec.structs.replace(one, given=()) for one in kept))


def effective(policies: Sequence[Policy], layers: Sequence[Layer]) -> dict[str, dict[str, Value]]:
    """Key to name to value with its origin, for every policy; later layers win.

    UsageError for a policy or name that does not exist, with the nearest that does, and for a value of the wrong
    type or out of bounds; each says where the value came from.
    """
    by_id = {policy.id: policy for policy in policies}
    found = {
        policy.key: {name: Value(parameter.default, "default") for name, parameter in policy.parameters.items()}
        for policy in policies
    }
    for layer in layers:
        for policy, name, value, where in _settings(by_id, layer):
            parameter = policy.parameters[name]
            if layer.text and isinstance(value, str):
                value = _parsed(parameter, value)
            if (wrong := fault(parameter, value)) is not None:
                raise UsageError(f"{where} = {json.dumps(value, default=str)}: {wrong}")
            found[policy.key][name] = Value(list(value) if isinstance(value, tuple) else value, layer.origin)
    return found


def fault(parameter: Parameter, value: Json) -> str | None:
    """What is wrong with a value, None if nothing is. Elements of arrays are strings, numbers or booleans."""
    if not isinstance(value, _TYPES[parameter.type]) or (isinstance(value, bool) and parameter.type != "boolean"):
        return f"must be of type {parameter.type}"
    for item in value if isinstance(value, list | tuple) else [value]:
        if not isinstance(item, str | int | float):
            return "elements must be strings, numbers or booleans"
        if parameter.type == "array" and (wrong := _unlike_default(parameter, item)) is not None:
            return wrong
        if parameter.values and item not in parameter.values:
            return f"must be one of {json.dumps(list(parameter.values))}"
        if isinstance(item, str):
            continue
        if parameter.minimum is not None and item < parameter.minimum:
            return f"must be at least {parameter.minimum:g}"
        if parameter.maximum is not None and item > parameter.maximum:
            return f"must be at most {parameter.maximum:g}"
    return None


def _unlike_default(parameter: Parameter, item: Json) -> str | None:
    """Where the default has only strings the analysis of reads relies on it, and so does the author."""
    samples = [*parameter.default, *parameter.values] if isinstance(parameter.default, list | tuple) else []
    if samples and all(isinstance(sample, str) for sample in samples) and not isinstance(item, str):
        return "elements must be strings"
    return None


def _settings(by_id: Mapping[str, Policy], layer: Layer) -> list[tuple[Policy, str, Json, str]]:
    found = []
    for id, values in layer.settings.items():
        where = layer.policy.format(id=id)
        if id not in by_id:
            raise UsageError(f'{where}: no policy "{id}"{nearest(id, by_id)}')
        known = by_id[id].parameters
        for name, value in values.items():
            place = layer.parameter.format(id=id, name=name)
            if name not in known:
                hint = nearest(name, known) or (f" (it has {', '.join(known)})" if known else " (it has none)")
                raise UsageError(f'{place}: no parameter "{name}"{hint}')
            found.append((by_id[id], name, value, place))
    return found


def _parsed(parameter: Parameter, text: str) -> Json:
    """The text of a flag as a value; text that is none stays text, which the check then refuses."""
    if parameter.type == "string":
        return text
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if parameter.type != "array" or isinstance(value, list):
        return value
    parts = [part.strip() for part in text.split(",") if part.strip()]
    samples = [*parameter.default, *parameter.values]
    if samples and not any(isinstance(sample, str) for sample in samples):
        return [_parsed(Parameter("number", 0), part) for part in parts]
    return parts
