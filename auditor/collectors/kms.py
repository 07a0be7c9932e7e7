"""AWS KMS: customer managed keys. Keys that AWS manages are never emitted: nobody can change them.

https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

KEY = "AWS::KMS::Key"
REPLICA = "AWS::KMS::ReplicaKey"
ALIAS = "AWS::KMS::Alias"
_LISTED = "listed key"  # what list_keys gives: nothing but an id, and no type that a policy could read
_KEY = ("KeyId", "Arn", "Description", "Enabled", "KeySpec", "KeyUsage", "Origin", "MultiRegion")
_REPLICA = ("KeyId", "Arn", "Description", "Enabled")


def _listed(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for key in page.get("Keys", ()):
        yield Draft(_LISTED, key["KeyArn"], key["KeyId"], key["KeyArn"], {})


def _described(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    key = answer["KeyMetadata"]
    if key["KeyManager"] != "CUSTOMER":
        return
    regions = key.get("MultiRegionConfiguration", {})
    if regions.get("MultiRegionKeyType") == "REPLICA":
        properties = picked(key, *_REPLICA) | {"PrimaryKeyArn": regions["PrimaryKey"]["Arn"]}
        yield Draft(REPLICA, key["Arn"], key["KeyId"], key["Arn"], properties)
    else:
        yield Draft(KEY, key["Arn"], key["KeyId"], key["Arn"], picked(key, *_KEY))


def _rotates(draft: Draft) -> bool:
    """GetKeyRotationStatus answers only for symmetric keys whose material is AWS's own."""
    return draft.properties.get("KeySpec") == "SYMMETRIC_DEFAULT" and draft.properties.get("Origin") == "AWS_KMS"


def _rotation(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    return picked(answer, "RotationPeriodInDays", EnableKeyRotation="KeyRotationEnabled")


def _policy(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    return {"KeyPolicy": json.loads(answer["Policy"])}


def _tags(answer: Mapping[str, Json], draft: Draft) -> dict[str, Json]:
    draft.tags.update({tag["TagKey"]: tag["TagValue"] for tag in answer.get("Tags", ())})
    return {}


def _aliases(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for alias in page.get("Aliases", ()):
        properties = picked(alias, "AliasName", "TargetKeyId")
        yield Draft(ALIAS, alias["AliasArn"], alias["AliasName"], alias["AliasArn"], properties)


def _key_id(draft: Draft) -> dict[str, Json]:
    return {"KeyId": draft.arn}


SERVICE = Service(
    client="kms",
    scope="regional",
    calls=(
        Call("list_keys", "kms:ListKeys", {KEY: (LIST,), REPLICA: (LIST,), _LISTED: (LIST,)}, make=_listed, paged=True),
        Call(
            "describe_key",
            "kms:DescribeKey",
            {KEY: (LIST, *_KEY), REPLICA: (LIST, *_REPLICA, "PrimaryKeyArn")},
            of=_LISTED,
            params=_key_id,
            make=_described,
            gone=("NotFoundException",),
        ),
        Call(
            "get_key_rotation_status",
            "kms:GetKeyRotationStatus",
            {KEY: ("EnableKeyRotation", "RotationPeriodInDays")},
            of=KEY,
            params=_key_id,
            fill=_rotation,
            absent=("UnsupportedOperationException",),
            when=_rotates,
        ),
        *(
            Call(
                f"get_key_policy#{kind}",
                "kms:GetKeyPolicy",
                {type: ("KeyPolicy",)},
                of=type,
                params=lambda draft: {"KeyId": draft.arn, "PolicyName": "default"},
                fill=_policy,
            )
            for kind, type in (("key", KEY), ("replica", REPLICA))
        ),
        Call(
            "list_resource_tags",
            "kms:ListResourceTags",
            {KEY: ("tags", "Tags")},
            of=KEY,
            params=_key_id,
            fill=_tags,
            paged=True,
        ),
        Call(
            "list_aliases",
            "kms:ListAliases",
            {ALIAS: (LIST, "AliasName", "TargetKeyId")},
            make=_aliases,
            paged=True,
        ),
    ),
)
