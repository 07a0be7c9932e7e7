"""The rest of the proof account: trails and other records, functions, web front ends, the account itself."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from seed import CANARY, REGION, Client

ROLE = "arn:aws:iam::123456789012:role/trusts-service"


def seed_services(client: Client) -> dict[str, str]:
    """Id -> label of what AWS names itself."""
    _trails(client)
    labels = _functions(client("lambda", REGION)) | _distributions(client("cloudfront"))
    _stages(client("apigateway", REGION))
    _account(client)
    return labels


def _trails(client: Client) -> None:
    logs = client("logs", REGION)
    logs.create_log_group(logGroupName="trail")
    group = "arn:aws:logs:eu-west-1:123456789012:log-group:trail:*"
    trail = client("cloudtrail", REGION)
    delivered = {"CloudWatchLogsLogGroupArn": group, "CloudWatchLogsRoleArn": ROLE}
    trail.create_trail(
        Name="kept", S3BucketName="acme-logs", EnableLogFileValidation=True, IsMultiRegionTrail=True, **delivered
    )
    trail.create_trail(
        Name="loose",
        S3BucketName="acme-website",
        EnableLogFileValidation=False,
        KmsKeyId=_unread(client("kms", REGION)),
    )
    some = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::acme-data/"]}
    writes = {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "DataResources": [some]}
    trail.put_event_selectors(TrailName="kept", EventSelectors=[writes])
    trail.start_logging(Name="kept")


def _unread(kms: Any) -> str:
    """The ARN of the key whose policy is refused."""
    arns = (each["KeyArn"] for each in kms.list_keys()["Keys"])
    return next(arn for arn in arns if kms.describe_key(KeyId=arn)["KeyMetadata"]["Description"] == "key-unread")


def _functions(functions: Any) -> dict[str, str]:
    labels = {}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("app.py", "def handler(event, context): return 1")
    for name, variables in (
        ("checkout", {"AWS_SECRET_ACCESS_KEY": CANARY}),
        ("resize", {"STAGE": "prod"}),
        ("unread", {}),
    ):
        made = functions.create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=ROLE,
            Handler="app.handler",
            Code={"ZipFile": archive.getvalue()},
            Environment={"Variables": variables},
        )
        labels[made["FunctionArn"]] = f"url-of-{name}"
    functions.add_permission(FunctionName="checkout", StatementId="all", Action="lambda:InvokeFunction", Principal="*")
    functions.add_permission(
        FunctionName="resize",
        StatementId="bucket",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::acme-data",
        SourceAccount="123456789012",
    )
    return labels


def _stages(api: Any) -> None:
    rest = api.create_rest_api(name="shop")["id"]
    root = api.get_resources(restApiId=rest)["items"][0]["id"]
    api.put_method(restApiId=rest, resourceId=root, httpMethod="GET", authorizationType="AWS_IAM")
    api.put_integration(restApiId=rest, resourceId=root, httpMethod="GET", type="MOCK")
    deployed = api.create_deployment(restApiId=rest)["id"]
    for name in ("logged", "silent"):
        api.create_stage(restApiId=rest, stageName=name, deploymentId=deployed)
    log = "arn:aws:logs:eu-west-1:123456789012:log-group:trail"
    patches = [{"op": "replace", "path": "/accessLogSettings/destinationArn", "value": log}]
    patches.append({"op": "replace", "path": "/accessLogSettings/format", "value": "$context.requestId"})
    patches.append({"op": "replace", "path": "/*/*/logging/loglevel", "value": "INFO"})
    api.update_stage(restApiId=rest, stageName="logged", patchOperations=patches)


def _distributions(cloudfront: Any) -> dict[str, str]:
    labels = {}
    for label, bucket in (("site-logged", "acme-logs.s3.amazonaws.com"), ("site-silent", "")):
        origin = {
            "Id": "o",
            "DomainName": "example.org",
            "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
        }
        made = cloudfront.create_distribution(
            DistributionConfig={
                "CallerReference": label,
                "Origins": {"Quantity": 1, "Items": [origin]},
                "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
                "Comment": label,
                "Enabled": True,
                "Logging": {"Enabled": bool(bucket), "IncludeCookies": False, "Bucket": bucket, "Prefix": ""},
            }
        )
        labels[made["Distribution"]["Id"]] = label
    return labels


def _account(client: Client) -> None:
    client("s3control").put_public_access_block(
        AccountId="123456789012",
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": False,
            "RestrictPublicBuckets": False,
        },
    )
