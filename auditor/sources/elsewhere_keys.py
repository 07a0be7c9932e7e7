"""The KMS keys that resources name in other accounts, as their owners tell them.

Each account is given what the owners tell of the keys that its resources name by ARN, as
`Auditor::KMS::OtherKey`: its state, or that there is none, where the owner's list is complete. What the owner's
snapshot does not hold of a key is hidden here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path as File

import msgspec

from auditor.data.kms_uses import USES
from auditor.model import HIDDEN, Coverage, Gap, Json, Plan, Resource
from auditor.snapshot import AccountLine, GapLine, ResourceLine, TrailerLine, coverage_of, lines, plant
from auditor.sources.unasked import unasked, without

OTHER = "Auditor::KMS::OtherKey"
_KEY, _REPLICA, _ALIAS = "AWS::KMS::Key", "AWS::KMS::ReplicaKey", "AWS::KMS::Alias"
_TYPES = (_KEY, _REPLICA, _ALIAS)
_TOLD = ("Enabled", "KeySpec", "KeyUsage", "Origin", "MultiRegion", "KeyPolicy")

# Account and region.
_Place = tuple[str, str]


class _Owner(msgspec.Struct):
    """What the snapshot of an account says of the keys in the places that somebody names. By region and name."""

    gaps: list[Gap]
    keys: dict[tuple[str, str], Resource]
    aliases: dict[tuple[str, str], Resource]
    coverage: Coverage = Coverage(lists={})

    def lists(self, types: Iterable[str], region: str) -> bool:
        """Whether all lists of the region are complete."""
        return all(self._is_listed(type, region) for type in types)

    def _is_listed(self, type: str, region: str) -> bool:
        lists = self.coverage.lists or {}
        regions = lists.get(type, ())
        cut = any(gap.id is None and gap.type in (type, "*") and gap.region in (None, region) for gap in self.gaps)
        return not cut and (regions is None or region in regions)


class Keys:
    """First every resource is asked (`ask`), then the owners of what they name (`gather`)."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._asked: dict[str, set[str]] = {}
        self._owners: dict[str, _Owner] = {}

    def ask(self, account: str, resource: Resource) -> None:
        if resource.type in USES:
            reference = resource.properties.get(USES[resource.type].property)
            if isinstance(reference, str) and (owner := _place(reference)[0][0]) and owner != account:
                self._asked.setdefault(account, set()).add(reference)

    def gather(self, files: Iterable[File]) -> None:
        """Reads the files only where somebody named a key of another account."""
        places = {_place(reference)[0] for named in self._asked.values() for reference in named}
        for file in files if places else ():
            self._gather(file, places)

    def of_others(self, account: str) -> tuple[Resource, ...]:
        """What is told to the account of the keys that it names, one for each reference."""
        told = (self._told(account, reference) for reference in sorted(self._asked.get(account, ())))
        return tuple(each for each in told if each is not None)

    def _gather(self, file: File, places: set[_Place]) -> None:
        here: dict[str, _Owner] = {}
        owner, wanted = _Owner([], {}, {}), False
        for line in lines(file):
            if isinstance(line, AccountLine):
                wanted = any(account == line.account for account, _ in places)
                owner = _Owner([], {}, {})
                if wanted:
                    here[line.account] = self._owners[line.account] = owner
            elif wanted and isinstance(line, GapLine) and line.gap.type in (*_TYPES, "*"):
                owner.gaps.append(line.gap)
            elif wanted and isinstance(line, ResourceLine) and line.resource.type in _TYPES:
                resource = line.resource
                if (resource.account, resource.region) in places:
                    held = owner.aliases if resource.type == _ALIAS else owner.keys
                    held[str(resource.region), resource.name] = resource
            elif isinstance(line, TrailerLine):
                for account, each in here.items():
                    each.coverage = coverage_of(line.coverage.get(account))

    def _told(self, account: str, reference: str) -> Resource | None:
        """None where the owner is not in the snapshots, or does not know."""
        (named, region), name = _place(reference)
        owner = self._owners.get(named)
        if owner is None:
            return None
        if name.startswith("alias/"):
            alias = owner.aliases.get((region, name))
            if alias is None:
                return _made(account, reference, "missing") if owner.lists((_ALIAS,), region) else None
            target = self._planted(owner, alias).properties.get("TargetKeyId")
            if isinstance(target, HIDDEN):
                return None
            name = str(target).rpartition("/")[2]
        key = owner.keys.get((region, name))
        if key is not None:
            return _made(account, reference, "customer", self._planted(owner, key))
        if any(_is_managed(alias, region, name) for alias in owner.aliases.values()):
            return _made(account, reference, "aws_managed")
        return _made(account, reference, "missing") if owner.lists(_TYPES, region) else None

    def _planted(self, owner: _Owner, resource: Resource) -> Resource:
        seen = plant(resource, [gap for gap in owner.gaps if gap.id == resource.id])
        missing = unasked(owner.coverage, self._plan).get(resource.type)
        return without(seen, missing) if missing else seen


def _made(account: str, reference: str, state: str, key: Resource | None = None) -> Resource:
    properties: dict[str, Json] = {"Reference": reference, "State": state}
    if key is not None:
        properties |= {name: key.properties[name] for name in _TOLD if name in key.properties}
        properties |= {"Replica": True} if key.type == _REPLICA else {}
    name, arn = (key.name, key.arn) if key is not None else (reference, reference)
    return Resource(OTHER, f"{account}/{OTHER}/{reference}", account, None, name, arn, properties)


def _is_managed(alias: Resource, region: str, key: str) -> bool:
    named: Mapping[str, Json] = alias.properties
    return alias.region == region and alias.name.startswith("alias/aws/") and named.get("TargetKeyId") == key


def _place(reference: str) -> tuple[_Place, str]:
    """Account and region of an ARN, and the name there: a key id or `alias/...`; empty for anything else."""
    parts = reference.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or parts[2] != "kms":
        return ("", ""), ""
    return (parts[4], parts[3]), parts[5].removeprefix("key/")
