"""An account with the flaws that accounts have, beside things that are as they should be.

`python tests/seed.py URL` seeds the account that moto answers for at URL (`make demo-live`).
"""

from __future__ import annotations

import base64
import io
import json
import sys
import zipfile
from collections.abc import Callable
from typing import Any

Client = Callable[..., Any]

REGION = "eu-west-1"
BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)

# Planted where configuration holds secrets; tests look for them in everything that is written.
CANARY = "wJalrCANARYKEYbPxRfiCYEXAMPLE0123456789q"


def statement(effect: str, principal: object, action: object, resource: object, **more: object) -> dict[str, object]:
    return {"Effect": effect, "Principal": principal, "Action": action, "Resource": resource, **more}


def document(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def seed(client: Client, secret: str = CANARY) -> None:
    """Fill an empty account: S3, IAM, KMS, EC2 in REGION, RDS, Lambda, ECS, CodeBuild, Auto Scaling, CloudTrail."""
    _s3(client)
    _iam(client)
    _kms(client)
    _ec2(client, secret)
    _rds(client)
    _functions(client, secret)
    _containers(client, secret)
    _trail(client)


def _s3(client: Client) -> None:
    s3 = client("s3")
    for name in ("acme-logs", "acme-website", "acme-data"):
        s3.create_bucket(Bucket=name)
    for name in ("acme-logs", "acme-data"):
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=BLOCKED)
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    both = ["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-data/*"]
    s3.put_bucket_policy(Bucket="acme-data", Policy=document(statement("Deny", "*", "s3:*", both, Condition=insecure)))
    read = statement("Allow", "*", "s3:GetObject", "arn:aws:s3:::acme-website/*")
    s3.put_bucket_policy(Bucket="acme-website", Policy=document(read))


def _iam(client: Client) -> None:
    iam = client("iam")
    anybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    service = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="partner", AssumeRolePolicyDocument=document(anybody))
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=document(service))
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.create_policy(PolicyName="everything", PolicyDocument=document(everything))
    reading = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}
    iam.put_role_policy(RoleName="app", PolicyName="read", PolicyDocument=document(reading))
    iam.create_user(UserName="alice")
    iam.create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40]
    )


def _kms(client: Client) -> None:
    kms = client("kms", REGION)
    kms.create_key(Description="never rotated")
    rotated = kms.create_key(Description="rotated")["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=rotated)


def _ec2(client: Client, secret: str) -> None:
    ec2 = client("ec2", REGION)
    group = ec2.create_security_group(GroupName="bastion", Description="bastion")["GroupId"]
    open_ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[open_ssh])
    ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8)
    ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8, Encrypted=True)
    script = f"#!/bin/sh\nexport DB_PASSWORD={secret}\n"
    ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, UserData=script)
    ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, MetadataOptions={"HttpTokens": "required"})
    encoded = base64.b64encode(script.encode()).decode()
    data = {"ImageId": "ami-12345678", "MetadataOptions": {"HttpTokens": "required"}, "UserData": encoded}
    ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)
    client("autoscaling", REGION).create_launch_configuration(
        LaunchConfigurationName="old", ImageId="ami-12345678", InstanceType="t3.micro", UserData=script
    )


def _rds(client: Client) -> None:
    rds = client("rds", REGION)
    for name, public, encrypted in (("legacy", True, False), ("orders", False, True)):
        rds.create_db_instance(
            DBInstanceIdentifier=name,
            Engine="postgres",
            DBInstanceClass="db.t3.micro",
            AllocatedStorage=20,
            MasterUsername="admin1",
            MasterUserPassword="only-for-moto-1",
            PubliclyAccessible=public,
            StorageEncrypted=encrypted,
        )


def _functions(client: Client, secret: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("app.py", "def handler(event, context): return 1")
    role = "arn:aws:iam::123456789012:role/app"
    for name, variables in (
        ("checkout", {"AWS_SECRET_ACCESS_KEY": secret, "STAGE": "prod"}),
        ("resize", {"STAGE": "prod"}),
    ):
        client("lambda", REGION).create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=role,
            Handler="app.handler",
            Code={"ZipFile": archive.getvalue()},
            Environment={"Variables": variables},
        )


def _containers(client: Client, secret: str) -> None:
    container = {
        "name": "web",
        "image": "web",
        "memory": 128,
        "environment": [{"name": "AWS_SECRET_ACCESS_KEY", "value": secret}],
        "command": ["serve", "--password", secret],
        "entryPoint": ["/bin/sh", "-c", f"TOKEN={secret} run"],
    }
    client("ecs", REGION).register_task_definition(family="web", containerDefinitions=[container])
    client("codebuild", REGION).create_project(
        name="release",
        source={"type": "S3", "location": "acme-data/source.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": "AWS_SECRET_ACCESS_KEY", "value": secret, "type": "PLAINTEXT"}],
        },
        serviceRole="arn:aws:iam::123456789012:role/app",
    )


def _trail(client: Client) -> None:
    client("cloudtrail", REGION).create_trail(Name="main", S3BucketName="acme-logs", EnableLogFileValidation=False)


def main(url: str) -> None:
    import boto3

    session = boto3.session.Session("testing", "testing")
    seed(lambda service, region="us-east-1": session.client(service, region, endpoint_url=url))


if __name__ == "__main__":
    main(sys.argv[1])
