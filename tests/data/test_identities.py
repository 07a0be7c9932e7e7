"""The table of identities against the registry's schemas: what `Ref` returns is a resource's primary identifier."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from auditor.data.identities import ABSENT, BESIDE, KINDS, Kind

FIELDS = {"partition", "region", "account", "suffix", "name", "id"}

# Where `Ref` is not the primary identifier, the page of the type (section "Return values") says so.
NOT_PRIMARY = {
    "AWS::Events::Rule": "Ref returns the rule's name, the identifier is its ARN",
}


def schema_of(type: str) -> Any:
    return PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type)


def kinds() -> list[Any]:
    return [pytest.param(kind, id=kind.type) for kind in KINDS.values()]


@pytest.mark.parametrize("kind", kinds())
def test_names_and_attributes_exist(kind: Kind) -> None:
    schema = schema_of(kind.type)
    properties = set(schema.schema["properties"])
    assert kind.name is None or kind.name in properties
    assert {*kind.ids, *kind.arns, *kind.names} <= {*schema.get_atts, *properties}
    for format in (kind.ref, kind.arn or "", *kind.also):
        assert set(re.findall(r"\{(\w+)\}", format)) <= FIELDS | properties


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind.type not in NOT_PRIMARY], ids=lambda k: k.type
)
def test_ref_is_the_primary_identifier(kind: Kind) -> None:
    identifiers = [pointer.removeprefix("/properties/") for pointer in schema_of(kind.type).schema["primaryIdentifier"]]
    if len(identifiers) > 1:
        assert kind.name == identifiers[-1], "Ref returns the last part of a composite identifier"
        return
    (identifier,) = identifiers
    if kind.ref == "{name}":
        assert identifier in (kind.name, *kind.ids)
    elif kind.ref == kind.arn:
        assert identifier in (*kind.arns, *kind.ids) and ("arn" in identifier.lower() or identifier in kind.ids)
    else:
        assert identifier in kind.ids


@pytest.mark.parametrize("kind", kinds())
def test_what_may_be_read_only_is_made_up(kind: Kind) -> None:
    """A name that no template can set is no name property."""
    read_only = {
        pointer.removeprefix("/properties/") for pointer in schema_of(kind.type).schema.get("readOnlyProperties", ())
    }
    assert kind.name not in read_only
    assert "{name}" not in f"{kind.ref}{kind.arn}" or kind.name is not None


def test_formats_are_arns() -> None:
    assert all(kind.arn is None or kind.arn.startswith("arn:{partition}:") for kind in KINDS.values())
    assert all(kind.page.startswith("https://docs.aws.amazon.com/") for kind in KINDS.values())


def test_fields_with_a_value_when_absent_are_used() -> None:
    used = {field for kind in KINDS.values() for field in re.findall(r"\{(\w+)\}", kind.arn or "")}
    assert set(ABSENT) <= used


def test_what_stands_beside_is_an_attribute() -> None:
    for (type, attribute), (beside, known) in BESIDE.items():
        assert attribute in schema_of(type).get_atts
        assert beside in KINDS and set(known) <= set(schema_of(beside).schema["properties"])
