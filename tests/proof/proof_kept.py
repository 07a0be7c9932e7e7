"""A second account, in which everything that is asked once per account or region is as it should be."""

from __future__ import annotations

from typing import Any

from proof_kept_recorded import ACCOUNT
from proof_kept_trail import seed_trail
from seed import BLOCKED, REGION, Client, document


def seed_kept(client: Client) -> dict[str, str]:
    """`client`: makes clients that act in ACCOUNT. Id -> label of what AWS names itself."""
    access = client("iam")
    access.update_account_password_policy(MinimumPasswordLength=14, PasswordReusePrevention=24)
    support = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    access.create_role(RoleName="support", AssumeRolePolicyDocument=document(support))
    access.attach_role_policy(RoleName="support", PolicyArn="arn:aws:iam::aws:policy/AWSSupportAccess")
    client("account").put_alternate_contact(
        AlternateContactType="SECURITY",
        EmailAddress="security@example.org",
        Name="Security",
        PhoneNumber="+1 555 0100",
        Title="On call",
    )
    client("s3control").put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=BLOCKED)
    client("ec2", REGION).enable_ebs_encryption_by_default()
    client("guardduty", REGION).create_detector(Enable=True)
    config = client("config", REGION)
    client("s3").create_bucket(Bucket="kept-config")
    recorder = "arn:aws:iam::210987654321:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    everything = {"allSupported": True, "includeGlobalResourceTypes": True}
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": recorder, "recordingGroup": everything}
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "kept-config"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    labels = seed_trail(client)
    labels |= _backup(client, next(id for id, label in labels.items() if label == "key-trail"))
    ec2 = client("ec2", REGION)
    return labels | {
        ec2.describe_vpcs()["Vpcs"][0]["VpcId"]: "default-vpc",
        ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]: "default-group",
        ec2.describe_network_acls()["NetworkAcls"][0]["NetworkAclId"]: "default-acl",
    }


def _backup(client: Client, key: str) -> dict[str, str]:
    """A volume whose tag a plan asks for. The plan's selection is a recorded answer."""
    iam: Any = client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="backup", AssumeRolePolicyDocument=document(trust))
    work = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
    iam.attach_role_policy(RoleName="backup", PolicyArn=work)
    tagged = {"ResourceType": "volume", "Tags": [{"Key": "backup", "Value": "daily"}]}
    volume = client("ec2", REGION).create_volume(
        AvailabilityZone=f"{REGION}a",
        Size=8,
        Encrypted=True,
        KmsKeyId=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key}",
        TagSpecifications=[tagged],
    )["VolumeId"]
    backup = client("backup", REGION)
    backup.create_backup_vault(BackupVaultName="main")
    daily = {
        "RuleName": "every-day",
        "TargetBackupVaultName": "main",
        "ScheduleExpression": "cron(0 3 ? * * *)",
        "Lifecycle": {"DeleteAfterDays": 35},
    }
    plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": "daily", "Rules": [daily]})["BackupPlanId"]
    return {volume: "volume-saved", plan: "plan-daily"}
