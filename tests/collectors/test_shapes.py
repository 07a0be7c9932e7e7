"""Every member that AWS's model has, with every value of its enumerations, against the schemas of what is made of it.

What moto and recorded answers give is checked wherever it is collected (`shapes.shapes_are_kept`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from offline import Reads, running
from shapes import Misfit, misfits
from whole_answers import whole

from auditor.collectors.call import LIST
from auditor.collectors.table import SERVICES
from auditor.model import Hidden

EVERYTHING: Reads = {
    type: ((), ("*",)) for service in SERVICES for call in service.calls for type in call.fills if "::" in type
}
TURNS = 24
KEYWORDS = {"additionalProperties", "type", "enum"}  # made-up texts and numbers are not what patterns and limits want

_BUCKET, _TEMPLATE = "AWS::S3::Bucket", "AWS::EC2::LaunchTemplate"
_DATA, _RULES = "LaunchTemplateData", "ReplicationConfiguration/Rules/*"
_ENCRYPTION = "BucketEncryption/ServerSideEncryptionConfiguration/*/ServerSideEncryptionByDefault/SSEAlgorithm"
_YOUNGER = "AWS has more of them than CloudFormation so far"
_WIDER = "Not, for which there is no word: without it the rule would take in more than it does"

# (type, path, keyword) where AWS says what CloudFormation has no word for -> why it is kept all the same.
_CENTRAL = "AWS::ObservabilityAdmin::OrganizationCentralizationRule"
_CENTRAL_PARTS = (
    *("Destination", "Destination/DestinationLogsConfiguration", "Source", "Source/SourceLogsConfiguration"),
)

DIFFERENCES: Mapping[tuple[str, str, str], str] = {
    (_TEMPLATE, f"{_DATA}/InstanceRequirements", "additionalProperties"): _YOUNGER,
    (_TEMPLATE, f"{_DATA}/Monitoring", "additionalProperties"): _YOUNGER,
    (_TEMPLATE, f"{_DATA}/NetworkInterfaces/*/Ipv6Addresses/*", "additionalProperties"): _YOUNGER,
    (_TEMPLATE, f"{_DATA}/Placement", "additionalProperties"): _YOUNGER,
    (_TEMPLATE, f"{_DATA}/TagSpecifications/*/ResourceType", "enum"): _YOUNGER,
    ("AWS::EC2::SnapshotBlockPublicAccess", "State", "enum"): (
        "a template blocks or says nothing, and an account says that it does not (unblocked)"
    ),
    ("AWS::Logs::LogGroup", "LogGroupClass", "enum"): _YOUNGER,
    ("AWS::Logs::AccountPolicy", "PolicyType", "enum"): _YOUNGER,
    ("AWS::Organizations::Policy", "Type", "enum"): _YOUNGER,
    **{(_CENTRAL, f"Rule/{at}", "additionalProperties"): _YOUNGER for at in _CENTRAL_PARTS},
    (_BUCKET, _ENCRYPTION, "enum"): _YOUNGER,
    (_BUCKET, f"{_RULES}/Filter", "additionalProperties"): _WIDER,
    (_BUCKET, f"{_RULES}/Filter/And", "additionalProperties"): _WIDER,
    (_BUCKET, f"{_RULES}/Destination/StorageClass", "enum"): "the storage of other services too",
}

NOT_ASKED = ("is asked only for the log groups of trails", "is asked only for subscription filter policies")

_BESIDE = "tags stand beside the properties"

# What a table says is filled and no answer gives -> why that is right.
NEVER_GIVEN = {
    (_BUCKET, "AccessControl"): "the name of a set of grants is in templates only",
    ("AWS::EC2::Instance", "LaunchTemplate"): "an instance says itself what its template would say",
    ("AWS::Lambda::Url", "Qualifier"): "of the URL of an alias: test_services_a.py",
    ("AWS::EFS::FileSystem", "FileSystemTags"): _BESIDE,
}


@pytest.fixture(autouse=True)
def shapes_are_kept() -> None:
    """Not here: the test below knows what is made up."""


def test_whole_answers_become_what_the_schemas_say() -> None:
    wrong: set[Misfit] = set()
    given: dict[str, set[str]] = {}
    for turn in range(TURNS):

        def answer(service: str, region: str, operation: str, arguments: Any, turn: int = turn) -> Any:
            return whole(service, operation, turn)

        run = running(answer, EVERYTHING, options=frozenset({"user-data"}))
        for resource in run.resources():
            wrong |= {misfit for misfit in misfits(resource) if misfit.keyword in KEYWORDS}
            seen = {name for name, value in resource.properties.items() if not isinstance(value, Hidden)}
            given.setdefault(resource.type, set()).update(seen)
        assert sorted({gap.detail for gap in run.gaps if not gap.detail.endswith(NOT_ASKED)}) == []
    assert sorted(misfit for misfit in wrong if misfit[:3] not in DIFFERENCES) == []
    filled = {
        (type, name)
        for service in SERVICES
        for call in service.calls
        for type, names in call.fills.items()
        if "::" in type
        for name in set(names) - {LIST, "*", "tags", "facts", "Tags"}
    }
    missing = {(type, name) for type, name in filled if name not in given.get(type, ())}
    assert sorted(missing) == sorted(NEVER_GIVEN)
