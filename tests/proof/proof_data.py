"""The data part of the proof account: buckets, keys, databases, file systems, repositories, secrets, queues, topics."""

from __future__ import annotations

from typing import Any

from seed import BLOCKED, REGION, Client, document, statement

INSECURE = {"Bool": {"aws:SecureTransport": "false"}}


def seed_data(client: Client) -> dict[str, str]:
    """Id -> label of what AWS names itself."""
    _buckets(client("s3"))
    labels = _keys(client("kms", REGION))
    _databases(client("rds", REGION), next(id for id, label in labels.items() if label == "key-rotated"))
    labels |= _file_systems(client("efs", REGION))
    _repositories(client("ecr", REGION))
    labels |= _secrets(client("secretsmanager", REGION))
    labels |= _queues(client("sqs", REGION))
    labels |= _topics(client("sns", REGION))
    return labels


def _buckets(s3: Any) -> None:
    for name in ("acme-logs", "acme-data", "acme-website", "acme-sealed"):
        s3.create_bucket(Bucket=name)
        if name != "acme-website":
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=BLOCKED)
    both = ["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-data/*"]
    s3.put_bucket_policy(Bucket="acme-data", Policy=document(statement("Deny", "*", "s3:*", both, Condition=INSECURE)))
    s3.put_bucket_versioning(Bucket="acme-data", VersioningConfiguration={"Status": "Enabled"})  # kept copies to it
    read = statement("Allow", "*", "s3:GetObject", "arn:aws:s3:::acme-website/*")
    s3.put_bucket_policy(Bucket="acme-website", Policy=document(read))


def _keys(kms: Any) -> dict[str, str]:
    def make(label: str, *statements: dict[str, object], **more: Any) -> str:
        own = statement("Allow", {"AWS": "arn:aws:iam::123456789012:root"}, "kms:*", "*")
        id: str = kms.create_key(Description=label, Policy=document(own, *statements), **more)["KeyMetadata"]["KeyId"]
        return id

    labels = {
        make("key-still"): "key-still",
        make("key-for-all", statement("Allow", "*", "kms:Decrypt", "*")): "key-for-all",
        make("key-asymmetric", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY"): "key-asymmetric",
        make("key-unread"): "key-unread",
    }
    rotated = make("key-rotated")
    kms.enable_key_rotation(KeyId=rotated)
    return labels | {rotated: "key-rotated"}


def _databases(rds: Any, key: str) -> None:
    for name, public, encrypted, upgrades in (("legacy", True, False, False), ("orders", False, True, True)):
        rds.create_db_instance(
            DBInstanceIdentifier=name,
            Engine="postgres",
            DBInstanceClass="db.t3.micro",
            AllocatedStorage=20,
            MasterUsername="admin1",
            MasterUserPassword="only-for-moto-1",
            PubliclyAccessible=public,
            StorageEncrypted=encrypted,
            **({"KmsKeyId": key} if encrypted else {}),
            AutoMinorVersionUpgrade=upgrades,
        )
    for name in ("snapshot-for-all", "snapshot-own"):
        rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier="orders")
    rds.modify_db_snapshot_attribute(
        DBSnapshotIdentifier="snapshot-for-all", AttributeName="restore", ValuesToAdd=["all"]
    )


def _file_systems(efs: Any) -> dict[str, str]:
    labels = {}
    for label, encrypted in (("files-encrypted", True), ("files-plain", False)):
        made = efs.create_file_system(CreationToken=label, Encrypted=encrypted)
        labels[made["FileSystemId"]] = label
    return labels


def _repositories(ecr: Any) -> None:
    pull = ["ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
    for name, who in (("images-for-all", "*"), ("images-own", {"AWS": "arn:aws:iam::123456789012:root"})):
        ecr.create_repository(repositoryName=name)
        text = document({"Effect": "Allow", "Principal": who, "Action": pull})
        ecr.set_repository_policy(repositoryName=name, policyText=text)
    ecr.create_repository(repositoryName="images-unread")


def _secrets(secrets: Any) -> dict[str, str]:
    labels = {}
    for name, who in (("secret-for-all", "*"), ("secret-own", {"AWS": "arn:aws:iam::123456789012:root"})):
        labels[secrets.create_secret(Name=name, SecretString="only-for-moto-1")["ARN"]] = name
        text = document(statement("Allow", who, "secretsmanager:GetSecretValue", "*"))
        secrets.put_resource_policy(SecretId=name, ResourcePolicy=text)
    labels[secrets.create_secret(Name="secret-unread", SecretString="only-for-moto-1")["ARN"]] = "secret-unread"
    return labels


def _queues(sqs: Any) -> dict[str, str]:
    labels = {}
    for name, condition in (
        ("queue-for-all", {}),
        ("queue-from-own", {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}),
        ("queue-unread", {}),
    ):
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        labels[url] = name
        arn = f"arn:aws:sqs:{REGION}:123456789012:{name}"
        if name != "queue-unread":
            text = document(statement("Allow", "*", "sqs:SendMessage", arn, **condition))
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})
    return labels


def _topics(sns: Any) -> dict[str, str]:
    labels = {}
    for name, who in (("topic-for-all", "*"), ("topic-own", {"AWS": "arn:aws:iam::123456789012:root"})):
        arn = sns.create_topic(Name=name)["TopicArn"]
        labels[arn] = name
        text = document(statement("Allow", who, "sns:Publish", arn))
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=text)
    labels[sns.create_topic(Name="topic-unread")["TopicArn"]] = "topic-unread"
    return labels
