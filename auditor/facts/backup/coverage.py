"""`backup.coverage`: the plans that save a store, and what of a region they save.

Of a store: `{"plans": [{plan, selection, rules: [{rule, gap_hours, forever | retain_days, continuous, vault,
copies: [{vault, forever | retain_days}]}]}]}`: every selection that assigns it, and of its plan the rules that work.
A rule whose vault does not exist, or that never runs, saves nothing. A member of a cluster has what the cluster has.

Of a region: `{"held": {kind: id}, "saved": [{kind, resource, plan, rule, gap_hours, forever | retain_days}],
"assigned": n, "plans": n}`.
- `held`: one store of each kind (rds, dynamodb, efs, ebs, s3) that is there.
- `saved`: per rule and kind one store that a selection of the rule's plan assigns.
- `assigned`: how many stores some plan takes; `plans`: how many plans there are.

`gap_hours` is the longest distance between two runs (`schedule`), `retain_days` how long a recovery point stays;
`forever` is true where nothing deletes it. What may be there is unknown at `("plans",)`, `("held", kind)`, `("saved",)`
and where the copies or a number are not certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from auditor.facts.backup.plans import PLAN, SELECTION, VAULT, Chosen, Plans, plans_of
from auditor.facts.backup.rules import Rule
from auditor.facts.backup.selection import Store, assigns
from auditor.facts.backup.stores import (
    CLUSTER,
    INSTANCE,
    KINDS,
    SETTINGS,
    cluster_of,
    is_store,
    store,
    unlisted,
)
from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.iam.logic import F, T, U, unknown
from auditor.facts.located import Place, located
from auditor.facts.values import hidden
from auditor.model import Hidden, Json, Path, Reason, Resource

REGION = "Auditor::Account::Region"

_PLANS: Path = ("plans",)
_SAVED: Path = ("saved",)
_ASSIGNED: Path = ("assigned",)
_COPIES: Path = ("plans", "*", "rules", "*", "copies")


def _compute(resource: Resource, view: View) -> Derived:
    return _of_region(resource, view) if resource.type == REGION else _of_store(resource, view)


# --- a store ----------------------------------------------------------------------------------------------------


def _of_store(resource: Resource, view: View) -> Derived:
    there = is_store(resource)
    if there is U:
        cluster = resource.properties.get("DBClusterIdentifier")
        return Derived({}, (unknown(_PLANS, cluster, ""),))
    if there is F:
        cluster = cluster_of(resource, view)
        return _of_store(cluster, view) if cluster else Derived({}, (unknown(_PLANS, None, "its cluster is not seen"),))
    plans = plans_of(view, (resource.account, resource.region))
    found: list[Json] = []
    doubts = [unknown(_PLANS, doubt, "") for doubt in plans.doubts]
    if not view.is_closed:
        doubts.append(unknown(_PLANS, None, "a plan that is declared elsewhere may assign it"))
    own, is_unsure = store(resource, view), False
    for chosen in plans.candidates(own):
        if is_unsure and _is_never_certain(chosen, own):
            continue
        assigned = assigns(chosen.selection, own)
        if assigned is T:
            found.append(_plan(chosen))
            doubts += [unknown(_PLANS, rule.why, "") for rule in chosen.rules if rule.works is U]
            doubts += [unknown(_COPIES, rule.uncopied, "") for rule in chosen.rules if rule.uncopied]
        elif assigned is U:
            is_unsure = True
            doubts.append(unknown(_PLANS, chosen.cause or _unsettled(own), ""))
    return Derived({"plans": found}, tuple(dict.fromkeys(doubts)))


def _plan(chosen: Chosen) -> dict[str, Json]:
    working = [_rule(rule) for rule in chosen.rules if rule.works is T]
    return {"plan": chosen.plan.arn, "selection": chosen.id, "rules": working}


def _rule(rule: Rule) -> dict[str, Json]:
    copies = [{"vault": copy.vault, **_kept(copy.retain_days)} for copy in rule.copies]
    timed = {"rule": rule.name, "gap_hours": rule.gap_hours, **_kept(rule.retain_days)}
    return {**timed, "continuous": rule.continuous, "vault": rule.vault, "copies": copies}


def _kept(days: int | None) -> dict[str, Json]:
    return {"forever": True} if days is None else {"retain_days": days}


def _is_never_certain(chosen: Chosen, store: Store) -> bool:
    return store.tags is None and chosen.selection.by_tag_only


def _unsettled(store: Store) -> Hidden:
    if store.tags is None:
        return Hidden(Reason.UNRESOLVED, f"the tags of {store.arn} were not seen")
    if store.opted is U:
        return Hidden(Reason.UNRESOLVED, f"whether the region backs up the service of {store.arn} was not seen")
    return Hidden(Reason.UNRESOLVED, "the selection is malformed")


# --- a region ---------------------------------------------------------------------------------------------------


class Counted(NamedTuple):
    """`doubt`: why it may be no store of its own."""

    kind: str
    store: Store
    doubt: Hidden | None


class Saved(NamedTuple):
    """`rows` of what is certain, and why there may be more; how many stores are assigned, or why that is not known."""

    rows: list[Json]
    unsure: list[Hidden]
    assigned: int | Hidden


def _of_region(region: Resource, view: View) -> Derived:
    place = (region.account, region.name)
    held: dict[str, Json] = {}
    doubts: list[Unknown] = []
    stores: list[Counted] = []
    for kind in KINDS:
        for resource in located(view, kind.type, place):
            there = is_store(resource)
            doubt = hidden(resource.properties.get("DBClusterIdentifier"), "") if there is U else None
            if there is T:
                held.setdefault(kind.name, resource.id)
            elif doubt:
                doubts.append(unknown(("held", kind.name), doubt, ""))
            if there is not F:
                stores.append(Counted(kind.name, store(resource, view), doubt))
        for gap in unlisted(view, kind.type, place):
            doubts.append(Unknown(("held", kind.name), gap.reason, gap.detail))
    doubts = [each for each in doubts if each.path[1] not in held]
    plans = plans_of(view, place)
    saved = _saved(plans, stores)
    unseen = [*plans.doubts, *(_stores_unseen(view, place) if plans.count else ())]
    doubts += [unknown(_SAVED, doubt, "") for doubt in (*saved.unsure, *unseen)]
    value: dict[str, Json] = {"held": held, "saved": saved.rows}
    if unseen or isinstance(saved.assigned, Hidden):
        why = saved.assigned if isinstance(saved.assigned, Hidden) else unseen[0]
        doubts.append(unknown(_ASSIGNED, why, ""))
    else:
        value["assigned"] = saved.assigned
    lists = [Unknown(_PLANS, gap.reason, gap.detail) for gap in unlisted(view, PLAN, place)]
    if not lists:
        value["plans"] = plans.count
    return Derived(value, tuple(dict.fromkeys((*doubts, *lists))))


def _stores_unseen(view: View, place: Place) -> Iterator[Hidden]:
    """What is not seen of the stores may be assigned."""
    for kind in KINDS:
        for gap in unlisted(view, kind.type, place):
            yield Hidden(gap.reason, gap.detail)


def _saved(plans: Plans, stores: Sequence[Counted]) -> Saved:
    """A selection is not asked about a store once all that it could tell is known."""
    certain: dict[tuple[str, str, str], Json] = {}
    unsure: dict[tuple[str, str, str], Hidden] = {}
    told: set[tuple[str, str]] = set()
    count, doubt = 0, None
    for kind, one, own in stores:
        assigned, why = F, own
        for chosen in plans.candidates(one):
            never = _is_never_certain(chosen, one)
            if never and assigned is not F and (chosen.id, kind) in told:
                continue
            keyed = [((chosen.plan.id, rule.name, kind), rule) for rule in chosen.rules]
            left = [(key, rule) for key, rule in keyed if key not in certain]
            if not left and assigned is T:
                continue
            found = assigns(chosen.selection, one)
            if found is T and own:
                found = U
            if never and found is U:
                told.add((chosen.id, kind))
            cause = own or chosen.cause or _unsettled(one)
            why = why or (cause if found is U else None)
            assigned = max(assigned, found)
            for key, rule in left:
                works = min(found, rule.works)
                if works is T:
                    certain[key] = _row(kind, one, chosen, rule)
                elif works is U:
                    unsure.setdefault(key, rule.why or cause)
        count += assigned is T
        doubt = doubt or (why if assigned is U else None)
    return Saved(list(certain.values()), [why for key, why in unsure.items() if key not in certain], doubt or count)


def _row(kind: str, store: Store, chosen: Chosen, rule: Rule) -> dict[str, Json]:
    named = {"kind": kind, "resource": store.arn, "plan": chosen.plan.arn, "rule": rule.name}
    return {**named, "gap_hours": rule.gap_hours, **_kept(rule.retain_days)}


FACT = Fact(
    name="backup.coverage",
    version=2,
    on=(REGION, *(kind.type for kind in KINDS)),
    reads={
        REGION: (("RegionName",),),
        PLAN: (("BackupPlanId",), ("BackupPlan",)),
        SELECTION: (("BackupPlanId",), ("BackupSelection",)),
        VAULT: (("BackupVaultName",),),
        SETTINGS: (("ResourceTypeOptInPreference",),),
        **{kind.type: (("tags",),) for kind in KINDS},
        INSTANCE: (("tags",), ("DBClusterIdentifier",)),
        CLUSTER: (("tags",), ("Engine",)),
    },
    compute=_compute,
    joins=(PLAN, SELECTION, VAULT, SETTINGS, *(kind.type for kind in KINDS)),
)
