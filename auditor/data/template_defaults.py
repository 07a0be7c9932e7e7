"""What a service takes for a property that a template leaves out.

The first row of a path whose tests hold gives the value. A test that cannot be decided hides the value, and so
does `INHERITED`: the value comes from a snapshot, a source or a replica that the template does not show.
A property of a resource that has no row here stays absent.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from auditor.model import Path

_CFN = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
_RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/"


class Test(NamedTuple):
    """A test on another property of the same resource; `*` is the same index as in the row's path.

    `named`: present, and not the empty text, which names nothing.
    `assumed`: not a property but a name in `[template.assume]` that must be true; `region`: one whose list must
    hold the region of the template (or `*`).
    """

    of: str
    test: Literal["absent", "present", "named", "equals", "starts", "assumed", "region"]
    value: Any = None


class Inherited(NamedTuple):
    """The value of property `at` of the resource that property `of` names, else hidden."""

    of: str
    type: str = ""
    at: str = ""


class Default(NamedTuple):
    """`field`: keys joined by `/`, `*` for any index; it is filled in only where what it lies in exists.

    `always`: what the template says instead does not count.
    """

    type: str
    field: str
    value: Any
    link: str
    when: tuple[Test, ...] = ()
    empty: bool = False  # an empty list counts as left out
    always: bool = False

    @property
    def path(self) -> Path:
        return tuple(self.field.split("/"))


def present(of: str) -> tuple[Test, ...]:
    return (Test(of, "present"),)


def named(of: str) -> tuple[Test, ...]:
    return (Test(of, "named"),)


_INSTANCE, _CLUSTER, _GLOBAL = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::RDS::GlobalCluster"
_CREATE = _RDS + "API_CreateDBInstance.html"
_CREATE_CLUSTER = _RDS + "API_CreateDBCluster.html"
_DB = _CFN + "aws-resource-rds-dbinstance.html"
_DB_CLUSTER = _CFN + "aws-resource-rds-dbcluster.html"
_DB_GLOBAL = _CFN + "aws-resource-rds-globalcluster.html"
_AURORA_ENCRYPTION = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html"
_GROUP = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html"
_KEY = _CFN + "aws-resource-kms-key.html"
_TRAIL = _CFN + "aws-resource-cloudtrail-trail.html"
_VOLUME = _CFN + "aws-resource-ec2-volume.html"
_BY_DEFAULT = "https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html"
_AURORA = Test("Engine", "starts", "aurora")
_ENCRYPTING = Test("default_encryption_regions", "region")
_ALL_BLOCKED = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}
_EVERYWHERE = [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}, {"IpProtocol": "-1", "CidrIpv6": "::/0"}]


def _block_devices(type: str, mappings: str, link: str) -> tuple[Default, ...]:
    """A mapping without a snapshot is not encrypted, unless the account encrypts every new volume of the region."""
    encrypted, snapshot = f"{mappings}/*/Ebs/Encrypted", f"{mappings}/*/Ebs/SnapshotId"
    return (
        Default(type, encrypted, Inherited(snapshot), link, present(snapshot)),
        Default(type, encrypted, True, _BY_DEFAULT, (_ENCRYPTING,)),
        Default(type, encrypted, False, link),
    )


def _restored(type: str, link: str, source: Inherited) -> Default:
    """A restore or a replica takes the encryption of its source, whatever the template says."""
    return Default(type, "StorageEncrypted", source, link, named(source.of), always=True)


def _as_the_source(of: str, *more: Test) -> Default:
    """Where the effective StorageEncrypted is not true; to be listed behind its rows."""
    tests = (*named(of), *more, Test("StorageEncrypted", "equals", False))
    return Default(_CLUSTER, "StorageEncryptionType", Inherited(of), _AURORA_ENCRYPTION, tests)


def _replicated(source: Inherited) -> tuple[Default, ...]:
    says_false = Test("StorageEncrypted", "equals", False)
    return (
        Default(_CLUSTER, "StorageEncrypted", source, _DB_CLUSTER, named(source.of)),
        Default(_CLUSTER, "StorageEncrypted", source, _DB_CLUSTER, (*named(source.of), says_false), always=True),
    )


DEFAULTS: tuple[Default, ...] = (
    # Amazon S3 turns all four on for a new bucket; a template should say so itself, so this row is off by default
    Default(
        "AWS::S3::Bucket",
        "PublicAccessBlockConfiguration",
        _ALL_BLOCKED,
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-bucket.html",
        (Test("s3_public_access_block", "assumed"),),
    ),
    Default("AWS::EC2::SecurityGroup", "SecurityGroupEgress", _EVERYWHERE, _GROUP, empty=True),
    Default("AWS::EC2::NetworkAclEntry", "Egress", False, _CFN + "aws-resource-ec2-networkaclentry.html"),
    # Amazon EBS
    Default("AWS::EC2::Volume", "Encrypted", Inherited("SnapshotId"), _VOLUME, present("SnapshotId")),
    Default(
        "AWS::EC2::Volume",
        "Encrypted",
        Inherited("SourceVolumeId", "AWS::EC2::Volume", "Encrypted"),
        _VOLUME,
        present("SourceVolumeId"),
    ),
    Default("AWS::EC2::Volume", "Encrypted", True, _BY_DEFAULT, (_ENCRYPTING,)),
    Default("AWS::EC2::Volume", "Encrypted", False, _VOLUME),
    *_block_devices("AWS::EC2::Instance", "BlockDeviceMappings", _CFN + "aws-properties-ec2-instance-ebs.html"),
    *_block_devices(
        "AWS::EC2::LaunchTemplate",
        "LaunchTemplateData/BlockDeviceMappings",
        _CFN + "aws-properties-ec2-launchtemplate-ebs.html",
    ),
    *_block_devices(
        "AWS::AutoScaling::LaunchConfiguration",
        "BlockDeviceMappings",
        _CFN + "aws-properties-autoscaling-launchconfiguration-blockdevice.html",
    ),
    # Amazon RDS: reachable from the internet
    Default(
        _INSTANCE,
        "PubliclyAccessible",
        Inherited("SourceDBInstanceIdentifier"),
        _RDS + "API_CreateDBInstanceReadReplica.html",
        present("SourceDBInstanceIdentifier"),
    ),
    Default(_INSTANCE, "PubliclyAccessible", True, _CREATE, (Test("DBSubnetGroupName", "equals", "default"),)),
    Default(_INSTANCE, "PubliclyAccessible", False, _CREATE, present("DBSubnetGroupName")),
    Default(_INSTANCE, "PubliclyAccessible", False, _CREATE, (_AURORA,)),
    Default(_INSTANCE, "PubliclyAccessible", True, _CREATE, present("Engine")),
    Default(_INSTANCE, "PubliclyAccessible", Inherited("Engine"), _CREATE),
    Default(_CLUSTER, "PubliclyAccessible", False, _CREATE_CLUSTER, (_AURORA,)),
    Default(_CLUSTER, "PubliclyAccessible", True, _CREATE_CLUSTER, (Test("DBSubnetGroupName", "equals", "default"),)),
    Default(_CLUSTER, "PubliclyAccessible", False, _CREATE_CLUSTER, present("DBSubnetGroupName")),
    Default(_CLUSTER, "PubliclyAccessible", True, _CREATE_CLUSTER, present("Engine")),
    # Amazon RDS: encrypted
    Default(
        _INSTANCE,
        "StorageEncrypted",
        Inherited("DBClusterIdentifier", _CLUSTER, "StorageEncrypted"),
        _DB,
        present("DBClusterIdentifier"),
    ),
    _restored(_INSTANCE, _DB, Inherited("SourceDBInstanceIdentifier", _INSTANCE, "StorageEncrypted")),
    _restored(_INSTANCE, _DB, Inherited("SourceDBClusterIdentifier", _CLUSTER, "StorageEncrypted")),
    *(
        _restored(_INSTANCE, _DB, Inherited(source))
        for source in (
            "DBSnapshotIdentifier",
            "DBClusterSnapshotIdentifier",
            "SourceDBInstanceAutomatedBackupsArn",
            "SourceDbiResourceId",
        )
    ),
    Default(_INSTANCE, "StorageEncrypted", False, _DB),
    # a snapshot that is not encrypted can be restored encrypted with a key, and only with one
    Default(
        _CLUSTER,
        "StorageEncrypted",
        True,
        _DB_CLUSTER,
        (*present("SnapshotIdentifier"), *named("KmsKeyId"), Test("StorageEncrypted", "equals", True)),
        always=True,
    ),
    _restored(_CLUSTER, _DB_CLUSTER, Inherited("SourceDBClusterIdentifier", _CLUSTER, "StorageEncrypted")),
    _restored(_CLUSTER, _DB_CLUSTER, Inherited("SnapshotIdentifier")),
    _restored(_CLUSTER, _DB_CLUSTER, Inherited("SourceDbClusterResourceId")),
    # the secondary of a global cluster and a replica may ask for encryption; `false` asks for nothing
    *_replicated(Inherited("GlobalClusterIdentifier", _GLOBAL, "StorageEncrypted")),
    *_replicated(Inherited("ReplicationSourceIdentifier")),
    Default(_CLUSTER, "StorageEncrypted", False, _DB_CLUSTER),
    # Aurora encrypts what it restores, but not what goes on as a part or a clone of its source
    _as_the_source("GlobalClusterIdentifier"),
    _as_the_source("ReplicationSourceIdentifier"),
    _as_the_source("SourceDBClusterIdentifier", Test("RestoreType", "equals", "copy-on-write")),
    _as_the_source("SourceDbClusterResourceId", Test("RestoreType", "equals", "copy-on-write")),
    _restored(_GLOBAL, _DB_GLOBAL, Inherited("SourceDBClusterIdentifier", _CLUSTER, "StorageEncrypted")),
    Default(_GLOBAL, "StorageEncrypted", False, _DB_GLOBAL),
    # Amazon RDS: upgrades
    Default(_INSTANCE, "AutoMinorVersionUpgrade", True, _CREATE),
    Default(_CLUSTER, "AutoMinorVersionUpgrade", True, _CREATE_CLUSTER),
    # AWS KMS
    Default("AWS::KMS::Key", "Enabled", True, _KEY),
    Default("AWS::KMS::Key", "KeySpec", "SYMMETRIC_DEFAULT", _KEY),
    Default("AWS::KMS::Key", "KeyUsage", "ENCRYPT_DECRYPT", _KEY),
    Default("AWS::KMS::Key", "Origin", "AWS_KMS", _KEY),
    Default("AWS::KMS::Key", "EnableKeyRotation", False, _KEY),
    Default("AWS::KMS::Key", "RotationPeriodInDays", 365, _KEY, (Test("EnableKeyRotation", "equals", True),)),
    Default("AWS::KMS::ReplicaKey", "Enabled", True, _CFN + "aws-resource-kms-replicakey.html"),
    # AWS CloudTrail
    Default("AWS::CloudTrail::Trail", "EnableLogFileValidation", False, _TRAIL),
    Default("AWS::CloudTrail::Trail", "IncludeGlobalServiceEvents", True, _TRAIL),
    Default("AWS::CloudTrail::Trail", "IsMultiRegionTrail", False, _TRAIL),
    Default("AWS::CloudTrail::Trail", "IsOrganizationTrail", False, _TRAIL),
    Default(
        "AWS::CloudTrail::EventDataStore",
        "MultiRegionEnabled",
        True,
        _CFN + "aws-resource-cloudtrail-eventdatastore.html",
    ),
    # the rest
    Default("AWS::EFS::FileSystem", "Encrypted", False, _CFN + "aws-resource-efs-filesystem.html"),
    Default("AWS::IAM::Role", "Path", "/", _CFN + "aws-resource-iam-role.html"),
    Default("AWS::IAM::ManagedPolicy", "Path", "/", _CFN + "aws-resource-iam-managedpolicy.html"),
    Default("AWS::Logs::LogGroup", "LogGroupClass", "STANDARD", _CFN + "aws-resource-logs-loggroup.html"),
    Default("AWS::CloudWatch::Alarm", "ActionsEnabled", True, _CFN + "aws-resource-cloudwatch-alarm.html"),
    Default(
        "AWS::ApiGatewayV2::Api",
        "ProtocolType",
        "HTTP",
        _CFN + "aws-resource-apigatewayv2-api.html",
        present("Body"),
    ),
    Default(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "Type",
        "application",
        _CFN + "aws-resource-elasticloadbalancingv2-loadbalancer.html",
    ),
)

# The names that `[template.assume]` may hold.
ASSUMABLE: frozenset[str] = frozenset(
    test.of for row in DEFAULTS for test in row.when if test.test in ("assumed", "region")
)
