"""Which regions have the services that a policy wants in every region: what is not listed is not known.

As of 2026-11-30: the endpoints that AWS publishes with its SDK (botocore 1.44.8). AWS's own pages:
https://docs.aws.amazon.com/general/latest/gr/access-analyzer.html
https://docs.aws.amazon.com/general/latest/gr/guardduty.html
https://docs.aws.amazon.com/general/latest/gr/sechub.html

The SDK of the day is not asked when an account is audited: it names an endpoint late, or never, so its silence proves
nothing. Only a row of `LACKS` says that a service is not there.
"""

from __future__ import annotations

from collections.abc import Mapping

AS_OF = "2026-11-30"

# By the names of their clients.
SERVICES = ("accessanalyzer", "guardduty", "securityhub")

# The regions that were looked at. All three services are there, but for the rows of `LACKS`.
KNOWN = frozenset(
    {
        *("af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"),
        *("ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4"),
        *("ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1"),
        *("eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3"),
        *("il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1"),
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2"),
        *("cn-north-1", "cn-northwest-1"),
        *("us-gov-east-1", "us-gov-west-1"),
        "eusc-de-east-1",
    }
)

# Region -> the services that it does not have; a row wants the page that says so. None of the known regions lacks one.
LACKS: Mapping[str, frozenset[str]] = {}
