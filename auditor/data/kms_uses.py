"""Which property of a resource names its KMS key, and which calls of services the key's policy is to admit.

A service that works by grants (EBS, RDS) or in the name of the caller (`via`) needs no statement of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

_CLOUDTRAIL = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html"
_LOGS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"
_SNS = "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"
_VIA = "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service"


class Probe(NamedTuple):
    """Calls of one service, all of which it makes; `{region}` is the resource's own.

    `sends`: condition keys and what of the resource they hold; `unsaid`: those that it sends with what is not known
    here; `never`: those that it does not send. `needed`: the resource cannot encrypt without it, and `why` says what it
    then lacks.
    """

    service: str
    actions: tuple[str, ...]
    link: str
    sends: Mapping[str, Literal["arn", "account"]] = {}
    unsaid: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    needed: bool = False
    why: str = ""


class Use(NamedTuple):
    """`via`: the service in whose name `kms:ViaService` speaks where principals call the key through it."""

    property: str
    probes: tuple[Probe, ...] = ()
    via: str = ""
    link: str = _VIA


# Keys of a service's own calls whose values are not documented.
UNDOCUMENTED = (
    *("aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "kms:encryptioncontextkeys", "kms:viaservice"),
    *("kms:calleraccount", "kms:keyspec", "kms:keyusage", "kms:keyorigin", "kms:multiregion", "kms:resourcealiases"),
    *("aws:resourceorgid", "aws:resourceorgpaths", "aws:viaawsservice", "aws:currenttime", "aws:epochtime"),
)

_PUBLISHING = ("kms:GenerateDataKey", "kms:Decrypt")

USES: Mapping[str, Use] = {
    "AWS::CloudTrail::Trail": Use(
        "KMSKeyId",
        (
            Probe(
                "cloudtrail.amazonaws.com",
                ("kms:GenerateDataKey",),
                _CLOUDTRAIL,
                {"kms:encryptioncontext:aws:cloudtrail:arn": "arn", "aws:sourcearn": "arn"},
                needed=True,
                why="generate data keys for it",
            ),
        ),
        link=_CLOUDTRAIL,
    ),
    "AWS::Logs::LogGroup": Use(
        "KmsKeyId",
        (
            Probe(
                "logs.{region}.amazonaws.com",
                (
                    *("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
                    *("kms:GenerateDataKey", "kms:DescribeKey"),
                ),
                _LOGS,
                {"kms:encryptioncontext:aws:logs:arn": "arn"},
                ("aws:sourcearn",),
                needed=True,
                why="encrypt and decrypt its events",
            ),
        ),
        link=_LOGS,
    ),
    "AWS::SNS::Topic": Use(
        "KmsMasterKeyId",
        (
            # the alarm that publishes is one of the account; which one is not said here
            Probe(
                "cloudwatch.amazonaws.com",
                _PUBLISHING,
                _SNS,
                {"kms:encryptioncontext:aws:sns:topicarn": "arn", "aws:sourceaccount": "account"},
                ("aws:sourcearn",),
            ),
            Probe(
                "events.amazonaws.com",
                _PUBLISHING,
                _SNS,
                {"kms:encryptioncontext:aws:sns:topicarn": "arn"},
                never=("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"),
            ),
        ),
        "sns",
        _SNS,
    ),
    "AWS::SQS::Queue": Use("KmsMasterKeyId", via="sqs"),
    "AWS::SecretsManager::Secret": Use("KmsKeyId", via="secretsmanager"),
    "AWS::EC2::Volume": Use("KmsKeyId", via="ec2"),
    "AWS::EFS::FileSystem": Use("KmsKeyId", via="elasticfilesystem"),
    "AWS::RDS::DBInstance": Use("KmsKeyId", via="rds"),
    "AWS::RDS::DBCluster": Use("KmsKeyId", via="rds"),
}
