"""What collectors emit, against the schemas: names, types and values at every depth.

https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, NamedTuple

import jsonschema
import msgspec
import pytest

from auditor.collectors.base import Collector
from auditor.model import Hidden, Resource
from auditor.sources.template.schemas import schema_of


class Misfit(NamedTuple):
    """`path`: with * for an index. `keyword`: the schema's that is not met. `value`: the one, or the unknown names."""

    type: str
    path: str
    keyword: str
    value: str


# What AWS takes and the schema does not -> why it stands in an account. A value of "*": any.
ANSWERED = {
    Misfit(
        *("AWS::EC2::LaunchTemplate", "LaunchTemplateData/MetadataOptions/HttpEndpoint", "enum", "other")
    ): "a case of a policy makes it up, and moto keeps it",
    Misfit(
        *("AWS::Organizations::Policy", "Arn", "pattern", "*")
    ): "moto writes its own account and organization into the ARN of FullAWSAccess, which is AWS's",
    Misfit("AWS::Lambda::Permission", "SourceArn", "pattern", "arn:aws:sns:eu-west-1:*:t"): "AddPermission takes a *",
}


def _never(*_: Any) -> Iterator[Any]:
    """What was not asked for is not there: nothing is required, and alternatives differ by what they require."""
    yield from ()


_Validator = jsonschema.validators.extend(
    jsonschema.Draft7Validator,
    {
        **dict.fromkeys(("required", "dependentRequired", "minProperties", "if", "not"), _never),
        "oneOf": jsonschema.Draft7Validator.VALIDATORS["anyOf"],
    },
)


@functools.cache
def _validator(type: str) -> Any:
    if type.startswith("AWS::"):
        return _Validator(schema_of(type) or {})
    name = type.replace("::", "-")
    return _Validator(json.loads(resources.files("auditor").joinpath("schemas", f"{name}.json").read_text()))


def misfits(resource: Resource) -> set[Misfit]:
    """Each value that the schema of its type does not allow, as the snapshot file would hold it."""
    properties = msgspec.to_builtins(_seen(resource.properties), str_keys=True)
    leaves = [leaf for error in _validator(resource.type).iter_errors(properties) for leaf in _leaves(error)]
    return {_misfit(resource.type, leaf) for leaf in leaves}


def _misfit(type: str, error: Any) -> Misfit:
    path = "/".join("*" if isinstance(step, int) else str(step) for step in error.absolute_path)
    value = error.instance
    if error.validator == "additionalProperties":
        value = " ".join(sorted(set(value) - set(error.schema["properties"])))
    return Misfit(type, path, str(error.validator), str(value))


def _leaves(error: Any) -> list[Any]:
    return [leaf for below in error.context for leaf in _leaves(below)] if error.context else [error]


def _seen(node: Any) -> Any:
    """Without what is hidden."""
    if isinstance(node, Mapping):
        return {key: _seen(value) for key, value in node.items() if not isinstance(value, Hidden)}
    return [_seen(each) for each in node if not isinstance(each, Hidden)] if isinstance(node, (list, tuple)) else node


@pytest.fixture(autouse=True)
def shapes_are_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test collects, from moto or from recorded answers, is as the schemas say."""
    wrong: set[Misfit] = set()
    collected = Collector.resources

    def watched(collector: Collector) -> Iterator[Resource]:
        for resource in collected(collector):
            wrong.update(misfits(resource))
            yield resource

    monkeypatch.setattr(Collector, "resources", watched)
    yield
    left = sorted(one for one in wrong if not {one, one._replace(value="*")} & ANSWERED.keys())
    assert not left, "\n".join(map(str, left))
