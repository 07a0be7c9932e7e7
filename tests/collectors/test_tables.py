"""The tables against what they speak of: botocore's models, and CloudFormation's schemas."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import botocore.session
import pytest

from auditor.collectors.base import planned
from auditor.collectors.call import LIST, Call, Service
from auditor.collectors.table import SERVICES

CALLS = [(service, call) for service in SERVICES for call in service.calls]
NOT_PROPERTIES = {LIST, "*", "tags", "facts"}


def label(value: object) -> str:
    return value.operation if isinstance(value, Call) else value.client if isinstance(value, Service) else ""


@cache
def model(client: str) -> Any:
    return botocore.session.get_session().get_service_model(client)


@cache
def properties_of(type: str) -> frozenset[str]:
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    return frozenset(PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type).schema["properties"])


def operation_name(call: Call, service: Service) -> str:
    client_methods = {
        re.sub(r"\W", "", name).lower(): name for name in model(call.client or service.client).operation_names
    }
    return client_methods[call.method.replace("_", "").lower()]


@pytest.mark.parametrize(("service", "call"), CALLS, ids=label)
def test_the_operation_exists_and_takes_the_arguments(service: Service, call: Call) -> None:
    operation = model(call.client or service.client).operation_model(operation_name(call, service))
    members = set(operation.input_shape.members) if operation.input_shape else set()
    assert set(call.arguments) - {"PaginationConfig"} <= members


@pytest.mark.parametrize(("service", "call"), CALLS, ids=label)
def test_a_call_is_paged_exactly_where_botocore_can(service: Service, call: Call) -> None:
    loader = botocore.session.get_session().get_component("data_loader")
    pages = loader.load_service_model(call.client or service.client, "paginators-1")["pagination"]
    assert call.paged == (operation_name(call, service) in pages)


@pytest.mark.parametrize(("service", "call"), CALLS, ids=label)
def test_every_filled_property_is_cloudformations(service: Service, call: Call) -> None:
    for type, filled in call.fills.items():
        if type.startswith("AWS::"):
            assert set(filled) - NOT_PROPERTIES <= properties_of(type), type


def test_no_operation_stands_twice_in_a_service() -> None:
    for service in SERVICES:
        names = [call.operation for call in service.calls]
        assert len(names) == len(set(names)), service.client


def test_what_hangs_on_a_type_brings_its_listing() -> None:
    s3 = next(service for service in SERVICES if service.client == "s3")
    calls = planned(s3, {"AWS::S3::BucketPolicy": frozenset({LIST, "PolicyDocument"})})
    assert [call.operation for call in calls] == ["list_buckets", "get_bucket_policy"]


def test_nothing_is_asked_that_nobody_reads() -> None:
    for service in SERVICES:
        assert planned(service, {"AWS::Nothing::Here": frozenset({LIST})}) == ()
