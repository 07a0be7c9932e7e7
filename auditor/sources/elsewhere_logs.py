"""Who owns the buckets that logs go to, and how an organization centralizes logs, as the accounts tell each other.

Each account is given
- the buckets of the others that some trail, replication or delivery stream names, as `Auditor::S3::OtherBucket`; the
  name of a bucket is unique, so that a bucket found in one account is in no other;
- the rules by which its organization centralizes logs, as `Auditor::ObservabilityAdmin::OrganizationRules`; AWS tells
  them to the management account and delegated administrators only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.model import Json, Resource
from auditor.snapshot import GapLine, Line, ResourceLine, TrailerLine

OTHER = "Auditor::S3::OtherBucket"
TOLD = "Auditor::ObservabilityAdmin::OrganizationRules"
TYPES = frozenset({OTHER, TOLD})
_BUCKET = "AWS::S3::Bucket"
_TRAIL = "AWS::CloudTrail::Trail"
_MEMBERSHIP = "Auditor::Organizations::Membership"
_STREAM = "AWS::KinesisFirehose::DeliveryStream"
_RULE = "AWS::ObservabilityAdmin::OrganizationCentralizationRule"
_STATUS = "Auditor::ObservabilityAdmin::CentralizationRuleStatus"


class Logs:
    """What concerns logs. Told line by line what the accounts hold."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._organizations: dict[str, str] = {}
        self._wanted: set[str] = set()
        self._rules: dict[str, dict[str, Json]] = {}  # teller -> rule -> what is known of it
        self._listed: set[str] = set()
        self._doubted: set[str] = set()

    def add(self, account: str, line: Line) -> None:
        if isinstance(line, ResourceLine):
            self._add(account, line.resource)
        elif isinstance(line, GapLine) and line.gap.type in (_RULE, _STATUS, "*"):
            self._doubted.add(account)
        elif isinstance(line, TrailerLine):
            self._listed.update(name for name, one in line.coverage.items() if _RULE in one.lists)

    def _add(self, account: str, resource: Resource) -> None:
        properties = resource.properties
        if resource.type == _BUCKET:
            self._owners[resource.name] = account
            self._wanted.update(_destinations(properties.get("ReplicationConfiguration")))
        elif resource.type == _TRAIL:
            self._wanted.add(str(properties.get("S3BucketName")))
        elif resource.type == _STREAM and isinstance(to := properties.get("ExtendedS3DestinationConfiguration"), dict):
            self._wanted.add(_name(to.get("BucketARN")))
        elif resource.type == _MEMBERSHIP and isinstance(found := properties.get("OrganizationId"), str):
            self._organizations[account] = found
        elif resource.type in (_RULE, _STATUS):
            known = self._rules.setdefault(account, {}).setdefault(str(properties.get("RuleArn")), {})
            known |= {key: properties[key] for key in ("RuleArn", "RuleHealth", "Rule") if key in properties}

    def of_others(self, account: str) -> Iterator[Resource]:
        """What the others tell of `account`."""
        for name in sorted(self._wanted & self._owners.keys()):
            if (owner := self._owners[name]) != account:
                yield self._seen_from(account, OTHER, name, owner, {"BucketName": name})
        for teller in sorted(self._listed | self._rules.keys()):
            if teller != account and teller in self._organizations:
                rules = self._rules.get(teller, {})
                told: dict[str, Json] = {"Rules": [rules[arn] for arn in sorted(rules)]}
                told["IsComplete"] = teller in self._listed and teller not in self._doubted
                yield self._seen_from(account, TOLD, teller, teller, told)

    def _seen_from(self, account: str, type: str, name: str, owner: str, properties: dict[str, Json]) -> Resource:
        id = f"{account}/{type}/{name}"
        properties["AccountId"] = owner
        if owner in self._organizations:
            properties["OrganizationId"] = self._organizations[owner]
        return Resource(type, id, account, None, name, id, properties)


def _destinations(replication: Json) -> Iterator[str]:
    rules = replication.get("Rules") if isinstance(replication, Mapping) else None
    for rule in rules or ():
        destination = rule.get("Destination") if isinstance(rule, Mapping) else None
        if isinstance(destination, Mapping):
            yield _name(destination.get("Bucket"))


def _name(arn: Json) -> str:
    return str(arn).rpartition(":")[2]
