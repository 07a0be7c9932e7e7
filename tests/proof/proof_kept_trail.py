"""The trail of the second account, with all that belongs to it, and the chain by which somebody hears of root."""

from __future__ import annotations

from typing import Any

from proof_kept_recorded import ACCOUNT, ARCHIVE, GROUP
from seed import BLOCKED, REGION, Client, document, statement

TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/main"
_OWN = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
_SECURE = {"Bool": {"aws:SecureTransport": "false"}}
_OF_TRAIL = {"StringEquals": {"aws:SourceArn": TRAIL}}
_ROOT_USED = (
    '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
)


def seed_trail(client: Client) -> dict[str, str]:
    """Id -> label of what AWS names itself."""
    _roles(client("iam"))
    _buckets(client("s3"))
    key = _key(client("kms", REGION))
    logs = client("logs", REGION)
    logs.create_log_group(logGroupName=GROUP)
    trail = client("cloudtrail", REGION)
    trail.create_trail(
        Name="main",
        S3BucketName="kept-trail",
        IncludeGlobalServiceEvents=True,
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        KmsKeyId=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key}",
        CloudWatchLogsLogGroupArn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}:*",
        CloudWatchLogsRoleArn=f"arn:aws:iam::{ACCOUNT}:role/trail",
    )
    objects = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}
    everything = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [objects]}
    trail.put_event_selectors(TrailName="main", EventSelectors=[everything])
    trail.start_logging(Name="main")
    return {key: "key-trail"} | _alarm(client, logs)


def _roles(iam: Any) -> None:
    """What acts for the trail, and for the replication of its bucket."""
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}:log-stream:*"
    writes = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": group}
    copies = {"Effect": "Allow", "Action": "s3:ReplicateObject", "Resource": f"arn:aws:s3:::{ARCHIVE}/*"}
    for name, service, may in (("trail", "cloudtrail", writes), ("replication", "s3", copies)):
        trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))
        iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=document(may))


def _buckets(s3: Any) -> None:
    """kept-trail holds the logs, kept-access who reads them. The replication of the first is a recorded answer."""
    writing = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": TRAIL}}
    trail, logging = {"Service": "cloudtrail.amazonaws.com"}, {"Service": "logging.s3.amazonaws.com"}
    own = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    written = f"arn:aws:s3:::kept-trail/AWSLogs/{ACCOUNT}/*"
    allowed = {
        "kept-trail": (
            statement("Allow", trail, "s3:GetBucketAcl", "arn:aws:s3:::kept-trail", Condition=_OF_TRAIL),
            statement("Allow", trail, "s3:PutObject", written, Condition=writing),
        ),
        "kept-access": (statement("Allow", logging, ["s3:PutObject"], "arn:aws:s3:::kept-access/*", Condition=own),),
    }
    for name, statements in allowed.items():
        s3.create_bucket(Bucket=name)
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=BLOCKED)
        both = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
        s3.put_bucket_policy(
            Bucket=name, Policy=document(*statements, statement("Deny", "*", "s3:*", both, Condition=_SECURE))
        )
    access = {"LoggingEnabled": {"TargetBucket": "kept-access", "TargetPrefix": "kept-trail/"}}
    s3.put_bucket_logging(Bucket="kept-trail", BucketLoggingStatus=access)
    s3.put_bucket_versioning(Bucket="kept-trail", VersioningConfiguration={"Status": "Enabled"})


def _key(kms: Any) -> str:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html"""
    service = {"Service": "cloudtrail.amazonaws.com"}
    told = {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"}}
    policy = document(
        statement("Allow", _OWN, "kms:*", "*"),
        statement("Allow", service, "kms:GenerateDataKey*", "*", Condition={**_OF_TRAIL, **told}),
        statement("Allow", service, "kms:DescribeKey", "*", Condition=_OF_TRAIL),
    )
    id: str = kms.create_key(Description="key-trail", Policy=policy)["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=id)
    return id


def _alarm(client: Client, logs: Any) -> dict[str, str]:
    """Log group, filter, metric, alarm, topic, a mail address that has confirmed."""
    metric = {"metricNamespace": "Security", "metricName": "RootUsage", "metricValue": "1"}
    logs.put_metric_filter(
        logGroupName=GROUP, filterName="root-usage", filterPattern=_ROOT_USED, metricTransformations=[metric]
    )
    sns = client("sns", REGION)
    topic: str = sns.create_topic(Name="root-usage")["TopicArn"]
    alarms = {"Service": "cloudwatch.amazonaws.com"}
    own = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    text = document(statement("Allow", alarms, "sns:Publish", topic, Condition=own))
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=text)
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="security@example.org")
    client("cloudwatch", REGION).put_metric_alarm(
        AlarmName="root-usage",
        Namespace="Security",
        MetricName="RootUsage",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
    )
    return {topic: "topic-root-usage"}
