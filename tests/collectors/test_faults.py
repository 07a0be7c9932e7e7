"""Answers that break: what came before is kept, and the rest is a gap. A client without a network stands in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, PaginationError
from offline import Reads, refused, running

from auditor.collectors.base import CredentialsError
from auditor.collectors.table import SERVICES
from auditor.model import Hidden, Reason, Resource

VOLUMES: Reads = {"AWS::EC2::Volume": ((), ("Encrypted",))}
BUCKETS: Reads = {"AWS::S3::Bucket": ((), ("VersioningConfiguration", "Status"))}


def volumes(count: int, first: int = 0) -> dict[str, Any]:
    return {"Volumes": [{"VolumeId": f"vol-{first + n}", "Encrypted": True} for n in range(count)]}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (refused("DescribeVolumes", "InternalError", 500), Reason.FAILED),
        (refused("DescribeVolumes", "RequestLimitExceeded", 503), Reason.THROTTLED),
        (PaginationError(message="the same token twice"), Reason.FAILED),
        (EndpointConnectionError(endpoint_url="https://ec2"), Reason.FAILED),
    ],
)
def test_a_listing_that_breaks_on_page_7_keeps_pages_1_to_6_and_says_so(error: Exception, reason: Reason) -> None:
    def answer(service: str, region: str, operation: str, arguments: Any) -> Iterator[Any]:
        for page in range(6):
            yield volumes(10, page * 10)
        raise error

    run = running(answer, VOLUMES)
    assert len(list(run.resources())) == 60
    (gap,) = run.gaps
    assert (gap.type, gap.id, gap.region, gap.reason) == ("AWS::EC2::Volume", None, "eu-west-1", reason)
    assert gap.detail.startswith("ec2:DescribeVolumes (") and gap.detail.endswith("after 6 pages")
    assert "AWS::EC2::Volume" not in run.coverage().lists


def test_what_vanishes_while_it_is_asked_for_is_dropped_and_counted() -> None:
    def answer(service: str, region: str, operation: str, arguments: Any) -> Any:
        if operation == "list_buckets":
            return {"Buckets": [{"Name": f"b-{n}"} for n in range(30)]}
        if arguments["Bucket"] in ("b-3", "b-4"):
            raise refused("GetBucketVersioning", "NoSuchBucket", 404)
        return {"Status": "Enabled"}

    run = running(answer, BUCKETS)
    assert len(list(run.resources())) == 28
    assert (run.vanished, run.gaps) == (2, [])
    assert run.coverage().lists["AWS::S3::Bucket"] is None


@pytest.mark.parametrize(
    "broken",
    [
        {"Volumes": 7},
        {"Volumes": [{"Encrypted": True}]},
        {"Volumes": ["vol"]},
        ValueError("Invalid timestamp"),  # botocore's parser over a date that is none
    ],
)
def test_an_answer_of_another_shape_is_a_gap(broken: Any) -> None:
    def answer(service: str, region: str, operation: str, arguments: Any) -> Any:
        if isinstance(broken, Exception):
            raise broken
        return broken

    run = running(answer, VOLUMES)
    assert list(run.resources()) == []
    (gap,) = run.gaps
    assert (gap.type, gap.reason, gap.detail[:19]) == ("AWS::EC2::Volume", Reason.FAILED, "ec2:DescribeVolumes")


def test_a_detail_of_another_shape_hides_only_that_detail() -> None:
    def answer(service: str, region: str, operation: str, arguments: Any) -> Any:
        return {"Buckets": [{"Name": "logs"}]} if operation == "list_buckets" else []

    (bucket,) = running(answer, BUCKETS).resources()
    assert isinstance(bucket.properties["VersioningConfiguration"], Hidden)


def test_a_bucket_is_asked_in_its_own_region() -> None:
    asked: list[tuple[str, str]] = []

    def answer(service: str, region: str, operation: str, arguments: Any) -> Any:
        asked.append((operation, region))
        return {"Buckets": [{"Name": "logs", "BucketRegion": "eu-west-1"}]} if operation == "list_buckets" else {}

    (bucket,) = running(answer, BUCKETS).resources()
    assert bucket.region == "eu-west-1"
    assert asked == [("list_buckets", "us-east-1"), ("get_bucket_versioning", "eu-west-1")]


def test_a_bucket_in_a_region_that_does_not_answer_hides_no_other_bucket() -> None:
    def answer(service: str, region: str, operation: str, arguments: Any) -> Any:
        if operation == "list_buckets":
            return {"Buckets": [{"Name": "far", "BucketRegion": "me-south-1"}, {"Name": "near"}]}
        if region == "me-south-1":
            raise EndpointConnectionError(endpoint_url="https://s3")
        return {"Status": "Enabled"}

    found = {
        bucket.name: bucket.properties["VersioningConfiguration"] for bucket in running(answer, BUCKETS).resources()
    }
    assert found["near"] == {"Status": "Enabled"}
    assert found["far"] == Hidden(Reason.FAILED, "s3:GetBucketVersioning (EndpointConnectionError)")


# Types of ten services, each in every region.
MANY: Reads = {
    type: ((),)
    for type in (
        *("AWS::EC2::Volume", "AWS::KMS::Key", "AWS::RDS::DBInstance", "AWS::SNS::Topic", "AWS::SQS::Queue"),
        *("AWS::ECR::Repository", "AWS::EFS::FileSystem", "AWS::Lambda::Function", "AWS::SecretsManager::Secret"),
        "AWS::CodeBuild::Project",
    )
}
EMPTY: dict[str, Any] = {}


@pytest.mark.parametrize("region", ["eu-west-1", None])
def test_a_region_that_never_answers_is_given_up_and_the_others_go_on(region: str | None) -> None:
    """None: no region answers at all. Each call would cost its timeout times its attempts."""
    asked: list[tuple[str, str]] = []

    def answer(service: str, where: str, operation: str, arguments: Any) -> Any:
        asked.append((where, service))
        if region in (where, None):
            raise EndpointConnectionError(endpoint_url=f"https://{service}")
        return EMPTY

    run = running(answer, MANY, ("eu-west-1", "eu-west-2"), parallel=1)
    assert list(run.resources()) == []
    in_vain = [service for where, service in asked if region in (where, None)]
    assert len(in_vain) == 3
    where = {"eu-west-1"} if region else {"eu-west-1", "eu-west-2"}
    assert {(gap.type, gap.region) for gap in run.gaps} == {(type, name) for type in MANY for name in where}
    lists = run.coverage().lists
    assert {type: lists.get(type) for type in MANY} == dict.fromkeys(MANY, ("eu-west-2",) if region else None)


def test_a_service_that_does_not_answer_beside_others_that_do_is_alone(reads: Reads = MANY) -> None:
    def answer(service: str, where: str, operation: str, arguments: Any) -> Any:
        if service in ("rds", "sns", "sqs", "kms"):
            raise EndpointConnectionError(endpoint_url=f"https://{service}")
        return EMPTY

    run = running(answer, reads, parallel=1)
    assert list(run.resources()) == []
    assert {gap.type.split("::")[1] for gap in run.gaps} == {"RDS", "SNS", "SQS", "KMS"}


@pytest.mark.parametrize("code", ["UnrecognizedClientException", "InvalidClientTokenId"])
def test_a_region_that_does_not_take_the_credentials_is_a_gap(code: str) -> None:
    """Regions that are not enabled, and opt-in regions with tokens of the global STS endpoint, answer so."""

    def answer(service: str, region: str, operation: str, arguments: Any) -> Any:
        if service == "sts":
            return {"Arn": "arn:aws:iam::111122223333:role/a"}
        if region == "me-south-1":
            raise refused(operation, code, 403)
        return volumes(1)

    run = running(answer, VOLUMES, ("eu-west-1", "me-south-1"))
    assert [each.region for each in run.resources()] == ["eu-west-1"]
    (gap,) = run.gaps
    assert (gap.region, gap.detail) == ("me-south-1", "ec2:DescribeVolumes (me-south-1 does not take the credentials)")


@pytest.mark.parametrize(
    ("operation", "code"),
    [("DescribeVolumes", "ExpiredToken"), ("DescribeVolumes", "RequestTimeTooSkewed"), ("AssumeRole", "AccessDenied")],
)
def test_credentials_that_end_everywhere_end_the_account(operation: str, code: str) -> None:
    """AssumeRole: the role was taken away since, and the credentials could not be refreshed."""

    def answer(service: str, region: str, asked: str, arguments: Any) -> Any:
        raise refused(operation, code, 403)

    with pytest.raises(CredentialsError, match="ec2:DescribeVolumes"):
        list(running(answer, VOLUMES).resources())


def test_one_line_of_progress_per_account_and_region() -> None:
    said: list[str] = []

    def answer(service: str, region: str, operation: str, arguments: Any) -> Any:
        return volumes(3) if operation == "describe_volumes" else EMPTY

    run = running(answer, MANY | BUCKETS, ("eu-west-1", "eu-west-2"), progress=said.append)
    assert len(list(run.resources())) == 6
    assert sorted(said) == [
        "111122223333 eu-west-1: 3 resources",
        "111122223333 eu-west-2: 3 resources",
        "111122223333 global: 0 resources",
    ]


def test_at_most_so_many_calls_are_in_flight() -> None:
    lock, now, most = threading.Lock(), [0], [0]
    together = threading.Barrier(4, timeout=30)

    def answer(service: str, region: str, operation: str, arguments: Any) -> Any:
        if operation == "list_buckets":
            return {"Buckets": [{"Name": f"b-{n}"} for n in range(40)]}
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        together.wait()
        with lock:
            now[0] -= 1
        return {}

    assert len(list(running(answer, BUCKETS, parallel=4).resources())) == 40
    assert most[0] == 4


def test_every_service_survives_answers_that_are_empty_or_nonsense() -> None:
    """Whatever a service answers ends in resources, gaps or nothing: never in an error of the tool."""
    everything: Reads = {
        type: ((), ("*",)) for service in SERVICES for call in service.calls for type in call.fills if "::" in type
    }
    for nonsense in ({}, {"Something": "else"}, [], "text", None, 7):

        def answer(service: str, region: str, operation: str, arguments: Any, said: Any = nonsense) -> Any:
            return said if isinstance(said, dict) else [said]

        run = running(answer, everything)
        assert all(isinstance(each, Resource) for each in run.resources())
        assert run.calls
