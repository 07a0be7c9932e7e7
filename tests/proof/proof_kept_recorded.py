"""What moto lacks of the second account: AWS's own answers, in the shapes of botocore's service models."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

from faulty import Answer, Fault
from proof_recorded import NO_STORES, NOTHING_MORE, iam, summary
from seed import REGION

ACCOUNT = "210987654321"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/auditor"
GROUP = "main-trail"  # where its trail writes to
ARCHIVE = "acme-data"  # a bucket of the first account, to which the bucket of the trail replicates


def kept_answers(labels: Mapping[str, str]) -> Fault:
    """The account as the manifest describes it: recorded answers, then moto."""
    plan = next(id for id, label in labels.items() if label == "plan-daily")
    recorded = _ANSWERS | _selections(plan) | {("cloudtrail", "GetTrailStatus"): _status(int(time.time()))}

    def fault(service: str, said: str) -> Answer | None:
        for (of, words), answer in recorded.items():
            if of == service and words in said:
                return answer
        return None

    return fault


def _json(value: object) -> Answer:
    return Answer(200, json.dumps(value).encode())


def _status(now: int) -> Answer:
    """moto's trails never deliver to a log group."""
    delivered = {"LatestDeliveryTime": now - 240, "LatestCloudWatchLogsDeliveryTime": now - 180}
    return _json({"IsLogging": True, "StartLoggingTime": now - 86400, **delivered})


def _selections(plan: str) -> Mapping[tuple[str, str], Answer]:
    """moto has plans, but no selections and no settings of a region."""
    made = {"SelectionId": "5d0f4a3e-0000-4000-8000-000000000001", "BackupPlanId": plan, "CreationDate": 1735689600}
    role = f"arn:aws:iam::{ACCOUNT}:role/backup"
    tag = {"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "daily"}
    nothing: dict[str, list[str]] = {
        "StringEquals": [],
        "StringNotEquals": [],
        "StringLike": [],
        "StringNotLike": [],
    }
    selection = {
        "SelectionName": "tagged",
        "IamRoleArn": role,
        "Resources": [],
        "ListOfTags": [tag],
        "NotResources": [],
        "Conditions": nothing,
    }
    at = f"GET /backup/plans/{plan}/selections/"
    listed = {**made, "SelectionName": "tagged", "IamRoleArn": role}
    return {
        ("backup", f"{at}{made['SelectionId']}"): _json({**made, "BackupSelection": selection}),
        ("backup", at): _json({"BackupSelectionsList": [listed]}),
    }


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
_LOG_GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}"
_GROUP = {  # moto's have no class
    "logGroupName": GROUP,
    "creationTime": 1735689600000,
    "metricFilterCount": 1,
    "arn": f"{_LOG_GROUP}:*",
    "storedBytes": 0,
    "logGroupClass": "STANDARD",
    "logGroupArn": _LOG_GROUP,
}
_REPLICATION = Answer(  # moto forgets that the rule takes encrypted objects
    200,
    (
        f'<ReplicationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Role>arn:aws:iam::{ACCOUNT}:role/replication</Role><Rule><ID>all</ID><Priority>1</Priority>"
        f"<Filter><Prefix></Prefix></Filter><Status>Enabled</Status><SourceSelectionCriteria><SseKmsEncryptedObjects>"
        f"<Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria><Destination>"
        f"<Bucket>arn:aws:s3:::{ARCHIVE}</Bucket><EncryptionConfiguration><ReplicaKmsKeyID>"
        f"arn:aws:kms:{REGION}:123456789012:alias/archive</ReplicaKmsKeyID></EncryptionConfiguration></Destination>"
        f"<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication></Rule>"
        f"</ReplicationConfiguration>"
    ).encode(),
)
_OPTED_IN = dict.fromkeys(("Aurora", "DynamoDB", "EBS", "EC2", "EFS", "RDS", "S3"), True)
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
    ("s3", "GET /kept-trail?replication"): _REPLICATION,
    ("cloudtrail", "ListEventDataStores"): NO_STORES,
    **NOTHING_MORE,
    ("logs", "DescribeLogGroups"): _json({"logGroups": [_GROUP]}),
    ("backup", "GET /account-settings"): _json(
        {"ResourceTypeOptInPreference": _OPTED_IN, "ResourceTypeManagementPreference": {"DynamoDB": True, "EFS": True}}
    ),
}
