"""The JSON Schema of a policy's metadata, for editors; `metadata` says the same with places and hints."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

from auditor.catalogue.metadata import CHOICES, REQUIRED
from auditor.model import Parameter

_TEXT = {"type": "string", "minLength": 1}
_TYPE = {"type": "string", "pattern": "^[A-Za-z0-9]+::[A-Za-z0-9]+(::[A-Za-z0-9]+)?$"}
_PATHS = {"type": "array", "items": {"anyOf": [{"type": "string", "pattern": "^(/|\\[\\]$)"}, {"const": []}]}}


def schema() -> dict[str, Any]:
    """The METADATA comment above a policy's package, as YAML (draft 2020-12)."""
    choices = {name: {"enum": list(values)} for name, values in CHOICES.items()}
    custom = {
        "id": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
        **choices,
        "subject": {"anyOf": [_TYPE, {"type": "array", "items": _TYPE, "minItems": 1}]},
        "reads": {"type": "object", "additionalProperties": _closed(needs=_PATHS, seeks=_PATHS)},
        "parameters": {"type": ["object", "null"], "additionalProperties": _parameter()},
        "controls": {
            "type": ["object", "null"],
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "remediation": {
            **_closed(text=_TEXT, properties={"type": "object"}, cli={"type": "string"}),
            "required": ["text"],
        },
        "lint": {"type": ["object", "null"], "additionalProperties": _TEXT},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "auditor policy metadata",
        **_closed(
            title=_TEXT,
            description=_TEXT,
            related_resources={"type": "array"},
            authors={"type": "array"},
            organizations={"type": "array"},
            scope={"const": "package"},
            schemas={"type": "array"},
            custom={**_closed(**custom), "required": list(REQUIRED)},
        ),
        "required": ["title", "description", "custom"],
    }


def _parameter() -> dict[str, Any]:
    types = list(get_args(get_type_hints(Parameter)["type"]))
    number, text = {"type": "number"}, {"type": "string"}
    known = _closed(
        type={"enum": types}, default={}, description=text, minimum=number, maximum=number, values={"type": "array"}
    )
    return {**known, "required": ["type", "default"]}


def _closed(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}
