"""Answers in which every member of AWS's model has a value: what no seeded account holds at once."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session

_CONDITION = {
    "ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:t"},
    "Bool": {"lambda:InvokedViaFunctionUrl": "true"},
    "StringEquals": {
        **{"aws:SourceAccount": "111122223333", "aws:PrincipalOrgID": "o-a1b2c3d4e5"},
        **{"lambda:EventSourceToken": "t", "lambda:FunctionUrlAuthType": "NONE"},
    },
}
_STATEMENT = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "lambda:InvokeFunction"}
_DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [{**_STATEMENT, "Condition": _CONDITION}]})
_SCALARS: Mapping[str, Any] = {
    **{"integer": 7, "long": 7, "double": 7.5, "float": 7.5, "boolean": True, "blob": b"x"},
    "timestamp": datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC),
}

# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
_COLUMNS = (
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed"),
    *("password_next_rotation", "mfa_active"),
    *(f"access_key_{n}_{each}" for n in (1, 2) for each in ("active", "last_rotated", "last_used_date")),
    *(f"access_key_{n}_{each}" for n in (1, 2) for each in ("last_used_region", "last_used_service")),
    *(f"cert_{n}_{each}" for n in (1, 2) for each in ("active", "last_rotated")),
)
_REPORT = "\n".join(
    (",".join(_COLUMNS), ",".join("true" if each.endswith(("active", "enabled")) else "text" for each in _COLUMNS))
).encode()

# Where the way up from an account ends.
_ROOT = "r-made"

# Members that say that more is to come, or that the rest is not there.
_LEFT_OUT = {"NextToken", "nextToken", "IsTruncated", "HasMoreDeliveryStreams", "Error"}

# Values that other calls depend on together, on the first turn.
_FIRST: Mapping[str, str] = {"KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "Origin": "AWS_KMS"}

# Texts that mean something, by the name of their member, where the model has no enumeration.
_TEXTS: Mapping[str, str] = {
    **{"FifoQueue": "true", "FifoTopic": "true", "SqsManagedSseEnabled": "true", "FilterPolicyScope": "MessageBody"},
    **{"AddressFamily": "IPv4", "AllowMethods": "GET", "DeliverLogsStatus": "SUCCESS", "Engine": "aurora-mysql"},
    **{"CloudWatchLogsLogGroupArn": "arn:aws:logs:eu-west-1:111122223333:log-group:made:*", "Content": _DOCUMENT},
    **{"Protocol": "6", "ResourceId": "vpc-1", "TreatMissingData": "missing", "Type": "AWS::S3::Object"},
}
# The keys of maps that have no enumeration.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "TopicAttributesMap": ("DisplayName", "FifoTopic", "KmsMasterKeyId", "Policy", "SignatureVersion", "TracingConfig"),
    "SubscriptionAttributesMap": ("FilterPolicy", "FilterPolicyScope"),
}


@cache
def model(client: str) -> Any:
    return botocore.session.get_session().get_service_model(client)


@cache
def _operations(client: str) -> dict[str, str]:
    """The method of the boto3 client, without its underscores, to the name of the operation."""
    return {re.sub(r"\W", "", name).lower(): name for name in model(client).operation_names}


def whole(client: str, method: str, turn: int = 0) -> dict[str, Any]:
    """The answer to an operation; of an enumeration, the value whose turn it is."""
    if method == "get_credential_report":
        return {"Content": _REPORT}
    if method == "list_parents":
        return {"Parents": [{"Id": _ROOT, "Type": "ROOT"}]}
    operation = model(client).operation_model(_operations(client)[method.replace("_", "").lower()])
    answer = dict(_value(operation.output_shape, "", turn, ()))
    return {"Roots": [{**answer["Roots"][0], "Id": _ROOT}]} if method == "list_roots" else answer


def _value(shape: Any, name: str, turn: int, above: tuple[str, ...]) -> Any:
    if shape.type_name == "structure":
        below = (*above, shape.name)
        members = {key: each for key, each in shape.members.items() if each.name not in below and key not in _LEFT_OUT}
        return {key: _value(each, key, turn, below) for key, each in members.items()}
    if shape.type_name == "list":
        return [] if shape.member.name in above else [_value(shape.member, name, turn, above)]
    if shape.type_name == "map":
        keys = shape.key.enum or _KEYS.get(shape.name, ("key",))
        return {key: _value(shape.value, key, turn, above) for key in keys}
    if shape.type_name != "string":
        return _SCALARS[shape.type_name]
    if turn == 0 and name in _FIRST:
        return _FIRST[name]
    return shape.enum[turn % len(shape.enum)] if shape.enum else _text(name)


def _text(name: str) -> str:
    lower = name.lower()
    if name in _TEXTS:
        return _TEXTS[name]
    if lower.endswith(("policy", "document", "policytext", "pattern")):
        return _DOCUMENT
    if lower.endswith(("arn", "arns")):
        return "arn:aws:service:eu-west-1:111122223333:thing/name"
    return "text"
