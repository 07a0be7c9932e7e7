"""Amazon ECR: private repositories with their policies.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Repository.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Json

REPOSITORY = "AWS::ECR::Repository"


def _repositories(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("repositories", ()):
        arn, name = item["repositoryArn"], item["repositoryName"]
        properties = picked(
            item,
            RepositoryName="repositoryName",
            Arn="repositoryArn",
            RepositoryUri="repositoryUri",
            ImageTagMutability="imageTagMutability",
        )
        if "imageScanningConfiguration" in item:
            scanning = picked(item["imageScanningConfiguration"], ScanOnPush="scanOnPush")
            properties["ImageScanningConfiguration"] = scanning
        if "encryptionConfiguration" in item:
            encryption = picked(item["encryptionConfiguration"], EncryptionType="encryptionType", KmsKey="kmsKey")
            properties["EncryptionConfiguration"] = encryption
        yield Draft(REPOSITORY, arn, name, arn, properties)


def _policy(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    text = answer.get("policyText")
    return {"RepositoryPolicyText": json.loads(text)} if text else {}


SERVICE = Service(
    client="ecr",
    scope="regional",
    calls=(
        Call(
            "describe_repositories",
            "ecr:DescribeRepositories",
            {
                REPOSITORY: (
                    *(LIST, "RepositoryName", "Arn", "RepositoryUri", "ImageTagMutability"),
                    *("ImageScanningConfiguration", "EncryptionConfiguration"),
                )
            },
            make=_repositories,
            paged=True,
        ),
        Call(
            "get_repository_policy",
            "ecr:GetRepositoryPolicy",
            {REPOSITORY: ("RepositoryPolicyText",)},
            of=REPOSITORY,
            params=lambda draft: {"repositoryName": draft.name},
            fill=_policy,
            absent=("RepositoryPolicyNotFoundException",),
            gone=("RepositoryNotFoundException",),
        ),
    ),
)
