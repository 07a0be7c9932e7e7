"""The partitions of AWS. https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html"""

from __future__ import annotations

from collections.abc import Mapping

# The region whose endpoint answers for the global services of a partition.
HOMES: Mapping[str, str] = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-eusc": "eusc-de-east-1",
}
