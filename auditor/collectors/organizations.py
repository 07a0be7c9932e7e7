"""AWS Organizations as any account sees it: whether it is a member, and of what.

https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service
from auditor.model import Json

MEMBERSHIP = "Auditor::Organizations::Membership"


def _membership(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    organization = answer.get("Organization")
    properties: dict[str, Json] = {"AccountId": place.account, "InOrganization": organization is not None}
    if organization is not None:
        properties["OrganizationId"] = organization["Id"]
        properties["ManagementAccountId"] = organization["MasterAccountId"]
    id = f"{place.account}/{MEMBERSHIP}"
    yield Draft(MEMBERSHIP, id, place.account, id, properties)


SERVICE = Service(
    client="organizations",
    scope="global",
    calls=(
        Call(
            "describe_organization",
            "organizations:DescribeOrganization",
            {MEMBERSHIP: (LIST, "AccountId", "InOrganization", "OrganizationId", "ManagementAccountId")},
            make=_membership,
            absent=("AWSOrganizationsNotInUseException",),
        ),
    ),
)
