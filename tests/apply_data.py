"""Creators of what stores and passes data on: RDS, EFS, ECR, Secrets Manager, SNS, SQS, API Gateway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apply_support import REGION, Client, Creator, kept, text

_MASTER = {"MasterUsername": "admin1", "MasterUserPassword": "only-for-moto-1"}
_DATABASE = ("PubliclyAccessible", "StorageEncrypted", "AutoMinorVersionUpgrade", "DBClusterIdentifier")


def _database(client: Client, properties: Mapping[str, Any], name: str) -> str:
    name, rds = properties.get("DBInstanceIdentifier", name), client("rds", REGION)
    cluster = properties.get("DBClusterIdentifier")
    if cluster and cluster not in {c["DBClusterIdentifier"] for c in rds.describe_db_clusters()["DBClusters"]}:
        _cluster(client, {"Engine": properties["Engine"], "DBClusterIdentifier": cluster}, cluster)
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        Engine=properties.get("Engine", "postgres"),
        DBInstanceClass="db.t3.micro",
        AllocatedStorage=20,
        **({} if cluster else _MASTER),
        **kept(properties, *_DATABASE),
    )
    return str(name)


def _cluster(client: Client, properties: Mapping[str, Any], name: str) -> str:
    name = properties.get("DBClusterIdentifier", name)
    given = kept(properties, "StorageEncrypted", "AutoMinorVersionUpgrade", "PubliclyAccessible")
    if "DBClusterInstanceClass" in properties:
        size = {"DBClusterInstanceClass": properties["DBClusterInstanceClass"], "StorageType": "io1"}
        given |= size | {"AllocatedStorage": 100, "Iops": 1000}
    client("rds", REGION).create_db_cluster(DBClusterIdentifier=name, Engine=properties["Engine"], **_MASTER, **given)
    return str(name)


def _global_cluster(client: Client, properties: Mapping[str, Any], name: str) -> str:
    given = kept(properties, "Engine", "StorageEncrypted")
    client("rds", REGION).create_global_cluster(GlobalClusterIdentifier=name, **given)
    return name


def _file_system(client: Client, properties: Mapping[str, Any], name: str) -> str:
    given = kept(properties, "Encrypted", "KmsKeyId")
    id: str = client("efs", REGION).create_file_system(CreationToken=name, **given)["FileSystemId"]
    return id


def _repository(client: Client, properties: Mapping[str, Any], name: str) -> str:
    name, ecr = properties.get("RepositoryName", name), client("ecr", REGION)
    ecr.create_repository(repositoryName=name)
    if "RepositoryPolicyText" in properties:
        ecr.set_repository_policy(repositoryName=name, policyText=text(properties["RepositoryPolicyText"]))
    return str(name)


def _secret(client: Client, properties: Mapping[str, Any], name: str) -> str:
    made = client("secretsmanager", REGION).create_secret(Name=properties.get("Name", name), SecretString="for-moto")
    return str(made["ARN"])


def _topic(client: Client, properties: Mapping[str, Any], name: str) -> str:
    return str(client("sns", REGION).create_topic(Name=properties.get("TopicName", name))["TopicArn"])


def _queue(client: Client, properties: Mapping[str, Any], name: str) -> str:
    return str(client("sqs", REGION).create_queue(QueueName=properties.get("QueueName", name))["QueueUrl"])


CREATORS: Mapping[str, Creator] = {
    "AWS::ECR::Repository": _repository,
    "AWS::EFS::FileSystem": _file_system,
    "AWS::RDS::DBCluster": _cluster,
    "AWS::RDS::DBInstance": _database,
    "AWS::RDS::GlobalCluster": _global_cluster,
    "AWS::SNS::Topic": _topic,
    "AWS::SQS::Queue": _queue,
    "AWS::SecretsManager::Secret": _secret,
}
