"""Which property of which type names a resource of which other type.

An `attachment` adds to its target (a policy to its bucket, a listener to its load balancer): in a template what is
not there is not there. A `reference` only uses its target: one that is outside the scope is not seen. A `mention`
is a reference of which nothing is asked where the target is outside.
Each row follows the property's description on the page of the referring type (`Relation.page`); the rows of
`Auditor::` types join live state to what CloudFormation models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from auditor.model import Path

_PAGES = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-"


class Relation(NamedTuple):
    """`field`: where the target is named, keys joined by `/`, `*` for any index.

    `attribute`: the identity of the target that the property is compared with, `name` or `arn`. `single`: a target
    has at most one of this type. `stands`: the document brings its target along where that is declared nowhere.
    """

    type: str
    field: str
    target: str
    attribute: Literal["name", "arn"] = "name"
    kind: Literal["attachment", "reference", "mention"] = "reference"
    single: bool = False
    stands: bool = False

    @property
    def path(self) -> Path:
        return tuple(self.field.split("/"))

    @property
    def page(self) -> str:
        """The page that describes the property; "" for live state."""
        service, *rest = self.type.removeprefix("AWS::").lower().split("::")
        return "" if self.type.startswith("Auditor::") else f"{_PAGES}{'-'.join([service, *rest])}.html"


def _attached(type: str, property: str, *targets: str, arn: bool = False) -> tuple[Relation, ...]:
    return tuple(Relation(type, property, target, "arn" if arn else "name", "attachment") for target in targets)


def _document(type: str, property: str, *targets: str, arn: bool = False, single: bool = True) -> tuple[Relation, ...]:
    attribute: Literal["name", "arn"] = "arn" if arn else "name"
    return tuple(Relation(type, property, target, attribute, "attachment", single, stands=True) for target in targets)


def _refers(type: str, property: str, *targets: str, arn: bool = False) -> tuple[Relation, ...]:
    return tuple(Relation(type, property, target, "arn" if arn else "name") for target in targets)


_FUNCTIONS = ("AWS::Lambda::Function", "AWS::Serverless::Function")
_KEYS = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey", "AWS::KMS::Alias")
_MANAGED = "AWS::IAM::ManagedPolicy"
_PROFILE = "AWS::IAM::InstanceProfile"
_ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
_STREAM = "AWS::KinesisFirehose::DeliveryStream"
_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
_DISTRIBUTION = "AWS::CloudFront::Distribution"
_REALTIME = "AWS::CloudFront::RealtimeLogConfig"
_BEHAVIORS = "DistributionConfig/CacheBehaviors/*/RealtimeLogConfigArn"
_DEFAULT_BEHAVIOR = "DistributionConfig/DefaultCacheBehavior/RealtimeLogConfigArn"

RELATIONS: tuple[Relation, ...] = (
    # documents that are attached to what they protect
    *_document("AWS::S3::BucketPolicy", "Bucket", "AWS::S3::Bucket"),
    *_document("AWS::SNS::TopicPolicy", "Topics/*", "AWS::SNS::Topic", arn=True),
    *_document("AWS::SQS::QueuePolicy", "Queues/*", "AWS::SQS::Queue"),
    *_document("AWS::SecretsManager::ResourcePolicy", "SecretId", "AWS::SecretsManager::Secret"),
    *_document("AWS::Lambda::Permission", "FunctionName", *_FUNCTIONS, single=False),
    *_document("AWS::Lambda::ResourcePolicy", "ResourceArn", *_FUNCTIONS, arn=True),
    *_document("AWS::EC2::NetworkAclEntry", "NetworkAclId", "AWS::EC2::NetworkAcl", single=False),
    # what else is attached
    *_attached("AWS::SNS::Subscription", "TopicArn", "AWS::SNS::Topic", arn=True),
    *_attached("AWS::Lambda::Url", "TargetFunctionArn", *_FUNCTIONS, arn=True),
    *_attached("AWS::EC2::Subnet", "VpcId", "AWS::EC2::VPC"),
    *_attached("AWS::EC2::FlowLog", "ResourceId", "AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::NetworkInterface"),
    *_attached("AWS::ElasticLoadBalancingV2::Listener", "LoadBalancerArn", _BALANCER, arn=True),
    *_attached("AWS::Logs::DeliverySource", "ResourceArn", _BALANCER, _DISTRIBUTION, arn=True),
    *_attached("AWS::Logs::Delivery", "DeliverySourceName", "AWS::Logs::DeliverySource"),
    *_attached("AWS::Logs::MetricFilter", "LogGroupName", "AWS::Logs::LogGroup"),
    *_attached("AWS::Logs::SubscriptionFilter", "LogGroupName", "AWS::Logs::LogGroup"),
    *_attached("AWS::CloudWatch::AlarmMuteRule", "MuteTargets/AlarmNames/*", *_ALARMS),
    *_attached("AWS::KMS::Alias", "TargetKeyId", "AWS::KMS::Key", "AWS::KMS::ReplicaKey"),
    *_attached("AWS::Backup::BackupSelection", "BackupPlanId", "AWS::Backup::BackupPlan"),
    *_attached("AWS::Events::Rule", "EventBusName", "AWS::Events::EventBus"),
    # identity and access
    *_refers("AWS::IAM::User", "Groups/*", "AWS::IAM::Group"),
    *_refers("AWS::IAM::User", "ManagedPolicyArns/*", _MANAGED, arn=True),
    *_refers("AWS::IAM::Role", "ManagedPolicyArns/*", _MANAGED, arn=True),
    *_refers("AWS::IAM::Group", "ManagedPolicyArns/*", _MANAGED, arn=True),
    *_refers("AWS::IAM::User", "PermissionsBoundary", _MANAGED, arn=True),
    *_refers("AWS::IAM::Role", "PermissionsBoundary", _MANAGED, arn=True),
    *_refers(_MANAGED, "Users/*", "AWS::IAM::User"),
    *_refers(_MANAGED, "Roles/*", "AWS::IAM::Role"),
    *_refers(_MANAGED, "Groups/*", "AWS::IAM::Group"),
    *_refers(_PROFILE, "Roles/*", "AWS::IAM::Role"),
    *_refers("AWS::Lambda::Function", "Role", "AWS::IAM::Role", arn=True),
    *_refers("AWS::Serverless::Function", "Role", "AWS::IAM::Role", arn=True),
    Relation("AWS::EC2::Instance", "IamInstanceProfile", _PROFILE, kind="mention"),
    Relation("AWS::EC2::LaunchTemplate", "LaunchTemplateData/IamInstanceProfile/Name", _PROFILE, kind="mention"),
    Relation("AWS::EC2::LaunchTemplate", "LaunchTemplateData/IamInstanceProfile/Arn", _PROFILE, "arn", "mention"),
    # network
    *_refers("AWS::EC2::SecurityGroup", "SecurityGroupIngress/*/SourcePrefixListId", "AWS::EC2::PrefixList"),
    *_refers("AWS::EC2::SecurityGroup", "SecurityGroupEgress/*/DestinationPrefixListId", "AWS::EC2::PrefixList"),
    *_refers("AWS::EC2::SecurityGroup", "SecurityGroupIngress/*/SourceSecurityGroupId", "AWS::EC2::SecurityGroup"),
    *_refers("AWS::EC2::SecurityGroup", "SecurityGroupEgress/*/DestinationSecurityGroupId", "AWS::EC2::SecurityGroup"),
    *_refers("AWS::EC2::Instance", "LaunchTemplate/LaunchTemplateId", "AWS::EC2::LaunchTemplate"),
    *_refers("AWS::EC2::Instance", "LaunchTemplate/LaunchTemplateName", "AWS::EC2::LaunchTemplate"),
    *_refers("AWS::ApiGatewayV2::Stage", "ApiId", "AWS::ApiGatewayV2::Api"),
    # encryption
    *_refers("AWS::CloudTrail::Trail", "KMSKeyId", *_KEYS, arn=True),
    *_refers("AWS::SNS::Topic", "KmsMasterKeyId", *_KEYS, arn=True),
    *_refers("AWS::KMS::ReplicaKey", "PrimaryKeyArn", "AWS::KMS::Key", arn=True),
    *_refers("AWS::EC2::Volume", "SourceVolumeId", "AWS::EC2::Volume"),
    *_refers("AWS::RDS::DBInstance", "DBClusterIdentifier", "AWS::RDS::DBCluster"),
    *_refers("AWS::RDS::DBInstance", "SourceDBInstanceIdentifier", "AWS::RDS::DBInstance"),
    *_refers("AWS::RDS::DBInstance", "SourceDBClusterIdentifier", "AWS::RDS::DBCluster"),
    *_refers("AWS::RDS::DBCluster", "SourceDBClusterIdentifier", "AWS::RDS::DBCluster"),
    *_refers("AWS::RDS::DBCluster", "GlobalClusterIdentifier", "AWS::RDS::GlobalCluster"),
    *_refers("AWS::RDS::GlobalCluster", "SourceDBClusterIdentifier", "AWS::RDS::DBCluster"),
    # logging
    *_refers("AWS::CloudTrail::Trail", "S3BucketName", "AWS::S3::Bucket"),
    *_refers("AWS::CloudTrail::Trail", "CloudWatchLogsLogGroupArn", "AWS::Logs::LogGroup", arn=True),
    *_refers("AWS::S3::Bucket", "LoggingConfiguration/DestinationBucketName", "AWS::S3::Bucket"),
    *_refers("AWS::S3::Bucket", "ReplicationConfiguration/Rules/*/Destination/Bucket", "AWS::S3::Bucket", arn=True),
    *_refers("AWS::Logs::SubscriptionFilter", "DestinationArn", _STREAM, arn=True),
    *_refers(_STREAM, "ExtendedS3DestinationConfiguration/BucketARN", "AWS::S3::Bucket", arn=True),
    *_refers(_STREAM, "S3DestinationConfiguration/BucketARN", "AWS::S3::Bucket", arn=True),
    *_refers(_DISTRIBUTION, _DEFAULT_BEHAVIOR, _REALTIME, arn=True),
    *_refers(_DISTRIBUTION, _BEHAVIORS, _REALTIME, arn=True),
    *_refers("AWS::CloudWatch::Alarm", "AlarmActions/*", "AWS::SNS::Topic", arn=True),
    *_refers("AWS::CloudWatch::CompositeAlarm", "AlarmActions/*", "AWS::SNS::Topic", arn=True),
    *_refers("AWS::Events::Rule", "Targets/*/Arn", "AWS::SNS::Topic", arn=True),
    # live state beside what CloudFormation models
    *_attached(
        "Auditor::ObservabilityAdmin::CentralizationRuleStatus",
        "RuleArn",
        "AWS::ObservabilityAdmin::OrganizationCentralizationRule",
        arn=True,
    ),
    *_attached("Auditor::CloudTrail::TrailStatus", "Arn", "AWS::CloudTrail::Trail", arn=True),
    *_attached("Auditor::EC2::FlowLogStatus", "Id", "AWS::EC2::FlowLog"),
    *_attached("Auditor::RDS::EncryptionStatus", "Arn", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster", arn=True),
    *_attached("Auditor::S3::BucketStatus", "BucketName", "AWS::S3::Bucket"),
    *_attached("Auditor::S3::BucketStatus", "Bucket", "AWS::S3::Bucket"),
    *_attached("Auditor::SNS::SubscriptionStatus", "Arn", "AWS::SNS::Subscription", arn=True),
    *_attached("Auditor::SecurityHub::StandardStatus", "Arn", "AWS::SecurityHub::Standard", arn=True),
    *_attached("Auditor::AccessAnalyzer::AnalyzerStatus", "Arn", "AWS::AccessAnalyzer::Analyzer", arn=True),
)


def _grouped(relations: Iterable[Relation], by: Literal["type", "target"]) -> dict[str, tuple[Relation, ...]]:
    groups: dict[str, tuple[Relation, ...]] = {}
    for relation in relations:
        key: str = getattr(relation, by)
        groups[key] = (*groups.get(key, ()), relation)
    return groups


BY_TYPE: Mapping[str, tuple[Relation, ...]] = _grouped(RELATIONS, "type")
BY_TARGET: Mapping[str, tuple[Relation, ...]] = _grouped(RELATIONS, "target")

# The types that are attached to an owner, and travel with it.
ATTACHED: frozenset[str] = frozenset(relation.type for relation in RELATIONS if relation.kind == "attachment")


def _downward(start: str, edges: Mapping[str, frozenset[str]]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    fresh = edges.get(start, frozenset())
    while fresh:
        found |= fresh
        fresh = frozenset(further for type in fresh for further in edges.get(type, frozenset())) - found
    return found


def _connected() -> frozenset[tuple[str, str]]:
    """Both ways along each chain of rows that leads in one direction (balancer, source, delivery)."""
    edges = {type: frozenset(row.target for row in rows) for type, rows in BY_TYPE.items()}
    chains = {(type, target) for type in edges for target in _downward(type, edges)}
    return frozenset(chains | {(target, type) for type, target in chains})


# Pairs of types of which a template says completely how they hang together (`Coverage.related`).
RELATED: frozenset[tuple[str, str]] = _connected()
