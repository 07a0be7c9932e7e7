"""Who owns the buckets that logs go to, as the accounts tell each other.

Each account is given the buckets of the others that some trail or replication names, as
`Auditor::S3::OtherBucket`; the name of a bucket is unique, so that a bucket found in one account is in no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.model import Json, Resource

OTHER = "Auditor::S3::OtherBucket"
_BUCKET = "AWS::S3::Bucket"
_TRAIL = "AWS::CloudTrail::Trail"
_MEMBERSHIP = "Auditor::Organizations::Membership"


class Buckets:
    """The owners of the buckets that logs go to."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._organizations: dict[str, str] = {}
        self._wanted: set[str] = set()

    def add(self, account: str, resource: Resource) -> None:
        if resource.type == _BUCKET:
            self._owners[resource.name] = account
            self._wanted.update(_destinations(resource.properties.get("ReplicationConfiguration")))
        elif resource.type == _TRAIL:
            self._wanted.add(str(resource.properties.get("S3BucketName")))
        elif resource.type == _MEMBERSHIP and isinstance(found := resource.properties.get("OrganizationId"), str):
            self._organizations[account] = found

    def of_others(self, account: str) -> tuple[Resource, ...]:
        """Those that `account` does not own."""
        return tuple(
            self._seen_from(account, name, owner)
            for name in sorted(self._wanted & self._owners.keys())
            if (owner := self._owners[name]) != account
        )

    def _seen_from(self, account: str, name: str, owner: str) -> Resource:
        id = f"{account}/{OTHER}/{name}"
        properties = {"BucketName": name, "AccountId": owner}
        if owner in self._organizations:
            properties["OrganizationId"] = self._organizations[owner]
        return Resource(OTHER, id, account, None, name, id, properties)


def _destinations(replication: Json) -> Iterator[str]:
    rules = replication.get("Rules") if isinstance(replication, Mapping) else None
    for rule in rules or ():
        destination = rule.get("Destination") if isinstance(rule, Mapping) else None
        if isinstance(destination, Mapping):
            yield str(destination.get("Bucket")).rpartition(":")[2]
