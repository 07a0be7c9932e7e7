"""What AWS Backup can save, as its selections see it.

https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from auditor.facts.backup.selection import Store
from auditor.facts.base import View
from auditor.facts.by_view import by_view
from auditor.facts.iam.logic import T, Truth, U, truth
from auditor.facts.located import Place, list_gaps, located
from auditor.model import HIDDEN, Gap, Json, Resource

SETTINGS = "Auditor::Backup::RegionSettings"
CLUSTER = "AWS::RDS::DBCluster"
INSTANCE = "AWS::RDS::DBInstance"


class Kind(msgspec.Struct, frozen=True):
    """`opt_in`: the service's name in the region's settings."""

    type: str
    name: str
    opt_in: str
    service: str
    prefix: str


KINDS = (
    Kind(INSTANCE, "rds", "RDS", "rds", "db:"),
    Kind(CLUSTER, "rds", "RDS", "rds", "cluster:"),
    Kind("AWS::DynamoDB::Table", "dynamodb", "DynamoDB", "dynamodb", "table/"),
    Kind("AWS::EFS::FileSystem", "efs", "EFS", "elasticfilesystem", "file-system/"),
    Kind("AWS::EC2::Volume", "ebs", "EBS", "ec2", "volume/"),
    Kind("AWS::S3::Bucket", "s3", "S3", "s3", ""),
)
KIND: Mapping[str, Kind] = {kind.type: kind for kind in KINDS}


def store(resource: Resource, view: View) -> Store:
    kind = KIND[resource.type]
    place = (resource.account, resource.region)
    engine = resource.properties.get("Engine") if resource.type == CLUSTER else ""
    aurora = U if not isinstance(engine, str) else truth(engine.startswith("aurora"))
    opted = _opted(view, place, "Aurora" if aurora is T else kind.opt_in)
    if aurora is U and opted is not _opted(view, place, "Aurora"):
        opted = U
    return Store(resource.arn, _tags(resource, view), opted, kind.service, kind.prefix, aurora)


def is_store(resource: Resource) -> Truth:
    """A member of a cluster is none: its data is the cluster's."""
    if resource.type != INSTANCE:
        return T
    cluster = resource.properties.get("DBClusterIdentifier")
    return U if isinstance(cluster, HIDDEN) else truth(not cluster)


def cluster_of(member: Resource, view: View) -> Resource | None:
    named = member.properties.get("DBClusterIdentifier")
    return _by_name(view, CLUSTER).get((member.account, member.region, str(named)))


def unlisted(view: View, type: str, place: Place) -> Iterator[Gap]:
    """What hides whole resources of a type in the region."""
    for gap in list_gaps(view, type):
        if gap.account == place[0] and gap.region in (None, place[1]):
            yield gap


@by_view
def _opted(view: View, place: Place, service: str) -> Truth:
    for settings in located(view, SETTINGS, place):
        chosen = settings.properties.get("ResourceTypeOptInPreference")
        value = chosen.get(service) if isinstance(chosen, Mapping) else None
        return truth(value) if isinstance(value, bool) else U
    return U


def _tags(resource: Resource, view: View) -> Mapping[str, Json] | None:
    return None if resource.id in _untagged(view, resource.type) else resource.tags


@by_view
def _untagged(view: View, type: str) -> frozenset[str | None]:
    """The ids of the resources whose tags were not seen."""
    return frozenset(gap.id for gap in view.gaps(type) if gap.path[:1] in ((), ("tags",)))


@by_view
def _by_name(view: View, type: str) -> Mapping[tuple[str, str | None, str], Resource]:
    return {(each.account, each.region, each.name): each for each in view.related(type)}
