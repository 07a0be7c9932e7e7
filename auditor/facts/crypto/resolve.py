"""A reference to a KMS key (id, ARN, alias, alias ARN) and the key that it means.

https://docs.aws.amazon.com/kms/latest/developerguide/find-cmk-id-arn.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from auditor.facts.base import View
from auditor.facts.by_view import by_view
from auditor.facts.located import Place, list_gaps
from auditor.model import HIDDEN, Hidden, Json, Reason, Resource

KEY = "AWS::KMS::Key"
REPLICA = "AWS::KMS::ReplicaKey"
ALIAS = "AWS::KMS::Alias"
REGION = "Auditor::Account::Region"
# What another account of the snapshots tells of a key of its own, and under which reference it was asked. Its name
# and ARN are the key's, its account is the one that asks.
OTHER = "Auditor::KMS::OtherKey"

Kind = Literal["none", "aws_owned", "aws_managed", "customer", "foreign", "missing", "unknown"]

_AWS = "alias/aws/"
_OWNED = "AWS_OWNED_KMS_KEY"


class Resolved(msgspec.Struct, frozen=True):
    """`customer`: `key` is a key of the scope, or an OTHER. `foreign`: of an account that is not seen.

    `declared`: a foreign one that is a literal and leads out of a template, taken as given. `missing`: proven to be no
    key of its account and region that the account manages. `why`: for `unknown` and `foreign`, what hides it.
    """

    kind: Kind
    place: Place = ("", None)
    key: Resource | None = None
    why: Hidden | None = None
    declared: bool = False


def resolve(owner: Resource, reference: Json, view: View) -> Resolved:
    """The key that a property of `owner` means; a name without account and region is of the owner's."""
    if reference is None or reference == "":
        return Resolved("none")
    if not isinstance(reference, str):
        unread = Hidden(Reason.UNRESOLVED, f"{reference!r} names no key")
        return Resolved("unknown", why=hidden(reference) if isinstance(reference, HIDDEN) else unread)
    if reference == _OWNED:
        return Resolved("aws_owned")
    place, name = place_of(owner, reference)
    if name.startswith(_AWS):
        return Resolved("aws_managed", place)
    if place[0] != owner.account:
        return _of_other(owner, reference, place, view)
    if not name.startswith("alias/"):
        return _key(owner, owner, reference, place, name, view)
    alias = _aliases(view).get((*place, name))
    if alias is None:
        return _unseen(owner, owner, reference, place, (ALIAS,), view)
    target = alias.properties.get("TargetKeyId")
    if isinstance(target, HIDDEN):
        return Resolved("unknown", why=hidden(target))
    place, name = place_of(alias, str(target))
    return _key(owner, alias, str(target), place, name, view)


def _key(owner: Resource, asker: Resource, reference: str, place: Place, name: str, view: View) -> Resolved:
    key = _keys(view).get((*place, name))
    if key is not None:
        return Resolved("customer", place, key)
    if (*place, name) in _managed(view):
        return Resolved("aws_managed", place)
    return _unseen(owner, asker, reference, place, (KEY, REPLICA), view)


def _of_other(owner: Resource, reference: str, place: Place, view: View) -> Resolved:
    """What another account tells of its key; without it, the key may be there and may not."""
    told = _others(view).get((owner.account, reference))
    if told is None:
        if _leads_out(owner, (KEY, REPLICA, ALIAS), view):
            return Resolved("foreign", place, declared=True)
        return Resolved("foreign", place, why=Hidden(Reason.OUTSIDE, f"{reference} is a key of another account"))
    state = told.properties.get("State")
    if state in ("aws_managed", "missing"):
        return Resolved(state, place)
    if state == "customer":
        return Resolved("customer", place_of(owner, told.arn)[0], told)
    untold = Hidden(Reason.OUTSIDE, f"of {reference} nothing is told")
    return Resolved("foreign", place, why=hidden(state) if isinstance(state, HIDDEN) else untold)


def _unseen(
    owner: Resource, asker: Resource, reference: str, place: Place, types: Sequence[str], view: View
) -> Resolved:
    """Why there is no such key in the scope: it is outside, hidden, or proven not to be."""
    account, region = place
    if _leads_out(asker, types, view):
        return Resolved("foreign", place, declared=True)
    if account != owner.account:
        return Resolved("foreign", place, why=Hidden(Reason.OUTSIDE, f"{reference} is a key of another account"))
    for type in types:
        for gap in list_gaps(view, type):
            if gap.parent is None and gap.account == account and gap.region in (None, region):
                return Resolved("unknown", place, why=Hidden(gap.reason, gap.detail))
    if region not in (owner.region, *_regions(view)):
        return Resolved("unknown", place, why=Hidden(Reason.OUTSIDE, f"the keys of {region} were not listed"))
    return Resolved("missing", place)


def _leads_out(asker: Resource, types: Sequence[str], view: View) -> bool:
    """Whether what it names is no resource of its template."""
    return any(asker.id in _outside(view, type) for type in types)


def place_of(owner: Resource, reference: str) -> tuple[Place, str]:
    """Account and region, and the name there: a key id or `alias/...`."""
    if not reference.startswith("arn:"):
        return (owner.account, owner.region), reference
    # the symbols of account and region in the ARNs of a template hold colons
    plain = reference.replace("⟨AWS::AccountId⟩", "").replace("⟨AWS::Region⟩", "")
    _, _, _, region, account, name = (plain.split(":", 5) + [""] * 5)[:6]
    return (account or owner.account, region or owner.region), name.removeprefix("key/")


@by_view
def _keys(view: View) -> Mapping[tuple[str, str | None, str], Resource]:
    return dict(_named((*view.related(KEY), *view.related(REPLICA))))


@by_view
def _aliases(view: View) -> Mapping[tuple[str, str | None, str], Resource]:
    return dict(_named(view.related(ALIAS)))


@by_view
def _managed(view: View) -> frozenset[tuple[str, str | None, str]]:
    """The keys that AWS manages are not listed as keys, and their aliases are."""
    found = (alias for alias in view.related(ALIAS) if alias.name.startswith(_AWS))
    return frozenset((each.account, each.region, str(each.properties.get("TargetKeyId"))) for each in found)


@by_view
def _others(view: View) -> Mapping[tuple[str, str], Resource]:
    return {(each.account, str(each.properties.get("Reference"))): each for each in view.related(OTHER)}


def _named(resources: Sequence[Resource]) -> Iterator[tuple[tuple[str, str | None, str], Resource]]:
    for each in resources:
        for name in (each.name, place_of(each, each.arn)[1]):
            yield (each.account, each.region, name), each


@by_view
def _outside(view: View, type: str) -> frozenset[str | None]:
    """The resources of a template that name one of the type which the template does not hold."""
    return frozenset(gap.parent for gap in list_gaps(view, type) if gap.reason is Reason.OUTSIDE)


@by_view
def _regions(view: View) -> frozenset[str]:
    """The regions that were asked."""
    return frozenset(region.name for region in view.related(REGION))


def hidden(value: Json) -> Hidden:
    return Hidden(value.reason, value.detail)
