"""How AWS names a resource: what `Ref` returns, its ARN, and which attributes are one of the two.

A format holds `{partition} {region} {account} {suffix}`, `{name}` (the property that fixes the name, or what AWS
makes up where it is absent), `{id}` (what AWS always makes up), or another property of the resource (`{Path}`).
Each row follows the section "Return values" of the type's page (`page`), and for the ARN the table "Resource
types" of the service's page below
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_PAGES = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-"
_SAM_PAGES = "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-"


class Kind(NamedTuple):
    """`name`: the property that fixes `{name}`. `ids`, `arns`: the attributes that equal `Ref`, or the ARN.

    `names`: the attributes that are `{name}` where `Ref` is more. `also`: further spellings by which others may
    refer to it. `qualified`: a reference may carry one more `:segment` (a version or an alias).
    """

    type: str
    ref: str
    arn: str | None
    name: str | None = None
    ids: tuple[str, ...] = ()
    arns: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    qualified: bool = False

    @property
    def page(self) -> str:
        """The type's page in the CloudFormation Template Reference, or in the SAM developer guide."""
        if self.type.startswith("AWS::Serverless::"):
            return f"{_SAM_PAGES}{self.type.lower().rpartition('::')[2]}.html"
        return _PAGES + "-".join(self.type.lower().split("::")[1:]) + ".html"


def _arn(service: str, resource: str) -> str:
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}"


def _global(service: str, resource: str) -> str:
    return f"arn:{{partition}}:{service}::{{account}}:{resource}"


_POLICY = _global("iam", "policy{Path}{name}")
_OIDC = _global("iam", "oidc-provider/{id}")
_TOPIC = _arn("sns", "{name}")
_SUBSCRIPTION = _arn("sns", "{id}")
_QUEUE_URL = "https://sqs.{region}.{suffix}/{account}/{name}"
_SECRET = _arn("secretsmanager", "secret:{id}")
_FUNCTION = _arn("lambda", "function:{name}")
_FUNCTION_PARTS = ("{account}:function:{name}", "function:{name}")
_STORE = _arn("cloudtrail", "eventdatastore/{id}")
_LOGS = _arn("logs", "log-group:{name}")
_STREAM = "AWS::KinesisFirehose::DeliveryStream"
_RULE = "AWS::ObservabilityAdmin::OrganizationCentralizationRule"
_RULE_ARN = _arn("observabilityadmin", "organization-centralization-rule/{id}")
_BALANCER = _arn("elasticloadbalancing", "loadbalancer/{id}")
_LISTENER = _arn("elasticloadbalancing", "listener/{id}")
_REALTIME = _global("cloudfront", "realtime-log-config/{name}")
_TASK = _arn("ecs", "task-definition/{id}")
_REST_API = "arn:{partition}:apigateway:{region}::/restapis/{id}"
_API = "arn:{partition}:apigateway:{region}::/apis/{id}"

KINDS: Mapping[str, Kind] = {
    kind.type: kind
    for kind in (
        Kind("AWS::S3::Bucket", "{name}", "arn:{partition}:s3:::{name}", "BucketName", arns=("Arn",)),
        Kind("AWS::S3::AccessPoint", "{name}", _arn("s3", "accesspoint/{name}"), "Name", ("Name",), ("Arn",)),
        Kind("AWS::IAM::User", "{name}", _global("iam", "user{Path}{name}"), "UserName", arns=("Arn",)),
        Kind("AWS::IAM::Role", "{name}", _global("iam", "role{Path}{name}"), "RoleName", arns=("Arn",)),
        Kind("AWS::IAM::Group", "{name}", _global("iam", "group{Path}{name}"), "GroupName", arns=("Arn",)),
        Kind("AWS::IAM::ManagedPolicy", _POLICY, _POLICY, "ManagedPolicyName", arns=("PolicyArn",)),
        Kind(
            "AWS::IAM::InstanceProfile",
            "{name}",
            _global("iam", "instance-profile{Path}{name}"),
            "InstanceProfileName",
            arns=("Arn",),
        ),
        Kind("AWS::IAM::OIDCProvider", _OIDC, _OIDC, arns=("Arn",)),
        Kind(
            "AWS::EC2::SecurityGroup",
            "{id}",
            _arn("ec2", "security-group/{id}"),
            ids=("GroupId", "Id"),
            also=("{GroupName}",),
        ),
        Kind("AWS::EC2::NetworkAcl", "{id}", _arn("ec2", "network-acl/{id}"), ids=("Id",)),
        Kind("AWS::EC2::PrefixList", "{id}", _arn("ec2", "prefix-list/{id}"), ids=("PrefixListId",), arns=("Arn",)),
        Kind("AWS::EC2::VPC", "{id}", _arn("ec2", "vpc/{id}"), ids=("VpcId",)),
        Kind("AWS::EC2::Subnet", "{id}", _arn("ec2", "subnet/{id}"), ids=("SubnetId",)),
        Kind("AWS::EC2::NetworkInterface", "{id}", _arn("ec2", "network-interface/{id}"), ids=("Id",)),
        Kind("AWS::EC2::Instance", "{id}", _arn("ec2", "instance/{id}"), ids=("InstanceId",)),
        Kind("AWS::EC2::Volume", "{id}", _arn("ec2", "volume/{id}"), ids=("VolumeId",)),
        Kind("AWS::EC2::FlowLog", "{id}", _arn("ec2", "vpc-flow-log/{id}"), ids=("Id",)),
        Kind(
            "AWS::EC2::LaunchTemplate",
            "{id}",
            _arn("ec2", "launch-template/{id}"),
            ids=("LaunchTemplateId",),
            also=("{LaunchTemplateName}",),
        ),
        Kind("AWS::AutoScaling::LaunchConfiguration", "{name}", None, "LaunchConfigurationName"),
        Kind(
            "AWS::RDS::DBInstance", "{name}", _arn("rds", "db:{name}"), "DBInstanceIdentifier", arns=("DBInstanceArn",)
        ),
        Kind(
            "AWS::RDS::DBCluster",
            "{name}",
            _arn("rds", "cluster:{name}"),
            "DBClusterIdentifier",
            arns=("DBClusterArn",),
        ),
        Kind("AWS::RDS::GlobalCluster", "{name}", _global("rds", "global-cluster:{name}"), "GlobalClusterIdentifier"),
        Kind("AWS::RDS::DBSubnetGroup", "{name}", _arn("rds", "subgrp:{name}"), "DBSubnetGroupName"),
        Kind("AWS::KMS::Key", "{id}", _arn("kms", "key/{id}"), ids=("KeyId",), arns=("Arn",)),
        Kind("AWS::KMS::ReplicaKey", "{id}", _arn("kms", "key/{id}"), ids=("KeyId",), arns=("Arn",)),
        Kind("AWS::KMS::Alias", "{name}", _arn("kms", "{name}"), "AliasName"),
        Kind("AWS::SNS::Topic", _TOPIC, _TOPIC, "TopicName", arns=("TopicArn",), names=("TopicName",)),
        Kind("AWS::SNS::Subscription", _SUBSCRIPTION, _SUBSCRIPTION, arns=("Arn",)),
        Kind(
            "AWS::SQS::Queue", _QUEUE_URL, _arn("sqs", "{name}"), "QueueName", ("QueueUrl",), ("Arn",), ("QueueName",)
        ),
        Kind("AWS::SecretsManager::Secret", _SECRET, _SECRET, ids=("Id",), also=("{Name}",)),
        Kind(
            "AWS::Lambda::Function",
            "{name}",
            _FUNCTION,
            "FunctionName",
            arns=("Arn",),
            also=_FUNCTION_PARTS,
            qualified=True,
        ),
        Kind(
            "AWS::Serverless::Function",
            "{name}",
            _FUNCTION,
            "FunctionName",
            arns=("Arn",),
            also=_FUNCTION_PARTS,
            qualified=True,
        ),
        Kind("AWS::Lambda::Alias", "{FunctionName}:{Name}", None, ids=("AliasArn",)),
        Kind("AWS::Lambda::Version", "{FunctionName}:{id}", None, ids=("FunctionArn",)),
        Kind("AWS::Lambda::Url", "{TargetFunctionArn}", None, ids=("FunctionArn",)),
        Kind("AWS::CloudTrail::Trail", "{name}", _arn("cloudtrail", "trail/{name}"), "TrailName", arns=("Arn",)),
        Kind("AWS::CloudTrail::EventDataStore", _STORE, _STORE, arns=("EventDataStoreArn",)),
        Kind("AWS::Logs::LogGroup", "{name}", f"{_LOGS}:*", "LogGroupName", arns=("Arn",), also=(_LOGS,)),
        Kind("AWS::Logs::DeliverySource", "{name}", _arn("logs", "delivery-source:{name}"), "Name", arns=("Arn",)),
        Kind("AWS::Logs::Delivery", "{id}", _arn("logs", "delivery:{id}"), ids=("DeliveryId",), arns=("Arn",)),
        Kind("AWS::CloudWatch::Alarm", "{name}", _arn("cloudwatch", "alarm:{name}"), "AlarmName", arns=("Arn",)),
        Kind(
            "AWS::CloudWatch::CompositeAlarm", "{name}", _arn("cloudwatch", "alarm:{name}"), "AlarmName", arns=("Arn",)
        ),
        Kind(_STREAM, "{name}", _arn("firehose", "deliverystream/{name}"), "DeliveryStreamName", arns=("Arn",)),
        Kind(_RULE, _RULE_ARN, _RULE_ARN, arns=("RuleArn",)),
        Kind("AWS::Events::EventBus", "{name}", _arn("events", "event-bus/{name}"), "Name", ("Name",), ("Arn",)),
        Kind("AWS::Events::Rule", "{name}", _arn("events", "rule/{name}"), "Name", ("RuleName",), ("Arn",)),
        Kind("AWS::CloudFront::Distribution", "{id}", _global("cloudfront", "distribution/{id}"), ids=("Id",)),
        Kind("AWS::CloudFront::RealtimeLogConfig", _REALTIME, _REALTIME, "Name", arns=("Arn",)),
        Kind("AWS::ElasticLoadBalancingV2::LoadBalancer", _BALANCER, _BALANCER, arns=("LoadBalancerArn",)),
        Kind("AWS::ElasticLoadBalancingV2::Listener", _LISTENER, _LISTENER, arns=("ListenerArn",)),
        Kind(
            "AWS::ElasticLoadBalancing::LoadBalancer",
            "{name}",
            _arn("elasticloadbalancing", "loadbalancer/{name}"),
            "LoadBalancerName",
        ),
        Kind("AWS::ApiGateway::RestApi", "{id}", _REST_API, ids=("RestApiId",)),
        Kind("AWS::ApiGatewayV2::Api", "{id}", _API, ids=("ApiId",)),
        Kind("AWS::Serverless::Api", "{id}", _REST_API, ids=("RestApiId",)),
        Kind("AWS::Serverless::HttpApi", "{id}", _API, ids=("ApiId",)),
        Kind("AWS::ApiGateway::Stage", "{name}", None, "StageName"),
        Kind("AWS::ApiGatewayV2::Stage", "{name}", None, "StageName"),
        Kind("AWS::ECR::Repository", "{name}", _arn("ecr", "repository/{name}"), "RepositoryName", arns=("Arn",)),
        Kind("AWS::ECS::TaskDefinition", _TASK, _TASK, arns=("TaskDefinitionArn",)),
        Kind(
            "AWS::EFS::FileSystem",
            "{id}",
            _arn("elasticfilesystem", "file-system/{id}"),
            ids=("FileSystemId",),
            arns=("Arn",),
        ),
        Kind("AWS::DynamoDB::Table", "{name}", _arn("dynamodb", "table/{name}"), "TableName", arns=("Arn",)),
        Kind("AWS::CodeBuild::Project", "{name}", _arn("codebuild", "project/{name}"), "Name", ("Id",), ("Arn",)),
        Kind(
            "AWS::Backup::BackupPlan",
            "{id}",
            _arn("backup", "backup-plan:{id}"),
            ids=("BackupPlanId",),
            arns=("BackupPlanArn",),
        ),
        Kind(
            "AWS::KinesisFirehose::DeliveryStream",
            "{name}",
            _arn("firehose", "deliverystream/{name}"),
            "DeliveryStreamName",
            arns=("Arn",),
        ),
    )
}

# What a format takes for a property that is absent.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
ABSENT: Mapping[str, str] = {"Path": "/"}

# Attributes that are the identity of a resource which AWS makes beside this one, and what is known of that one:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpc.html
# https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
BESIDE: Mapping[tuple[str, str], tuple[str, Mapping[str, str]]] = {
    ("AWS::EC2::VPC", "DefaultSecurityGroup"): ("AWS::EC2::SecurityGroup", {"GroupName": "default"}),
    ("AWS::EC2::VPC", "DefaultNetworkAcl"): ("AWS::EC2::NetworkAcl", {}),
}

# Services without a region: https://docs.aws.amazon.com/general/latest/gr/rande.html#global-endpoints
GLOBAL = ("AWS::IAM::", "AWS::CloudFront::", "AWS::Route53::", "AWS::Organizations::")
