"""Trails with their shadows, event data stores, and the organization: AWS's answers from a stub."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from auditor.collectors import cloudtrail, organizations
from auditor.collectors.base import Collector, wanted_of
from auditor.collectors.call import Place, Service
from auditor.model import Path, Reason, Resource

ACCOUNT, MANAGEMENT = "111122223333", "999988887777"
OWN = f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/main"
SHADOW = f"arn:aws:cloudtrail:us-east-1:{MANAGEMENT}:trail/organization"
STORE = f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:eventdatastore/11111111-2222-3333-4444-555555555555"
TRAILS = {cloudtrail.TRAIL: ((), ("S3BucketName",))}
STORES = {cloudtrail.STORE: ((), ("Status",), ("IngestionEnabled",), ("AdvancedEventSelectors",))}
Found = dict[str, list[Resource]]


def asked(
    service: Service,
    reads: dict[str, tuple[Path, ...]],
    answer: Callable[[Stubber], None],
    regions: tuple[str, ...] = ("eu-west-1", "us-east-1"),
    region: str = "eu-west-1",
) -> tuple[Collector, Found]:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client = boto3.client(service.client, region_name=region, **keys)
    place = Place(ACCOUNT, "aws", region, "2026-11-22T00:00:00Z", regions=regions)
    found: Found = {}
    with Stubber(client) as stubber, ThreadPoolExecutor(1) as pool:
        answer(stubber)
        collector = Collector(service, client, place, wanted_of(reads), pool, lambda call: None)
        for resource in collector.resources():
            found.setdefault(resource.type, []).append(resource)
        stubber.assert_no_pending_responses()
    return collector, found


def listed(stub: Stubber) -> None:
    own = {"Name": "main", "TrailARN": OWN, "HomeRegion": "eu-west-1", "S3BucketName": "logs"}
    shadow = {"Name": "organization", "TrailARN": SHADOW, "HomeRegion": "us-east-1", "IsOrganizationTrail": True}
    stub.add_response("describe_trails", {"trailList": [own, shadow]}, {"includeShadowTrails": True})


@pytest.mark.parametrize(
    ("regions", "region", "expected"),
    [
        (("eu-west-1", "us-east-1"), "eu-west-1", [OWN]),
        (("eu-west-1", "us-east-1"), "us-east-1", [SHADOW]),
        (("eu-west-1", "eu-west-2"), "eu-west-1", [OWN, SHADOW]),
        (("eu-west-1", "eu-west-2"), "eu-west-2", []),
    ],
)
def test_a_trail_is_there_once_also_where_its_home_is_not_asked(
    regions: tuple[str, ...], region: str, expected: list[str]
) -> None:
    _, found = asked(cloudtrail.SERVICE, TRAILS, listed, regions, region)
    trails = found.get(cloudtrail.TRAIL, [])
    assert [trail.id for trail in trails] == expected
    homes = {OWN: "eu-west-1", SHADOW: "us-east-1"}
    assert all((trail.region, trail.account) == (homes[trail.id], ACCOUNT) for trail in trails)


def test_what_the_status_of_a_trail_says() -> None:
    delivered = datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC)
    status = {
        "IsLogging": True,
        "LatestDeliveryError": "AccessDenied",
        "LatestDeliveryTime": delivered,
        "LatestDeliveryAttemptTime": "2026-11-21T00:00:00Z",
    }

    def answer(stub: Stubber) -> None:
        listed(stub)
        stub.add_response("get_trail_status", status, {"Name": OWN})

    reads: dict[str, tuple[Path, ...]] = {cloudtrail.TRAIL: ((), ("IsLogging",)), cloudtrail.STATUS: ((), ("Arn",))}
    _, found = asked(cloudtrail.SERVICE, reads, answer)
    ((trail,), (seen,)) = found[cloudtrail.TRAIL], found[cloudtrail.STATUS]
    assert trail.properties["IsLogging"] is True
    assert seen.owners == (trail.id,)
    assert seen.properties == {
        "Arn": OWN,
        "LatestDeliveryError": "AccessDenied",
        "LatestDeliveryTime": delivered.isoformat(),
        "LatestDeliveryAttemptTime": "2026-11-21T00:00:00Z",
    }


def stores(stub: Stubber, **more: Any) -> None:
    listed = {"EventDataStores": [{"EventDataStoreArn": STORE, "Name": "lake"}], **more}
    stub.add_response("list_event_data_stores", listed, {"MaxResults": 1000})


@pytest.mark.parametrize(("status", "ingests"), [("ENABLED", True), ("STOPPED_INGESTION", False)])
def test_an_event_data_store(status: str, ingests: bool) -> None:
    selectors = [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
    whole = {"EventDataStoreArn": STORE, "Status": status, "MultiRegionEnabled": True}

    def answer(stub: Stubber) -> None:
        stores(stub)
        described = {**whole, "AdvancedEventSelectors": selectors}
        stub.add_response("get_event_data_store", described, {"EventDataStore": STORE})

    collector, found = asked(cloudtrail.SERVICE, STORES, answer)
    (store,) = found[cloudtrail.STORE]
    assert store.properties == {
        **whole,
        "Name": "lake",
        "IngestionEnabled": ingests,
        "AdvancedEventSelectors": selectors,
    }
    assert (collector.gaps, collector.lists) == ([], {cloudtrail.STORE})


def test_a_list_of_event_data_stores_that_goes_on_is_a_gap() -> None:
    collector, found = asked(cloudtrail.SERVICE, STORES, lambda stub: stores(stub, NextToken="more"))
    assert found == {}
    assert [(gap.type, gap.id, gap.reason) for gap in collector.gaps] == [(cloudtrail.STORE, None, Reason.FAILED)]


MEMBERSHIP = {organizations.MEMBERSHIP: ((), ("ManagementAccountId",))}


def test_a_member_of_an_organization() -> None:
    organization = {"Id": "o-1234567890", "MasterAccountId": MANAGEMENT}
    _, found = asked(
        organizations.SERVICE,
        MEMBERSHIP,
        lambda stub: stub.add_response("describe_organization", {"Organization": organization}),
    )
    (membership,) = found[organizations.MEMBERSHIP]
    assert membership.properties == {
        "AccountId": ACCOUNT,
        "InOrganization": True,
        "OrganizationId": "o-1234567890",
        "ManagementAccountId": MANAGEMENT,
    }


def test_an_account_that_is_alone_and_one_that_may_not_ask() -> None:
    code = "AWSOrganizationsNotInUseException"
    _, found = asked(
        organizations.SERVICE, MEMBERSHIP, lambda stub: stub.add_client_error("describe_organization", code)
    )
    (membership,) = found[organizations.MEMBERSHIP]
    assert membership.properties == {"AccountId": ACCOUNT, "InOrganization": False}
    collector, found = asked(
        organizations.SERVICE,
        MEMBERSHIP,
        lambda stub: stub.add_client_error("describe_organization", "AccessDeniedException", http_status_code=403),
    )
    assert (found, [gap.reason for gap in collector.gaps]) == ({}, [Reason.DENIED])
