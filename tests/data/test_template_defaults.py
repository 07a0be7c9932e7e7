"""The rows of the defaults against the registry's schemas: the property exists and takes the value."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.data.relations import BY_TYPE
from auditor.data.template_defaults import ASSUMABLE, DEFAULTS, Default, Inherited
from auditor.sources.template.coerce import Shape, shape_of

JSON_TYPES: dict[Any, set[str]] = {
    bool: {"boolean"},
    int: {"integer", "number"},
    str: {"string"},
    list: {"array"},
    dict: {"object"},
}


def at(type: str, field: str) -> Shape | None:
    shape: Shape | None = shape_of(type)
    for key in field.split("/"):
        shape = shape and (shape.items() if key == "*" else shape.below(key))
    return shape


@pytest.mark.parametrize("row", DEFAULTS, ids=lambda row: f"{row.type}.{row.field}")
def test_a_row_fits_the_schema(row: Default) -> None:
    shape = at(row.type, row.field)
    assert shape is not None
    assert row.link.startswith("https://docs.aws.amazon.com/")
    if isinstance(row.value, Inherited):
        assert at(row.type, row.value.of) is not None
        assert not row.value.at or at(row.value.type, row.value.at) is not None
    else:
        assert JSON_TYPES[type(row.value)] & shape.types
    for test in row.when:
        assert test.test in ("assumed", "region") or at(row.type, test.of) is not None


@pytest.mark.parametrize("row", [row for row in DEFAULTS if isinstance(row.value, Inherited)], ids=lambda r: r.type)
def test_what_is_inherited_from_a_resource_is_joined_with_it(row: Default) -> None:
    if row.value.at:
        targets = {relation.target for relation in BY_TYPE[row.type] if relation.field == row.value.of}
        assert row.value.type in targets


def test_a_row_without_tests_is_the_last_of_its_property() -> None:
    last: dict[tuple[str, str], bool] = {}
    for row in DEFAULTS:
        key = (row.type, row.field)
        assert not last.get(key), f"{key}: a row that is never reached"
        last[key] = not row.when


def test_what_the_configuration_may_assume() -> None:
    assert {"s3_public_access_block", "default_encryption_regions"} == ASSUMABLE
