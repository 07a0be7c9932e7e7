"""Amazon CloudWatch Logs: log groups, metric filters, account-wide subscriptions, and what AWS services deliver.

Subscription filters of a single group are asked with the trails that deliver to it.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeliverySource.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AccountPolicy.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Hidden, Json, Reason

GROUP = "AWS::Logs::LogGroup"
FILTER = "AWS::Logs::MetricFilter"
SOURCE = "AWS::Logs::DeliverySource"
DELIVERY = "AWS::Logs::Delivery"
ACCOUNT_POLICY = "AWS::Logs::AccountPolicy"

_NOT_TOLD = Hidden(Reason.UNSUPPORTED, "the API gave no logGroupClass")


def _groups(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("logGroups", ()):
        properties = picked(
            item,
            LogGroupName="logGroupName",
            Arn="arn",
            RetentionInDays="retentionInDays",
            KmsKeyId="kmsKeyId",
            DeletionProtectionEnabled="deletionProtectionEnabled",
        )
        properties["LogGroupClass"] = item.get("logGroupClass", _NOT_TOLD)
        yield Draft(GROUP, item["arn"], item["logGroupName"], item["arn"], properties)


def _filters(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("metricFilters", ()):
        group, name = item["logGroupName"], item["filterName"]
        arn = place.arn("logs", f"log-group:{group}:metric-filter:{name}")
        properties = picked(
            item,
            LogGroupName="logGroupName",
            FilterName="filterName",
            FilterPattern="filterPattern",
            ApplyOnTransformedLogs="applyOnTransformedLogs",
            FieldSelectionCriteria="fieldSelectionCriteria",
            EmitSystemFieldDimensions="emitSystemFieldDimensions",
        )
        properties["MetricTransformations"] = [_transformation(row) for row in item.get("metricTransformations", ())]
        yield Draft(FILTER, arn, name, arn, properties, owners=(place.arn("logs", f"log-group:{group}:*"),))


def _transformation(row: Mapping[str, Json]) -> dict[str, Json]:
    """AWS tells the dimensions as a map, CloudFormation lists them."""
    made = picked(
        row,
        MetricName="metricName",
        MetricNamespace="metricNamespace",
        MetricValue="metricValue",
        DefaultValue="defaultValue",
        Unit="unit",
    )
    dimensions = [{"Key": key, "Value": value} for key, value in (row.get("dimensions") or {}).items()]
    return made | ({"Dimensions": dimensions} if dimensions else {})


def _account_policies(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    if answer.get("nextToken"):  # botocore has no paginator for this call
        raise ValueError("more account policies than one answer holds")
    for item in answer.get("accountPolicies", ()):
        properties = picked(
            item,
            PolicyName="policyName",
            PolicyType="policyType",
            PolicyDocument="policyDocument",
            Scope="scope",
            SelectionCriteria="selectionCriteria",
            AccountId="accountId",
        )
        name = item["policyName"]
        id = f"{place.account}/{place.region}/{ACCOUNT_POLICY}/{item['policyType']}/{name}"
        yield Draft(ACCOUNT_POLICY, id, name, id, properties)


def _source_arn(place: Place, name: str) -> str:
    return place.arn("logs", f"delivery-source:{name}")


def _sources(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("deliverySources", ()):
        arn, logged = item.get("arn") or _source_arn(place, item["name"]), item.get("resourceArns", [])
        properties = picked(item, Name="name", Service="service", LogType="logType") | {"Arn": arn}
        properties["ResourceArns"] = logged
        if len(logged) == 1:  # what a template gives; AWS tells the list only
            properties["ResourceArn"] = logged[0]
        yield Draft(SOURCE, arn, item["name"], arn, properties, dict(item.get("tags") or {}), tuple(logged))


def _deliveries(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("deliveries", ()):
        arn = item.get("arn") or place.arn("logs", f"delivery:{item['id']}")
        properties = picked(
            item,
            DeliveryId="id",
            DeliverySourceName="deliverySourceName",
            DeliveryDestinationArn="deliveryDestinationArn",
            DeliveryDestinationType="deliveryDestinationType",
        )
        source = item["deliverySourceName"]
        kept = place.kept("describe_delivery_sources", "deliverySources")
        logged = [each for row in kept if row["name"] == source for each in row.get("resourceArns", ())]
        owners = (*logged, _source_arn(place, source))
        yield Draft(DELIVERY, arn, item["id"], arn, properties | {"Arn": arn}, dict(item.get("tags") or {}), owners)


SERVICE = Service(
    client="logs",
    scope="regional",
    calls=(
        Call(
            "describe_log_groups",
            "logs:DescribeLogGroups",
            {
                GROUP: (
                    *(LIST, "LogGroupName", "Arn", "RetentionInDays", "KmsKeyId", "LogGroupClass"),
                    "DeletionProtectionEnabled",
                )
            },
            make=_groups,
            paged=True,
        ),
        Call(
            "describe_metric_filters",
            "logs:DescribeMetricFilters",
            {
                FILTER: (
                    *(LIST, "LogGroupName", "FilterName", "FilterPattern", "MetricTransformations"),
                    *("ApplyOnTransformedLogs", "FieldSelectionCriteria", "EmitSystemFieldDimensions"),
                )
            },
            make=_filters,
            paged=True,
        ),
        Call(
            "describe_account_policies",
            "logs:DescribeAccountPolicies",
            {
                ACCOUNT_POLICY: (
                    *(LIST, "PolicyName", "PolicyType", "PolicyDocument", "Scope", "SelectionCriteria", "AccountId"),
                )
            },
            arguments={"policyType": "SUBSCRIPTION_FILTER_POLICY"},
            make=_account_policies,
            rest="logs:DescribeAccountPolicies is asked only for subscription filter policies",
        ),
        Call(
            "describe_delivery_sources",
            "logs:DescribeDeliverySources",
            {SOURCE: (LIST, "Name", "Arn", "Service", "LogType", "ResourceArn", "ResourceArns", "tags", "Tags")},
            make=_sources,
            paged=True,
            keep=True,  # a delivery travels with what its source logs
        ),
        Call(
            "describe_deliveries",
            "logs:DescribeDeliveries",
            {
                DELIVERY: (
                    *(LIST, "DeliveryId", "Arn", "DeliverySourceName", "DeliveryDestinationArn"),
                    *("DeliveryDestinationType", "tags", "Tags"),
                )
            },
            make=_deliveries,
            paged=True,
        ),
    ),
)
