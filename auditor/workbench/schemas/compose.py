"""One schema for the whole input, in the words that OPA's type checker understands.

OPA 1.22 takes `properties` as all there are, picks one of several types, and fails over `allOf`: what it would
misread is left open here. Types that the policies do not name are there by name only, so that a misspelt one is
found without reading 1,800 schemas.
https://www.openpolicyagent.org/docs/policy-language#schema
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from auditor.sources.template import schemas as provider
from auditor.workbench.schemas import types
from auditor.workbench.schemas.types import Schema

_NAMED = re.compile(r'"((?:AWS|Auditor|Custom|Alexa)::[A-Za-z0-9]+(?:::[A-Za-z0-9]+)*)"')
_SCALARS = ("string", "integer", "number", "boolean")
_KEPT = 20
_TEXT: Schema = {"type": "string"}


def mentioned(rego: Iterable[str]) -> frozenset[str]:
    """The resource types that these Rego texts name, known or not."""
    return frozenset(name for text in rego for name in _NAMED.findall(text))


def input_schema(resource_types: Iterable[str]) -> Schema:
    """The schema of `input`, with these types in full: properties, tags, facts. The other types stand there by name.

    A type that nobody knows is left out, so that naming it is an error; `Custom::` types are open.
    """
    full = sorted(set(resource_types))
    resources: dict[str, Schema] = {name: {"type": "array"} for name in sorted(types.known())}
    definitions: dict[str, Schema] = {}
    for name in full:
        schema = types.schema_of(name)
        if schema is not None:
            definitions[name] = _definition(name, schema)
            resources[name] = {"type": "array", "items": _resource(name)}
        elif name.startswith("Custom::"):
            resources[name] = {"type": "array"}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {
            "policies": {"type": "array", "items": _TEXT},
            "taken_at": _TEXT,
            "parameters": {},
            "resources": {"type": "object", "properties": resources},
        },
        "definitions": definitions,
    }


def schema_file(resource_types: Iterable[str], cache: Path) -> Path:
    """The same as a file, made once per version of the schemas and set of types. The last few are kept."""
    wanted = sorted(set(resource_types))
    folder = cache / "schemas"
    file = folder / f"{_version()}-{hashlib.sha256(' '.join(wanted).encode()).hexdigest()[:16]}.json"
    if file.is_file():
        return file
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder)
    with open(handle, "wb") as out:
        out.write(msgspec.json.encode(input_schema(wanted)))
    os.replace(name, file)
    dated = sorted(folder.glob("*.json"), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in dated[_KEPT:]:
        old.unlink(missing_ok=True)
    return file


def _version() -> str:
    """What the schemas depend on: cfn-lint's, our own, and how they are made here."""
    digest = hashlib.sha256(provider.version().encode())
    here = Path(__file__).parent
    for part in sorted([*here.glob("*.py"), *here.parent.parent.glob("schemas/*.json")]):
        digest.update(part.read_bytes())
    return digest.hexdigest()[:16]


def _resource(type: str) -> Schema:
    identities = dict.fromkeys(("type", "id", "name", "arn", "account", "region"), _TEXT)
    facts = {name: _slim(schema, "") for name, schema in types.facts_of(type).items()}
    return {
        "type": "object",
        "properties": {
            **identities,
            "properties": {"$ref": f"#/definitions/{type}"},
            "tags": {"type": "object", "additionalProperties": _TEXT},
            "facts": {"type": "object", "properties": facts} if facts else {},
        },
    }


def _definition(type: str, schema: Schema) -> Schema:
    """A type's properties, with what they refer to below them."""
    place = f"#/definitions/{type}"
    own = {name: _slim(each, place) for name, each in schema.get("definitions", {}).items()}
    return {**_slim({**schema, "type": "object"}, place), "definitions": own}


def _slim(schema: Any, place: str) -> Schema:
    """What of a schema OPA understands, and editors show; {} is anything. References start at `place`."""
    if not isinstance(schema, Mapping):
        return {}
    if "$ref" in schema:
        reference = str(schema["$ref"])
        return {"$ref": place + reference[1:]} if reference.startswith("#/") else {}
    kind = schema.get("type", "object" if "properties" in schema else None)
    if kind == "object" and schema.get("properties") and _is_closed(schema):
        return {"type": "object", "properties": {name: _slim(v, place) for name, v in schema["properties"].items()}}
    if kind == "array":
        return {"type": "array", "items": _slim(schema.get("items"), place)}
    if kind in _SCALARS:
        return {"type": kind, **({"enum": schema["enum"]} if "enum" in schema else {})}
    return {}


def _is_closed(schema: Schema) -> bool:
    return not schema.get("additionalProperties") and not schema.get("patternProperties")
