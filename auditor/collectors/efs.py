"""Amazon EFS: file systems.

https://docs.aws.amazon.com/efs/latest/ug/API_FileSystemDescription.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked, tags_of
from auditor.model import Json

FILE_SYSTEM = "AWS::EFS::FileSystem"
_SAME = ("FileSystemId", "Encrypted", "KmsKeyId", "PerformanceMode", "ThroughputMode")


def _file_systems(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("FileSystems", ()):
        id = item["FileSystemId"]
        arn = item.get("FileSystemArn") or place.arn("elasticfilesystem", f"file-system/{id}")
        properties = picked(item, *_SAME) | {"Arn": arn}
        yield Draft(FILE_SYSTEM, arn, id, arn, properties, tags_of(item.get("Tags")))


SERVICE = Service(
    client="efs",
    scope="regional",
    calls=(
        Call(
            "describe_file_systems",
            "elasticfilesystem:DescribeFileSystems",
            {FILE_SYSTEM: (LIST, *_SAME, "Arn", "tags", "FileSystemTags")},
            make=_file_systems,
            paged=True,
        ),
    ),
)
