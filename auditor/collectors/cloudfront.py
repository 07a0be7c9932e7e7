"""Amazon CloudFront: distributions with logging and cache behaviours, real-time log configurations.

Origins are left out: their custom headers are often shared secrets.
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListRealtimeLogConfigs.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

DISTRIBUTION = "AWS::CloudFront::Distribution"
REALTIME = "AWS::CloudFront::RealtimeLogConfig"

_SAME = ("Enabled", "Comment", "DefaultRootObject", "HttpVersion", "PriceClass", "WebACLId", "Staging")
_BEHAVIOR = (
    *("PathPattern", "TargetOriginId", "ViewerProtocolPolicy", "Compress", "SmoothStreaming", "CachePolicyId"),
    *("OriginRequestPolicyId", "ResponseHeadersPolicyId", "FieldLevelEncryptionId", "RealtimeLogConfigArn"),
)


def _distributions(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page["DistributionList"].get("Items", ()):
        yield Draft(DISTRIBUTION, item["ARN"], item["Id"], item["ARN"], picked(item, "Id", "DomainName"))


def _given(source: Mapping[str, Json], *names: str, **renamed: str) -> dict[str, Json]:
    """CloudFront answers "" for what is not set."""
    return {name: value for name, value in picked(source, *names, **renamed).items() if value != ""}


def _config(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    source = answer["DistributionConfig"]
    config = _given(source, *_SAME, IPV6Enabled="IsIPV6Enabled")
    config["DefaultCacheBehavior"] = _given(source["DefaultCacheBehavior"], *_BEHAVIOR)
    behaviors = source.get("CacheBehaviors", {}).get("Items", ())
    config["CacheBehaviors"] = [_given(behavior, *_BEHAVIOR) for behavior in behaviors]
    logging = source.get("Logging", {})
    if logging.get("Enabled") and logging.get("Bucket"):
        config["Logging"] = picked(logging, "Bucket", "Prefix", "IncludeCookies")
    return {"DistributionConfig": config}


def _realtime(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    found = answer["RealtimeLogConfigs"]
    if found.get("IsTruncated"):  # botocore cannot page here: half a list is none
        raise ValueError("more than one page of real-time log configurations")
    for item in found.get("Items", ()):
        arn = item["ARN"]
        yield Draft(REALTIME, arn, arn, arn, picked(item, "Name", "SamplingRate", "Fields", Arn="ARN"))


SERVICE = Service(
    client="cloudfront",
    scope="global",
    calls=(
        Call(
            "list_distributions",
            "cloudfront:ListDistributions",
            {DISTRIBUTION: (LIST, "Id", "DomainName")},
            make=_distributions,
            paged=True,
        ),
        Call(
            "get_distribution_config",
            "cloudfront:GetDistributionConfig",
            {DISTRIBUTION: ("DistributionConfig",)},
            of=DISTRIBUTION,
            params=lambda draft: {"Id": draft.name},
            fill=_config,
            gone=("NoSuchDistribution",),
        ),
        Call(
            "list_realtime_log_configs",
            "cloudfront:ListRealtimeLogConfigs",
            {REALTIME: (LIST, "Arn", "Name", "SamplingRate", "Fields")},
            arguments={"MaxItems": "100"},
            make=_realtime,
        ),
    ),
)
