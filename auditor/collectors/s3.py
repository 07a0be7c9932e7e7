"""Amazon S3: buckets with what their configuration calls say, their policies, ACL grants, the account's block.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked, tags_of
from auditor.model import Json

BUCKET = "AWS::S3::Bucket"
POLICY = "AWS::S3::BucketPolicy"
STATUS = "Auditor::S3::BucketStatus"
BLOCK = "Auditor::S3::AccountPublicAccessBlock"


def _bucket_of(draft: Draft) -> dict[str, Json]:
    return {"Bucket": draft.name}


def _buckets(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for bucket in page.get("Buckets") or ():
        name = bucket["Name"]
        arn = f"arn:{place.partition}:s3:::{name}"
        yield Draft(
            BUCKET, arn, name, arn, {"BucketName": name, "Arn": arn}, region=bucket.get("BucketRegion", place.region)
        )


def _public_access_block(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    block = answer.get("PublicAccessBlockConfiguration")
    return {"PublicAccessBlockConfiguration": block} if block else {}


def _encryption(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    rules = answer.get("ServerSideEncryptionConfiguration", {}).get("Rules")
    if not rules:
        return {}
    shaped = [
        picked(rule, "BucketKeyEnabled", ServerSideEncryptionByDefault="ApplyServerSideEncryptionByDefault")
        for rule in rules
    ]
    return {"BucketEncryption": {"ServerSideEncryptionConfiguration": shaped}}


def _logging(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    target = answer.get("LoggingEnabled")
    if not target:
        return {}
    shaped = picked(target, DestinationBucketName="TargetBucket", LogFilePrefix="TargetPrefix")
    return {"LoggingConfiguration": shaped}


def _versioning(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    status = answer.get("Status")
    return {"VersioningConfiguration": {"Status": status}} if status else {}


def _ownership(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    controls = answer.get("OwnershipControls")
    return {"OwnershipControls": controls} if controls else {}


def _replication(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    found = answer.get("ReplicationConfiguration")
    if not found:
        return {}
    rules = []
    for rule in found.get("Rules", ()):
        names = ("Priority", "Prefix", "Status", "DeleteMarkerReplication", "SourceSelectionCriteria")
        shaped = picked(rule, *names, Id="ID")
        if "Filter" in rule:
            shaped["Filter"] = _filter(rule["Filter"])
        if "Destination" in rule:
            shaped["Destination"] = _destination(rule["Destination"])
        rules.append(shaped)
    return {"ReplicationConfiguration": {"Role": found.get("Role"), "Rules": rules}}


def _filter(filter: Mapping[str, Json]) -> dict[str, Json]:
    """What CloudFormation has no word for (Not) stays under AWS's: without it the rule would take in more."""
    names = {"Tag": "TagFilter", "Tags": "TagFilters"}
    return {names.get(key, key): _filter(value) if key == "And" else value for key, value in filter.items()}


def _destination(destination: Mapping[str, Json]) -> dict[str, Json]:
    shaped = dict(destination)
    if "EncryptionConfiguration" in shaped:
        shaped["EncryptionConfiguration"] = picked(shaped["EncryptionConfiguration"], "ReplicaKmsKeyID")
    return shaped


def _tags(answer: Mapping[str, Json], draft: Draft) -> dict[str, Json]:
    draft.tags.update(tags_of(answer.get("TagSet")))
    return {}


def _policy(answer: Mapping[str, Json], place: Place, bucket: Draft | None) -> Iterator[Draft]:
    assert bucket is not None
    yield Draft(
        POLICY,
        f"{bucket.id}/policy",
        bucket.name,
        f"{bucket.arn}/policy",
        {"Bucket": bucket.name, "PolicyDocument": json.loads(answer["Policy"])},
        owners=(bucket.id,),
        region=bucket.region,
    )


def _grants(answer: Mapping[str, Json], place: Place, bucket: Draft | None) -> Iterator[Draft]:
    assert bucket is not None
    grants = [
        {
            "Grantee": picked(grant.get("Grantee", {}), "Type", "URI", "ID", "DisplayName"),
            "Permission": grant.get("Permission"),
        }
        for grant in answer.get("Grants", ())
    ]
    yield Draft(
        STATUS,
        f"{bucket.id}/status",
        bucket.name,
        bucket.arn,
        {"BucketName": bucket.name, "Bucket": bucket.name, "Arn": bucket.arn, "Grants": grants},
        owners=(bucket.id,),
        region=bucket.region,
    )


def _account_block(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    flags = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    block = answer.get("PublicAccessBlockConfiguration") or {}
    properties: dict[str, Json] = {flag: bool(block.get(flag, False)) for flag in flags}
    id = f"{place.account}/{BLOCK}"
    yield Draft(BLOCK, id, place.account, id, properties | {"Present": bool(block)})


SERVICE = Service(
    client="s3",
    scope="global",
    calls=(
        Call(
            "list_buckets",
            "s3:ListAllMyBuckets",
            {BUCKET: (LIST, "BucketName", "Arn")},
            arguments={"MaxBuckets": 1000},  # with a page size AWS tells each bucket's region
            make=_buckets,
            paged=True,
        ),
        Call(
            "get_public_access_block",
            "s3:GetBucketPublicAccessBlock",
            {BUCKET: ("PublicAccessBlockConfiguration",)},
            of=BUCKET,
            params=_bucket_of,
            fill=_public_access_block,
            absent=("NoSuchPublicAccessBlockConfiguration",),
        ),
        Call(
            "get_bucket_encryption",
            "s3:GetEncryptionConfiguration",
            {BUCKET: ("BucketEncryption",)},
            of=BUCKET,
            params=_bucket_of,
            fill=_encryption,
            absent=("ServerSideEncryptionConfigurationNotFoundError",),
        ),
        Call(
            "get_bucket_logging",
            "s3:GetBucketLogging",
            {BUCKET: ("LoggingConfiguration",)},
            of=BUCKET,
            params=_bucket_of,
            fill=_logging,
        ),
        Call(
            "get_bucket_versioning",
            "s3:GetBucketVersioning",
            {BUCKET: ("VersioningConfiguration",)},
            of=BUCKET,
            params=_bucket_of,
            fill=_versioning,
        ),
        Call(
            "get_bucket_ownership_controls",
            "s3:GetBucketOwnershipControls",
            {BUCKET: ("OwnershipControls",)},
            of=BUCKET,
            params=_bucket_of,
            fill=_ownership,
            absent=("OwnershipControlsNotFoundError",),
        ),
        Call(
            "get_bucket_replication",
            "s3:GetReplicationConfiguration",
            {BUCKET: ("ReplicationConfiguration",)},
            of=BUCKET,
            params=_bucket_of,
            fill=_replication,
            absent=("ReplicationConfigurationNotFoundError",),
        ),
        Call(
            "get_bucket_tagging",
            "s3:GetBucketTagging",
            {BUCKET: ("tags", "Tags")},
            of=BUCKET,
            params=_bucket_of,
            fill=_tags,
            absent=("NoSuchTagSet",),
        ),
        Call(
            "get_bucket_policy",
            "s3:GetBucketPolicy",
            {POLICY: (LIST, "Bucket", "PolicyDocument")},
            of=BUCKET,
            params=_bucket_of,
            make=_policy,
            absent=("NoSuchBucketPolicy",),
        ),
        # grants are all that an account tells: AccessControl, the name of a set of them, is in templates only
        Call(
            "get_bucket_acl",
            "s3:GetBucketAcl",
            {STATUS: (LIST, "BucketName", "Bucket", "Arn", "Grants"), BUCKET: ("AccessControl",)},
            of=BUCKET,
            params=_bucket_of,
            make=_grants,
        ),
    ),
)

CONTROL = Service(
    client="s3control",
    scope="global",
    calls=(
        Call(
            "get_public_access_block",
            "s3:GetAccountPublicAccessBlock",
            {BLOCK: (LIST, "*")},
            account_id=True,
            make=_account_block,
            absent=("NoSuchPublicAccessBlockConfiguration",),
        ),
    ),
)
