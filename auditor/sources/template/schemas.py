"""The provider schemas that cfn-lint ships, read as files: importing cfn-lint costs more than judging a template.

https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditor.errors import SourceError

# The region whose schemas are used where the template's region is not set: it has the most types.
DEFAULT_REGION = "us-east-1"


def schema_of(type: str, region: str | None = None) -> Mapping[str, Any] | None:
    """The schema of a resource type; None where the registry does not know it."""
    for place in dict.fromkeys((region or DEFAULT_REGION, DEFAULT_REGION)):
        name = _types(place).get(type)
        if name is not None:
            schema: dict[str, Any] = json.loads((_folder() / "resources" / f"{name}.json").read_bytes())
            return schema
    return None


def is_known(type: str) -> bool:
    return type in _types(DEFAULT_REGION)


def known() -> frozenset[str]:
    """Every type that has a schema in the default region."""
    return frozenset(_types(DEFAULT_REGION))


def version() -> str:
    """cfn-lint's, with whose releases the schemas change."""
    return importlib.metadata.version("cfn-lint")


@functools.cache
def _types(region: str) -> Mapping[str, str]:
    """Type to the name of its schema file; SAM's types are the same in every region."""
    found: dict[str, str] = {}
    for name in (region, "sam"):
        file = _folder() / "providers" / f"{name}.json"
        if file.exists():
            found |= json.loads(file.read_bytes())
    return found


@functools.cache
def _folder() -> Path:
    """Where cfn-lint keeps its data; found without importing it."""
    spec = importlib.util.find_spec("cfnlint")
    if spec is None or not spec.submodule_search_locations:
        raise SourceError("cfn-lint is not installed, so templates have no schemas: pip install cfn-lint")
    return Path(spec.submodule_search_locations[0]) / "data" / "schemas"
