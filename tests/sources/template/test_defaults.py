"""What a template leaves out is what the service takes for it, or hidden where nobody can tell."""

from __future__ import annotations

from typing import Any

import pytest
from scopes import one, scope_of

from auditor.model import HIDDEN, Hidden

UNKNOWN = "unknown"
MAP = "BlockDeviceMappings: [{DeviceName: /dev/sdf, Ebs: {%s}}]"


def subject(type: str, properties: str, more: str = "", **settings: Any) -> Any:
    scope = scope_of(
        f"""
        Parameters:
          Given: {{Type: String}}
        Resources:
          Subject: {{Type: "{type}", Properties: {{{properties}}}}}
          {more}
        """,
        type,
        **settings,
    )
    return one(scope, "#Subject").properties


def value(properties: Any, path: str) -> Any:
    for key in path.split("/"):
        properties = properties[int(key) if key.isdigit() else key]
    return UNKNOWN if isinstance(properties, HIDDEN) else properties


@pytest.mark.parametrize(
    ("type", "properties", "path", "expected"),
    [
        ("AWS::RDS::DBInstance", "Engine: mysql", "PubliclyAccessible", True),
        ("AWS::RDS::DBInstance", "Engine: mysql, DBSubnetGroupName: default", "PubliclyAccessible", True),
        ("AWS::RDS::DBInstance", "Engine: mysql, DBSubnetGroupName: own", "PubliclyAccessible", False),
        ("AWS::RDS::DBInstance", "Engine: mysql, DBSubnetGroupName: !Ref Own", "PubliclyAccessible", False),
        ("AWS::RDS::DBInstance", "Engine: mysql, DBSubnetGroupName: !Ref Given", "PubliclyAccessible", UNKNOWN),
        ("AWS::RDS::DBInstance", "Engine: aurora-postgresql", "PubliclyAccessible", False),
        ("AWS::RDS::DBInstance", "Engine: !Ref Given", "PubliclyAccessible", UNKNOWN),
        ("AWS::RDS::DBInstance", "DBSnapshotIdentifier: s", "PubliclyAccessible", UNKNOWN),
        ("AWS::RDS::DBInstance", 'Engine: mysql, PubliclyAccessible: "false"', "PubliclyAccessible", False),
        ("AWS::RDS::DBCluster", "Engine: mysql, DBClusterInstanceClass: x", "PubliclyAccessible", True),
        ("AWS::RDS::DBCluster", "Engine: aurora-mysql", "PubliclyAccessible", False),
        ("AWS::RDS::DBInstance", "Engine: mysql", "StorageEncrypted", False),
        ("AWS::RDS::DBInstance", "Engine: mysql, KmsKeyId: k", "StorageEncrypted", False),
        ("AWS::RDS::DBInstance", "DBSnapshotIdentifier: s", "StorageEncrypted", UNKNOWN),
        ("AWS::RDS::DBInstance", "DBSnapshotIdentifier: !Ref AWS::NoValue", "StorageEncrypted", False),
        ("AWS::RDS::DBInstance", "SourceDBInstanceIdentifier: !Ref Encrypted", "StorageEncrypted", True),
        ("AWS::RDS::DBInstance", "SourceDBInstanceIdentifier: !Ref Replica", "StorageEncrypted", True),
        ("AWS::RDS::DBInstance", "SourceDBInstanceIdentifier: elsewhere", "StorageEncrypted", UNKNOWN),
        ("AWS::RDS::DBInstance", "SourceDBInstanceIdentifier: !Ref Subject", "StorageEncrypted", UNKNOWN),
        ("AWS::RDS::DBInstance", "DBClusterIdentifier: !Ref Cluster", "StorageEncrypted", True),
        ("AWS::RDS::DBCluster", "GlobalClusterIdentifier: !Ref Global", "StorageEncrypted", True),
        ("AWS::RDS::GlobalCluster", "SourceDBClusterIdentifier: !Ref Cluster", "StorageEncrypted", True),
        ("AWS::EC2::Volume", "Size: 1", "Encrypted", False),
        ("AWS::EC2::Volume", "KmsKeyId: k", "Encrypted", False),
        ("AWS::EC2::Volume", "SnapshotId: s", "Encrypted", UNKNOWN),
        ("AWS::EC2::Volume", "SnapshotId: !Ref Given", "Encrypted", UNKNOWN),
        ("AWS::EC2::Instance", MAP % "", "BlockDeviceMappings/0/Ebs/Encrypted", False),
        ("AWS::EC2::Instance", MAP % "SnapshotId: s", "BlockDeviceMappings/0/Ebs/Encrypted", UNKNOWN),
        ("AWS::EC2::Instance", MAP % 'Encrypted: "true"', "BlockDeviceMappings/0/Ebs/Encrypted", True),
        (
            "AWS::EC2::LaunchTemplate",
            "LaunchTemplateData: {%s}" % (MAP % ""),
            "LaunchTemplateData/BlockDeviceMappings/0/Ebs/Encrypted",
            False,
        ),
        ("AWS::KMS::Key", "Enabled: true", "KeySpec", "SYMMETRIC_DEFAULT"),
        ("AWS::KMS::Key", 'EnableKeyRotation: "true"', "RotationPeriodInDays", 365),
        ("AWS::KMS::Key", "EnableKeyRotation: !Ref Given", "RotationPeriodInDays", UNKNOWN),
        ("AWS::CloudTrail::Trail", "IsLogging: true", "EnableLogFileValidation", False),
        ("AWS::EC2::SecurityGroup", "GroupDescription: g", "SecurityGroupEgress/0/CidrIp", "0.0.0.0/0"),
        ("AWS::EC2::SecurityGroup", "SecurityGroupEgress: []", "SecurityGroupEgress/1/CidrIpv6", "::/0"),
    ],
)
def test_a_left_out_property(type: str, properties: str, path: str, expected: Any) -> None:
    more = """
          Own: {Type: AWS::RDS::DBSubnetGroup}
          Encrypted: {Type: AWS::RDS::DBInstance, Properties: {Engine: mysql, StorageEncrypted: "true"}}
          Replica: {Type: AWS::RDS::DBInstance, Properties: {SourceDBInstanceIdentifier: !Ref Encrypted}}
          Cluster: {Type: AWS::RDS::DBCluster, Properties: {Engine: aurora-mysql, StorageEncrypted: true}}
          Global: {Type: AWS::RDS::GlobalCluster, Properties: {StorageEncrypted: true}}
    """.strip()
    assert value(subject(type, properties, more), path) == expected


def test_what_is_not_there_stays_absent() -> None:
    properties = subject("AWS::EC2::Instance", "BlockDeviceMappings: [{DeviceName: a, NoDevice: {}}, {DeviceName: b}]")
    assert properties["BlockDeviceMappings"] == [{"DeviceName": "a", "NoDevice": {}}, {"DeviceName": "b"}]
    assert "RotationPeriodInDays" not in subject("AWS::KMS::Key", "Enabled: true")
    assert "PublicAccessBlockConfiguration" not in subject("AWS::S3::Bucket", "BucketName: b")


def test_the_public_access_block_of_new_buckets_is_taken_on_request() -> None:
    assume = {"s3_public_access_block": True}
    block = subject("AWS::S3::Bucket", "BucketName: b", assume=assume)["PublicAccessBlockConfiguration"]
    assert len(block) == 4 and all(value is True for value in block.values())
    own = subject("AWS::S3::Bucket", "PublicAccessBlockConfiguration: {BlockPublicAcls: true}", assume=assume)
    assert own["PublicAccessBlockConfiguration"] == {"BlockPublicAcls": True}


@pytest.mark.parametrize(
    ("region", "regions", "expected"),
    [
        ("eu-west-1", ["eu-west-1"], True),
        ("eu-west-1", ["us-east-1"], False),
        ("eu-west-1", ["*"], True),
        (None, ["*"], True),
        (None, ["us-east-1"], UNKNOWN),
        (None, [], False),
    ],
)
def test_regions_that_encrypt_new_volumes(region: str | None, regions: list[str], expected: Any) -> None:
    properties = subject("AWS::EC2::Volume", "Size: 1", region=region, assume={"default_encryption_regions": regions})
    assert value(properties, "Encrypted") == expected


def test_a_default_is_a_copy() -> None:
    first, second = (subject("AWS::EC2::SecurityGroup", "GroupDescription: g") for _ in range(2))
    assert first["SecurityGroupEgress"][0] is not second["SecurityGroupEgress"][0]


def test_the_gap_of_an_inherited_value_names_the_source() -> None:
    hidden = subject("AWS::RDS::DBInstance", "SourceDBInstanceIdentifier: primary")["StorageEncrypted"]
    assert isinstance(hidden, Hidden)
    assert hidden.detail == "inherited from SourceDBInstanceIdentifier primary"


@pytest.mark.parametrize("said", ["true", "false"])
def test_a_restore_takes_the_encryption_of_its_source_whatever_is_said(said: str) -> None:
    hidden = subject("AWS::RDS::DBInstance", f"DBSnapshotIdentifier: nightly, StorageEncrypted: {said}")
    assert isinstance(hidden["StorageEncrypted"], Hidden)
    assert hidden["StorageEncrypted"].detail == "inherited from DBSnapshotIdentifier nightly"
    plain = subject("AWS::RDS::DBInstance", f'DBSnapshotIdentifier: "", StorageEncrypted: {said}')
    assert plain["StorageEncrypted"] is (said == "true")


def test_a_long_chain_of_replicas_ends_without_a_crash() -> None:
    chain = "\n".join(
        f"  D{n}: {{Type: AWS::RDS::DBInstance, Properties: {{SourceDBInstanceIdentifier: !Ref D{n + 1}}}}}"
        for n in range(300)
    )
    last = "  D300: {Type: AWS::RDS::DBInstance, Properties: {StorageEncrypted: true}}"
    scope = scope_of(f"Resources:\n{chain}\n{last}", "AWS::RDS::DBInstance")
    assert one(scope, "#D300").properties["StorageEncrypted"] is True
    assert isinstance(one(scope, "#D0").properties["StorageEncrypted"], Hidden)
