"""The account itself, and each of its regions: what a question that is about neither resource nor service hangs on.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html (needs no permission)
https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html (which region has which service)
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

import botocore.session

from auditor.collectors.call import LIST, Call, Draft, Place, Service
from auditor.data.partitions import HOMES
from auditor.model import Hidden, Json, Reason

ACCOUNT = "Auditor::Account::Account"
REGION = "Auditor::Account::Region"

# The services that a policy wants in every region that has them, by their client.
WATCHED = ("accessanalyzer", "guardduty", "securityhub")


@functools.cache
def _offered(partition: str, client: str) -> frozenset[str]:
    return frozenset(botocore.session.get_session().get_available_regions(client, partition))


def _unavailable(place: Place) -> list[Json] | Hidden:
    """Hidden for a region that is younger than the endpoints that botocore knows."""
    if place.region not in _offered(place.partition, "ec2"):
        return Hidden(Reason.UNSUPPORTED, f"the installed botocore does not know the services of {place.region}")
    return [client for client in WATCHED if place.region not in _offered(place.partition, client)]


def _account(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    id = f"{place.account}/{ACCOUNT}"
    yield Draft(ACCOUNT, id, place.account, id, {"AccountId": place.account, "Partition": place.partition})


def _region(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    id = f"{place.account}/{place.region}/{REGION}"
    properties = {
        "RegionName": place.region,
        "IsHome": place.region == HOMES.get(place.partition),
        "UnavailableServices": _unavailable(place),
    }
    yield Draft(REGION, id, place.region or "", id, properties)


SERVICE = Service(
    client="sts",
    scope="global",
    calls=(
        Call(
            "get_caller_identity",
            "sts:GetCallerIdentity",
            {ACCOUNT: (LIST, "AccountId", "Partition")},
            make=_account,
        ),
    ),
)

REGIONAL = Service(
    client="sts",
    scope="regional",
    calls=(
        Call(
            "get_caller_identity",
            "sts:GetCallerIdentity",
            {REGION: (LIST, "RegionName", "IsHome", "UnavailableServices")},
            make=_region,
        ),
    ),
)
