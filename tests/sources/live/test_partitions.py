"""Accounts outside the partition aws: moto answers as the region's partition does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from faulty import Answer, endpoint

from auditor.collectors import identity
from auditor.collectors.base import wanted_of
from auditor.snapshot import HeaderLine, ResourceLine, lines
from auditor.sources.sessions import Patience, own_account

READS = {
    identity.ACCOUNT: ((), ("Partition",)),
    identity.REGION: ((), ("IsHome",), ("UnavailableServices", "*")),
    "AWS::IAM::User": ((), ("UserName",)),
    "AWS::S3::Bucket": ((), ("BucketName",)),
    "AWS::SNS::Topic": ((), ("TopicName",)),
    "AWS::KMS::Key": ((), ("Enabled",)),
}


@pytest.mark.parametrize(
    ("partition", "home", "other"),
    [("aws-us-gov", "us-gov-west-1", "us-gov-east-1"), ("aws-cn", "cn-north-1", "cn-northwest-1")],
)
def test_regions_and_names_are_those_of_the_partition(
    aws: Any,
    moto_url: str,
    collecting: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    partition: str,
    home: str,
    other: str,
) -> None:
    """The credentials start in the other region: global services are asked at home all the same.

    moto lists the regions of the partition aws whoever asks, so that the answer of AWS stands in for it.
    """
    items = "".join(f"<item><regionName>{region}</regionName></item>" for region in (home, other))
    listed = Answer(
        200, f"<DescribeRegionsResponse><regionInfo>{items}</regionInfo></DescribeRegionsResponse>".encode()
    )
    monkeypatch.setenv("AWS_DEFAULT_REGION", other)
    aws("iam", home).create_user(UserName="anna")
    aws("s3", home).create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": home})
    aws("sns", other).create_topic(Name="alerts")
    aws("kms", other).create_key()
    with endpoint(moto_url, lambda service, said: listed if "Action=DescribeRegions" in said else None) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        account = own_account(None, Patience(read=120, attempts=1))
        assert (account.partition, account.home) == (partition, home)
        file, _ = collecting(account, wanted=wanted_of(READS), globs=(), at_source=())
    (header,) = [line for line in lines(file) if isinstance(line, HeaderLine)]
    assert set(header.regions) == {home, other}
    found: dict[str, list[Any]] = {}
    for line in lines(file):
        if isinstance(line, ResourceLine):
            found.setdefault(line.resource.type, []).append(line.resource)
    assert set(found) >= set(READS)
    assert {each.properties["Partition"] for each in found[identity.ACCOUNT]} == {partition}
    regions = {each.region: each.properties for each in found[identity.REGION]}
    assert {name: (each["IsHome"], each["UnavailableServices"]) for name, each in regions.items()} == {
        home: (True, []),
        other: (False, []),
    }
    arns = [each.arn for type, several in found.items() if type.startswith("AWS::") for each in several]
    assert arns and not [arn for arn in arns if not arn.startswith(f"arn:{partition}:")]
    assert {each.arn.split(":")[3] for each in found["AWS::SNS::Topic"]} == {other}
