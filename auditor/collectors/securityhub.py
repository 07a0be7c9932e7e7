"""AWS Security Hub of both generations: the hub of a region, its standards, and the products that feed it.

https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DescribeHub.html
https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DescribeSecurityHubV2.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

HUB = "AWS::SecurityHub::Hub"
HUB_V2 = "AWS::SecurityHub::HubV2"
STANDARD = "AWS::SecurityHub::Standard"
STATUS = "Auditor::SecurityHub::StandardStatus"
PRODUCT = "AWS::SecurityHub::ProductSubscription"

# The code also stands for an account that may not ask; only the text tells.
_OFF = ("InvalidAccessException:not subscribed",)


def _hub(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    if answer:
        arn = answer["HubArn"]
        properties = picked(answer, "AutoEnableControls", "ControlFindingGenerator", "SubscribedAt", ARN="HubArn")
        yield Draft(HUB, arn, arn.rsplit("/", 1)[-1], arn, properties)


def _hub_v2(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    if answer:
        arn = answer["HubV2Arn"]
        yield Draft(HUB_V2, arn, arn.rsplit("/", 1)[-1], arn, picked(answer, "HubV2Arn", "SubscribedAt"))


def _standards(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("StandardsSubscriptions", ()):
        arn = item["StandardsSubscriptionArn"]
        name = arn.partition(":subscription/")[2]
        yield Draft(STANDARD, arn, name, arn, picked(item, "StandardsArn", "StandardsSubscriptionArn"))
        status = picked(item, Arn="StandardsSubscriptionArn", Status="StandardsStatus")
        yield Draft(STATUS, f"{arn}/status", name, arn, status, owners=(arn,))


def _products(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for arn in page.get("ProductSubscriptions", ()):
        name = arn.partition(":product-subscription/")[2]
        yield Draft(PRODUCT, arn, name, arn, {"ProductSubscriptionArn": arn})


SERVICE = Service(
    client="securityhub",
    scope="regional",
    calls=(
        Call(
            "describe_hub",
            "securityhub:DescribeHub",
            {HUB: (LIST, "ARN", "AutoEnableControls", "ControlFindingGenerator", "SubscribedAt")},
            make=_hub,
            absent=(*_OFF, "ResourceNotFoundException"),
        ),
        Call(
            "describe_security_hub_v2",
            "securityhub:DescribeSecurityHubV2",
            {HUB_V2: (LIST, "HubV2Arn", "SubscribedAt")},
            make=_hub_v2,
            absent=("ResourceNotFoundException",),
        ),
        Call(
            "get_enabled_standards",
            "securityhub:GetEnabledStandards",
            {
                STANDARD: (LIST, "StandardsArn", "StandardsSubscriptionArn"),
                STATUS: (LIST, "Arn", "Status"),
            },
            make=_standards,
            paged=True,
            absent=_OFF,
        ),
        Call(
            "list_enabled_products_for_import",
            "securityhub:ListEnabledProductsForImport",
            {PRODUCT: (LIST, "ProductSubscriptionArn")},
            make=_products,
            paged=True,
            absent=_OFF,
        ),
    ),
)
