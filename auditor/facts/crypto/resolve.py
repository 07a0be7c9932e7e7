"""A reference to a KMS key (id, ARN, alias, alias ARN) and the key that it means.

https://docs.aws.amazon.com/kms/latest/developerguide/find-cmk-id-arn.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from auditor.facts.base import View
from auditor.facts.network.by_view import by_view
from auditor.model import HIDDEN, Gap, Hidden, Json, Reason, Resource

KEY = "AWS::KMS::Key"
REPLICA = "AWS::KMS::ReplicaKey"
ALIAS = "AWS::KMS::Alias"
REGION = "Auditor::Account::Region"

Kind = Literal["aws_managed", "customer", "declared", "missing", "unknown"]


class Resolved(msgspec.Struct, frozen=True):
    """`customer`: `key` is a key of the scope. `declared`: a literal that leads out of a template, taken as given.

    `missing`: proven to be no customer managed key of its account and region. `why`: for `unknown`, what hides it.
    """

    kind: Kind
    key: Resource | None = None
    why: Hidden | None = None


def resolve(owner: Resource, reference: Json, view: View) -> Resolved:
    """The key that a property of `owner` means; a name without account and region is of the owner's."""
    if isinstance(reference, HIDDEN) or not isinstance(reference, str):
        unread = Hidden(Reason.UNRESOLVED, f"{reference!r} names no key")
        return Resolved("unknown", why=unread if not isinstance(reference, HIDDEN) else _hidden(reference))
    place, name = _place(owner, reference)
    if name.startswith("alias/aws/"):
        return Resolved("aws_managed")
    if not name.startswith("alias/"):
        return _key(owner, owner, reference, place, name, view)
    alias = _aliases(view).get((*place, name))
    if alias is None:
        return _unseen(owner, owner, reference, place, (ALIAS,), view)
    target = alias.properties.get("TargetKeyId")
    if isinstance(target, HIDDEN):
        return Resolved("unknown", why=_hidden(target))
    _, name = _place(alias, str(target))
    return _key(owner, alias, str(target), place, name, view)


def _key(
    owner: Resource, asker: Resource, reference: str, place: tuple[str, str | None], name: str, view: View
) -> Resolved:
    key = _keys(view).get((*place, name))
    if key is not None:
        return Resolved("customer", key)
    return _unseen(owner, asker, reference, place, (KEY, REPLICA), view)


def _unseen(
    owner: Resource,
    asker: Resource,
    reference: str,
    place: tuple[str, str | None],
    types: Sequence[str],
    view: View,
) -> Resolved:
    """Why there is no such key in the scope: it is outside, hidden, or proven not to be."""
    account, region = place
    gaps = [gap for type in types for gap in view.gaps(type) if gap.id is None]
    if any(gap.parent == asker.id and gap.reason is Reason.OUTSIDE for gap in gaps):
        return Resolved("declared")
    if account != owner.account:
        return Resolved("unknown", why=Hidden(Reason.OUTSIDE, f"{reference} is a key of another account"))
    for gap in gaps:
        if _hides(gap, account, region):
            return Resolved("unknown", why=Hidden(gap.reason, gap.detail))
    if region not in (owner.region, *_regions(view)):
        return Resolved("unknown", why=Hidden(Reason.OUTSIDE, f"the keys of {region} were not listed"))
    return Resolved("missing")


def _hides(gap: Gap, account: str, region: str | None) -> bool:
    return gap.parent is None and gap.account == account and gap.region in (None, region)


def _place(owner: Resource, reference: str) -> tuple[tuple[str, str | None], str]:
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


def _named(resources: Sequence[Resource]) -> Iterator[tuple[tuple[str, str | None, str], Resource]]:
    for each in resources:
        for name in (each.name, _place(each, each.arn)[1]):
            yield (each.account, each.region, name), each


@by_view
def _regions(view: View) -> frozenset[str]:
    """The regions that were asked."""
    return frozenset(region.name for region in view.related(REGION))


def _hidden(value: Hidden | Json) -> Hidden:
    return Hidden(value.reason, value.detail)
