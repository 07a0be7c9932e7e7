"""The schemas of resource types and of facts, wherever they come from."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditor.config import nearest
from auditor.facts.table import FACTS
from auditor.sources.template import schemas as provider
from auditor.sources.template.coerce import Shape

Schema = Mapping[str, Any]

_OWN = Path(__file__).resolve().parent.parent.parent / "schemas"
_FACTS = "facts"


def schema_of(type: str) -> Schema | None:
    """The schema of a resource type, ours or CloudFormation's; None where there is none."""
    return _own(type) if type.startswith("Auditor::") else provider.schema_of(type)


@functools.cache
def known() -> frozenset[str]:
    """Every resource type that has a schema."""
    own = {file.stem.replace("-", "::") for file in _OWN.glob("Auditor-*.json")}
    return frozenset(provider.known() | own)


def is_known(type: str) -> bool:
    return type in known()


def nearest_type(type: str) -> str:
    """ " (did you mean AWS::S3::Bucket?)", or nothing."""
    return nearest(type, known())


@functools.cache
def facts_of(type: str) -> Mapping[str, Schema]:
    """The facts that resources of a type carry, with their schemas; {} for one whose shape is not written down."""
    shapes = json.loads((_OWN / f"{_FACTS}.json").read_bytes())
    return {name: shapes.get(name, {}) for name, fact in FACTS.items() if type in fact.on}


@functools.lru_cache(maxsize=512)
def shape_of(type: str) -> Shape | None:
    """What may stand in the properties of a type, and below "facts" in its facts; None for an unknown type."""
    schema = schema_of(type)
    if schema is None:
        return None
    return Shape(dict(schema), dict(schema))


@functools.lru_cache(maxsize=512)
def facts_shape(type: str) -> Shape:
    """The facts of a type, by name."""
    schema: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": dict(facts_of(type))}
    return Shape(schema, schema)


def _own(type: str) -> Schema | None:
    file = _OWN / f"{type.replace('::', '-')}.json"
    if not file.is_file():
        return None
    schema: Schema = json.loads(file.read_bytes())
    return schema
