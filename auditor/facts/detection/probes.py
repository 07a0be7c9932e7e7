"""Sample events of CloudTrail: uses of the root user that must be reported, and events of others that must not.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
"""

from __future__ import annotations

from collections.abc import Mapping

from auditor.data.partitions import HOMES
from auditor.model import Json

Event = Mapping[str, Json]

# What each probe is: event source, name, type, whether it only reads.
_KINDS = {
    "sign-in": ("signin.amazonaws.com", "ConsoleLogin", "AwsConsoleSignIn", False),
    "write": ("iam.amazonaws.com", "CreateAccessKey", "AwsApiCall", False),
    "read": ("s3.amazonaws.com", "ListBuckets", "AwsApiCall", True),
}
SOURCES = tuple(source for source, *_ in _KINDS.values())


def root_usage(account: str, partition: str) -> dict[str, Event]:
    """The events that must be reported. The reading one is of another region than the others."""
    home = home_of(partition)
    return {name: _event(name, account, partition, home if name != "read" else "eu-west-2") for name in _KINDS}


def others(account: str, partition: str) -> dict[str, Event]:
    """The same calls by a user, a role, and a service."""
    home = home_of(partition)
    return {
        f"{name} by {type}": _event(name, account, partition, home, identity)
        for type, identity in _identities(account, partition).items()
        for name in _KINDS
        if name != "sign-in" or type != "AWSService"
    }


def by_services(account: str, partition: str) -> dict[str, Event]:
    """Events of root that a service made: to be told of them does no harm."""
    root, home = _root(account, partition), home_of(partition)
    invoked = _event("write", account, partition, home, root | {"invokedBy": "support.amazonaws.com"})
    return {"invoked by a service": invoked, "service event": {**invoked, "eventType": "AwsServiceEvent"}}


def home_of(partition: str) -> str:
    return HOMES.get(partition, "us-east-1")


def in_region(account: str, partition: str, region: str) -> dict[str, Event]:
    """What arrives on the region's default event bus; sign-ins of root only in the leading region."""
    return {
        name: envelope(_event(name, account, partition, region))
        for name in _KINDS
        if name != "sign-in" or region == home_of(partition)
    }


def others_in_region(account: str, partition: str, region: str) -> dict[str, Event]:
    return {name: envelope({**event, "awsRegion": region}) for name, event in others(account, partition).items()}


def envelope(event: Event) -> Event:
    """The event as EventBridge delivers it.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
    """
    signs_in = event["eventType"] == "AwsConsoleSignIn"
    return {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": "AWS Console Sign In via CloudTrail" if signs_in else "AWS API Call via CloudTrail",
        "source": f"aws.{event['eventSource'].partition('.')[0]}",
        "account": event["recipientAccountId"],
        "time": event["eventTime"],
        "region": event["awsRegion"],
        "resources": [],
        "detail": event,
    }


def _root(account: str, partition: str) -> dict[str, Json]:
    arn = f"arn:{partition}:iam::{account}:root"
    return {"type": "Root", "principalId": account, "arn": arn, "accountId": account, "accessKeyId": ""}


def _identities(account: str, partition: str) -> dict[str, dict[str, Json]]:
    iam, sts = f"arn:{partition}:iam::{account}", f"arn:{partition}:sts::{account}"
    issuer = {"type": "Role", "principalId": "AROAEXAMPLE", "arn": f"{iam}:role/ops", "accountId": account}
    return {
        "IAMUser": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLE",
            "arn": f"{iam}:user/jo",
            "accountId": account,
            "accessKeyId": "AKIAEXAMPLE",
            "userName": "jo",
        },
        "AssumedRole": {
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLE:jo",
            "arn": f"{sts}:assumed-role/ops/jo",
            "accountId": account,
            "accessKeyId": "ASIAEXAMPLE",
            "sessionContext": {"sessionIssuer": {**issuer, "userName": "ops"}},
        },
        "AWSService": {"type": "AWSService", "invokedBy": "config.amazonaws.com"},
    }


def _event(
    name: str, account: str, partition: str, region: str, identity: Mapping[str, Json] | None = None
) -> dict[str, Json]:
    source, call, type, reads = _KINDS[name]
    made: dict[str, Json] = {
        "eventVersion": "1.11",
        "userIdentity": dict(identity or _root(account, partition)),
        "eventTime": "2026-11-21T10:00:00Z",
        "eventSource": source,
        "eventName": call,
        "awsRegion": region,
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "Mozilla/5.0",
        "requestParameters": None,
        "responseElements": {"ConsoleLogin": "Success"} if name == "sign-in" else None,
        "eventID": "3fcfb182-98f8-4744-bd45-10a395ab61cb",
        "readOnly": reads,
        "eventType": type,
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    if name == "sign-in":
        made["additionalEventData"] = {"MobileVersion": "No", "MFAUsed": "Yes"}
    return made
