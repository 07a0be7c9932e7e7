"""`backup.recovery` of a store: `{"last": time}`, when AWS Backup last saved it; without `last` it never did.

A fact of its own, because the list of what was saved is asked for only where a policy reads this. How old `last` is a
policy sees by `input.taken_at`. Unknown at `("last",)`. A member of a cluster has what the cluster has.
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListProtectedResources.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.facts.backup.stores import CLUSTER, INSTANCE, KINDS, cluster_of, is_store, unlisted
from auditor.facts.base import Derived, Fact, View
from auditor.facts.by_view import by_view
from auditor.facts.iam.logic import F, U, unknown
from auditor.facts.located import Place, located
from auditor.model import HIDDEN, Hidden, Json, Path, Resource, Text

SAVED = "Auditor::Backup::ProtectedResource"

_LAST: Path = ("last",)


def _compute(resource: Resource, view: View) -> Derived:
    there = is_store(resource)
    if there is U:
        return Derived({}, (unknown(_LAST, resource.properties.get("DBClusterIdentifier"), ""),))
    store = cluster_of(resource, view) if there is F else resource
    if store is None:
        return Derived({}, (unknown(_LAST, None, "its cluster is not seen"),))
    place = (store.account, store.region)
    last = _times(view, place).get(store.arn)
    if isinstance(last, str):
        return Derived({"last": last})
    if isinstance(last, HIDDEN):
        return Derived({}, (unknown(_LAST, last, ""),))
    for name in _unnamed(view, place):
        return Derived({}, (unknown(_LAST, name, ""),))
    for gap in unlisted(view, SAVED, place):
        return Derived({}, (unknown(_LAST, Hidden(gap.reason, gap.detail), ""),))
    return Derived({}) if view.is_closed else Derived({}, (unknown(_LAST, None, "a template does not tell"),))


@by_view
def _times(view: View, place: Place) -> Mapping[str, Json]:
    """When each resource was last saved, by its ARN."""
    rows = located(view, SAVED, place)
    return {str(row.properties.get("ResourceArn")): row.properties.get("LastBackupTime") for row in rows}


@by_view
def _unnamed(view: View, place: Place) -> Sequence[Hidden | Text]:
    """Rows of which it is hidden what was saved."""
    names = (row.properties.get("ResourceArn") for row in located(view, SAVED, place))
    return [name for name in names if isinstance(name, HIDDEN)]


FACT = Fact(
    name="backup.recovery",
    version=1,
    on=tuple(kind.type for kind in KINDS),
    reads={INSTANCE: (("DBClusterIdentifier",),), SAVED: (("ResourceArn",), ("LastBackupTime",))},
    compute=_compute,
    joins=(CLUSTER, SAVED),
)
