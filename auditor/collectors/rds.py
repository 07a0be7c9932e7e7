"""Amazon RDS: instances, clusters and global clusters. Neptune and DocumentDB answer the same calls: left out.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked, tags_of
from auditor.model import Hidden, Json, Reason

INSTANCE = "AWS::RDS::DBInstance"
CLUSTER = "AWS::RDS::DBCluster"
GLOBAL = "AWS::RDS::GlobalCluster"
ENCRYPTION = "Auditor::RDS::EncryptionStatus"
SHARING = "Auditor::RDS::SnapshotAttributes"

_NOT_TOLD = Hidden(Reason.UNSUPPORTED, "the API gave no StorageEncryptionType")
_OTHER_ENGINES = ("neptune", "docdb")

_INSTANCE = (
    *("DBInstanceIdentifier", "DBInstanceArn", "DBInstanceClass", "Engine", "EngineVersion", "StorageEncrypted"),
    *("KmsKeyId", "PubliclyAccessible", "MultiAZ", "AutoMinorVersionUpgrade", "BackupRetentionPeriod"),
    *("DeletionProtection", "CopyTagsToSnapshot", "DBClusterIdentifier"),
)
_CLUSTER = (
    *("DBClusterIdentifier", "DBClusterArn", "Engine", "EngineVersion", "StorageEncrypted", "KmsKeyId"),
    *("BackupRetentionPeriod", "DeletionProtection", "PubliclyAccessible", "AutoMinorVersionUpgrade"),
    *("CopyTagsToSnapshot", "StorageEncryptionType"),
)


def _encryption(item: Mapping[str, Json], arn: str, id: str) -> Iterator[Draft]:
    """The encryption type is told by the API only: StorageEncrypted is false for an AWS owned key."""
    properties = {"Arn": arn, "StorageEncryptionType": item.get("StorageEncryptionType", _NOT_TOLD)}
    yield Draft(ENCRYPTION, f"{arn}/encryption", id, arn, properties, owners=(arn,))


def _instances(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("DBInstances", ()):
        if item.get("Engine", "") in _OTHER_ENGINES:
            continue
        arn, id = item["DBInstanceArn"], item["DBInstanceIdentifier"]
        properties = picked(item, *_INSTANCE)
        group = item.get("DBSubnetGroup", {}).get("DBSubnetGroupName")
        if group:
            properties["DBSubnetGroupName"] = group
        properties["VPCSecurityGroups"] = [row["VpcSecurityGroupId"] for row in item.get("VpcSecurityGroups", ())]
        yield Draft(INSTANCE, arn, id, arn, properties, tags_of(item.get("TagList")))
        yield from _encryption(item, arn, id)


def _clusters(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("DBClusters", ()):
        if item.get("Engine", "") in _OTHER_ENGINES:
            continue
        arn, id = item["DBClusterArn"], item["DBClusterIdentifier"]
        properties = picked(item, *_CLUSTER, DBSubnetGroupName="DBSubnetGroup")
        yield Draft(CLUSTER, arn, id, arn, properties, tags_of(item.get("TagList")))
        yield from _encryption(item, arn, id)


def _globals(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("GlobalClusters", ()):
        if item.get("Engine", "") in _OTHER_ENGINES:
            continue
        arn, id = item["GlobalClusterArn"], item["GlobalClusterIdentifier"]
        properties = picked(item, "GlobalClusterIdentifier", "Engine", "StorageEncrypted", "DeletionProtection")
        yield Draft(GLOBAL, arn, id, arn, properties)
        yield from _encryption(item, arn, id)


def _snapshots(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("DBSnapshots", ()):
        yield _snapshot(item["DBSnapshotArn"], item["DBSnapshotIdentifier"])


def _cluster_snapshots(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("DBClusterSnapshots", ()):
        yield _snapshot(item["DBClusterSnapshotArn"], item["DBClusterSnapshotIdentifier"])


def _snapshot(arn: str, id: str) -> Draft:
    return Draft(SHARING, f"{arn}/attributes", id, arn, {"Arn": arn})


def _is_of_cluster(draft: Draft) -> bool:
    return ":cluster-snapshot:" in draft.arn


def _sharing(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    """Both kinds of snapshot answer alike, under names of their own."""
    (result,) = (value for key, value in answer.items() if key.endswith("AttributesResult"))
    (attributes,) = (value for key, value in result.items() if key.endswith("Attributes"))
    accounts = [each.get("AttributeValues", []) for each in attributes if each["AttributeName"] == "restore"]
    return {"RestoreAccounts": [account for values in accounts for account in values]}


SERVICE = Service(
    client="rds",
    scope="regional",
    calls=(
        Call(
            "describe_db_instances",
            "rds:DescribeDBInstances",
            {
                INSTANCE: (LIST, *_INSTANCE, "DBSubnetGroupName", "VPCSecurityGroups", "tags", "Tags"),
                ENCRYPTION: (LIST, "Arn", "StorageEncryptionType"),
            },
            make=_instances,
            paged=True,
        ),
        Call(
            "describe_db_clusters",
            "rds:DescribeDBClusters",
            {
                CLUSTER: (LIST, *_CLUSTER, "DBSubnetGroupName", "tags", "Tags"),
                ENCRYPTION: (LIST, "Arn", "StorageEncryptionType"),
            },
            make=_clusters,
            paged=True,
        ),
        Call(
            "describe_global_clusters",
            "rds:DescribeGlobalClusters",
            {
                GLOBAL: (LIST, "GlobalClusterIdentifier", "Engine", "StorageEncrypted", "DeletionProtection"),
                ENCRYPTION: (LIST, "Arn", "StorageEncryptionType"),
            },
            make=_globals,
            paged=True,
        ),
        # automated snapshots cannot be shared
        Call(
            "describe_db_snapshots",
            "rds:DescribeDBSnapshots",
            {SHARING: (LIST, "Arn")},
            arguments={"SnapshotType": "manual"},
            make=_snapshots,
            paged=True,
        ),
        Call(
            "describe_db_cluster_snapshots",
            "rds:DescribeDBClusterSnapshots",
            {SHARING: (LIST, "Arn")},
            arguments={"SnapshotType": "manual"},
            make=_cluster_snapshots,
            paged=True,
        ),
        Call(
            "describe_db_snapshot_attributes",
            "rds:DescribeDBSnapshotAttributes",
            {SHARING: ("RestoreAccounts",)},
            of=SHARING,
            params=lambda draft: {"DBSnapshotIdentifier": draft.name},
            fill=_sharing,
            when=lambda draft: not _is_of_cluster(draft),
        ),
        Call(
            "describe_db_cluster_snapshot_attributes",
            "rds:DescribeDBClusterSnapshotAttributes",
            {SHARING: ("RestoreAccounts",)},
            of=SHARING,
            params=lambda draft: {"DBClusterSnapshotIdentifier": draft.name},
            fill=_sharing,
            when=_is_of_cluster,
        ),
    ),
)
