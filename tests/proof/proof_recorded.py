"""What moto does not answer, or answers the same whatever was done: AWS's own answers, in its own wire forms.

The shapes are those of botocore's service models (JSON, REST-XML, EC2 query), the error codes AWS's.
"""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Mapping
from urllib.parse import quote

from faulty import DENIED, Answer, Fault

ACCOUNT = "123456789012"
_EC2 = "http://ec2.amazonaws.com/doc/2016-11-15/"
_IAM = "https://iam.amazonaws.com/doc/2010-05-08/"


def answers(labels: Mapping[str, str]) -> Fault:
    """The account as the manifest describes it: recorded answers, then refusals, then moto."""
    by_label = {label: id for id, label in labels.items()}
    recorded: dict[tuple[str, str], Answer] = {
        ("ec2", "Action=GetInstanceMetadataDefaults"): _xml("GetInstanceMetadataDefaults", "<accountLevel/>"),
        ("ec2", "Action=GetSnapshotBlockPublicAccessState"): _xml(
            "GetSnapshotBlockPublicAccessState", "<state>unblocked</state><managedBy>account</managedBy>"
        ),
        ("ec2", "RestorableBy.1=all"): _xml("DescribeSnapshots", _snapshots(by_label["snapshot-shared"])),
        ("lambda", "/functions/checkout/urls"): _urls("checkout", "NONE"),
        ("lambda", "/functions/resize/urls"): _urls("resize", "AWS_IAM"),
        ("cloudfront", "GET /2020-05-31/realtime-log-config"): Answer(
            200,
            b'<RealtimeLogConfigs xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><MaxItems>100</MaxItems>'
            b"<IsTruncated>false</IsTruncated><Marker></Marker></RealtimeLogConfigs>",
        ),
        ("securityhub", "/hubv2"): _error(404, "ResourceNotFoundException", "Security Hub is not enabled"),
        ("securityhub", "/standards/get"): _error(401, "InvalidAccessException", _UNSUBSCRIBED),
        ("securityhub", "/productSubscriptions"): _error(401, "InvalidAccessException", _UNSUBSCRIBED),
        ("access-analyzer", "GET /analyzer"): Answer(200, b'{"analyzers":[]}'),
        ("iam", "Action=GetAccountSummary"): iam("GetAccountSummary", summary(keys=1, mfa=0)),
        ("iam", "Action=GetCredentialReport"): _report(),
        ("iam", "Action=GenerateCredentialReport"): iam("GenerateCredentialReport", "<State>COMPLETE</State>"),
        ("iam", "Action=ListServerCertificates"): iam("ListServerCertificates", _certificates()),
        ("cloudtrail", "ListEventDataStores"): NO_STORES,
        **NOTHING_MORE,
    }

    def fault(service: str, said: str) -> Answer | None:
        for (of, words), answer in recorded.items():
            if of == service and words in said:
                return answer
        for of, operation, label in REFUSED:
            if of == service and operation in said and (label in said or quote(by_label.get(label, label), "") in said):
                return Answer(403, DENIED)
        return None

    return fault


NO_STORES = Answer(200, b'{"EventDataStores":[]}')  # moto does not know event data stores
# nor account policies, centralization rules and mute rules
NOTHING_MORE = {
    ("logs", "DescribeAccountPolicies"): Answer(200, b'{"accountPolicies":[]}'),
    ("observabilityadmin", "ListCentralizationRules"): Answer(200, b'{"CentralizationRuleSummaries":[]}'),
    ("monitoring", "ListAlarmMuteRules"): Answer(200, b'{"AlarmMuteRuleSummaries":[]}'),
}

# Calls that are refused, so that what they show of one resource is not seen: service, operation, whom it is about.
REFUSED = (
    ("s3", "GET /acme-sealed?policy", ""),
    ("ecr", "GetRepositoryPolicy", "images-unread"),
    ("kms", "GetKeyPolicy", "key-unread"),
    ("kms", "GetKeyRotationStatus", "key-unread"),
    ("lambda", "/functions/unread/policy", ""),
    ("lambda", "/functions/unread/urls", ""),
    ("secretsmanager", "GetResourcePolicy", "secret-unread"),
    ("sqs", "GetQueueAttributes", "queue-unread"),
    ("sns", "GetTopicAttributes", "topic-unread"),
)

_UNSUBSCRIBED = f"Account {ACCOUNT} is not subscribed to AWS Security Hub"


def _xml(operation: str, inside: str) -> Answer:
    text = f'<{operation}Response xmlns="{_EC2}"><requestId>r</requestId>{inside}</{operation}Response>'
    return Answer(200, text.encode())


def iam(operation: str, inside: str) -> Answer:
    result = f"<{operation}Result>{inside}</{operation}Result>"
    text = f'<{operation}Response xmlns="{_IAM}">{result}<ResponseMetadata/></{operation}Response>'
    return Answer(200, text.encode())


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status, json.dumps({"__type": code, "Code": code, "Message": message}).encode())


def _snapshots(id: str) -> str:
    fields = f"<snapshotId>{id}</snapshotId><ownerId>{ACCOUNT}</ownerId><status>completed</status>"
    return f"<snapshotSet><item>{fields}</item></snapshotSet>"


def _urls(function: str, auth: str) -> Answer:
    arn = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{function}"
    url = {
        "FunctionUrl": f"https://{function}.lambda-url.eu-west-1.on.aws/",
        "FunctionArn": arn,
        "CreationTime": "2025-01-01T00:00:00Z",
        "LastModifiedTime": "2025-01-01T00:00:00Z",
        "AuthType": auth,
        "InvokeMode": "BUFFERED",
    }
    return Answer(200, json.dumps({"FunctionUrlConfigs": [url]}).encode())


def _ago(days: int) -> str:
    at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    return at.strftime("%Y-%m-%dT%H:%M:%S+00:00")


_COLUMNS = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
)


def _report() -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html"""
    no_key = "false,N/A,N/A,N/A,N/A"
    old_key = f"true,{_ago(400)},{_ago(2)},eu-west-1,s3"
    new_key = f"true,{_ago(20)},{_ago(2)},eu-west-1,s3"
    idle_key = f"true,{_ago(60)},N/A,N/A,N/A"
    rows = (
        ("console-only", f"true,{_ago(3)},{_ago(30)},N/A,false", no_key),
        ("console-with-mfa", f"true,{_ago(3)},{_ago(30)},N/A,true", no_key),
        ("key-old", "false,N/A,N/A,N/A,false", old_key),
        ("key-new", "false,N/A,N/A,N/A,false", new_key),
        ("key-idle", "false,N/A,N/A,N/A,false", idle_key),
        ("password-idle", f"true,{_ago(200)},{_ago(300)},N/A,true", no_key),
    )
    lines = [_COLUMNS]
    root = f"<root_account>,arn:aws:iam::{ACCOUNT}:root,{_ago(900)},not_supported,{_ago(300)},not_supported"
    lines.append(f"{root},not_supported,false,{no_key},{no_key},false,N/A,false,N/A")
    for name, password, key in rows:
        start = f"{name},arn:aws:iam::{ACCOUNT}:user/{name},{_ago(500)}"
        lines.append(f"{start},{password},{key},{no_key},false,N/A,false,N/A")
    content = base64.b64encode("\n".join(lines).encode()).decode()
    inside = (
        f"<Content>{content}</Content><ReportFormat>text/csv</ReportFormat><GeneratedTime>{_ago(0)}</GeneratedTime>"
    )
    return iam("GetCredentialReport", inside)


def summary(keys: int, mfa: int) -> str:
    pairs = {"AccountAccessKeysPresent": keys, "AccountMFAEnabled": mfa, "AccountSigningCertificatesPresent": 0}
    entries = "".join(f"<entry><key>{key}</key><value>{value}</value></entry>" for key, value in pairs.items())
    return f"<SummaryMap>{entries}</SummaryMap>"


def _certificates() -> str:
    def one(name: str, days: int) -> str:
        return (
            f"<member><Path>/</Path><ServerCertificateName>{name}</ServerCertificateName>"
            f"<ServerCertificateId>ASCA{name.upper()}</ServerCertificateId>"
            f"<Arn>arn:aws:iam::{ACCOUNT}:server-certificate/{name}</Arn>"
            f"<UploadDate>{_ago(500)}</UploadDate><Expiration>{_ago(-days)}</Expiration></member>"
        )

    members = one("expired", -10) + one("valid", 300)
    return f"<ServerCertificateMetadataList>{members}</ServerCertificateMetadataList><IsTruncated>false</IsTruncated>"
