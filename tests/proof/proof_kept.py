"""A second account, in which everything that is asked once per account or region is as it should be."""

from __future__ import annotations

import json

from faulty import Answer, Fault
from proof_recorded import iam, summary
from seed import BLOCKED, REGION, Client, document

ACCOUNT = "210987654321"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/auditor"


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
    ec2 = client("ec2", REGION)
    return {
        ec2.describe_vpcs()["Vpcs"][0]["VpcId"]: "default-vpc",
        ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]: "default-group",
        ec2.describe_network_acls()["NetworkAcls"][0]["NetworkAclId"]: "default-acl",
    }


def kept(service: str, said: str) -> Answer | None:
    """Recorded answers for what moto lacks; moto answers the rest."""
    for (of, words), answer in _ANSWERS.items():
        if of == service and words in said:
            return answer
    return None


def _json(value: object) -> Answer:
    return Answer(200, json.dumps(value).encode())


_HUB = f"arn:aws:securityhub:{REGION}:{ACCOUNT}"
_ANALYZER = {
    "arn": f"arn:aws:access-analyzer:{REGION}:{ACCOUNT}:analyzer/external",
    "name": "external",
    "type": "ACCOUNT",
    "createdAt": "2025-01-01T00:00:00Z",
    "status": "ACTIVE",
}
_STANDARD = {
    "StandardsSubscriptionArn": f"{_HUB}:subscription/aws-foundational-security-best-practices/v/1.0.0",
    "StandardsArn": f"arn:aws:securityhub:{REGION}::standards/aws-foundational-security-best-practices/v/1.0.0",
    "StandardsInput": {},
    "StandardsStatus": "READY",
}
_RECORDER = {"name": "default", "recording": True, "lastStatus": "SUCCESS"}  # moto's says PENDING for ever
_ANSWERS = {
    ("config", "DescribeConfigurationRecorderStatus"): _json({"ConfigurationRecordersStatus": [_RECORDER]}),
    ("access-analyzer", "GET /analyzer"): _json({"analyzers": [_ANALYZER]}),
    ("iam", "Action=GetAccountSummary"): iam("GetAccountSummary", summary(keys=0, mfa=1)),
    ("securityhub", "GET /accounts"): _json({"HubArn": f"{_HUB}:hub/default", "SubscribedAt": "2025-01-01T00:00:00Z"}),
    ("securityhub", "/standards/get"): _json({"StandardsSubscriptions": [_STANDARD]}),
    ("securityhub", "/productSubscriptions"): _json({"ProductSubscriptions": []}),
    ("securityhub", "/hubv2"): Answer(
        404, b'{"Code":"ResourceNotFoundException","Message":"Security Hub is not enabled"}'
    ),
}

FAULT: Fault = kept
