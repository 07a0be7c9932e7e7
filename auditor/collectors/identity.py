"""The account itself, and each of its regions: what a question that is about neither resource nor service hangs on.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html (needs no permission)
Which region has which service: `data/service_regions.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service
from auditor.data import service_regions
from auditor.data.partitions import HOMES
from auditor.model import Hidden, Json, Reason

ACCOUNT = "Auditor::Account::Account"
REGION = "Auditor::Account::Region"


def _unavailable(place: Place) -> list[Json] | Hidden:
    """Hidden for a region that the dated table does not know."""
    if place.region not in service_regions.KNOWN:
        return Hidden(
            Reason.UNSUPPORTED,
            f"which services {place.region} has is not in the table of {service_regions.AS_OF}",
        )
    return sorted(service_regions.LACKS.get(place.region, ()))


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
