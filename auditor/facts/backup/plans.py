"""The plans of a region, found by what their selections could take: no store is held against every selection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from auditor.facts.backup.rules import Rule, rules
from auditor.facts.backup.selection import Selection, Store, causes, has_hole, read
from auditor.facts.backup.stores import unlisted
from auditor.facts.base import View
from auditor.facts.by_view import by_view
from auditor.facts.iam.logic import F, T, Truth, U
from auditor.facts.located import Place, located
from auditor.facts.values import hidden
from auditor.model import HIDDEN, Hidden, Json, Resource

PLAN = "AWS::Backup::BackupPlan"
SELECTION = "AWS::Backup::BackupSelection"
VAULT = "AWS::Backup::BackupVault"


class Chosen(msgspec.Struct, frozen=True):
    """A selection with its plan. `cause`: what of the selection was not seen."""

    id: str
    selection: Selection
    plan: Resource
    rules: tuple[Rule, ...]
    cause: Hidden | None


class Plans:
    """`doubts`: why there may be selections that are not seen, or whose plan is not."""

    def __init__(self, chosen: Sequence[Chosen], count: int, doubts: tuple[Hidden, ...]) -> None:
        self.chosen = chosen
        self.count = count
        self.doubts = doubts
        self._by_arn: dict[str, list[int]] = {}
        self._by_start: dict[str, list[int]] = {}
        self._by_tag: dict[tuple[str, str], list[int]] = {}
        self._tagged: list[int] = []
        self._named: list[int] = []
        self._always: list[int] = []
        for index, each in enumerate(chosen):
            self._file(index, each.selection)
        self._lengths = sorted({len(start) for start in self._by_start})

    def _file(self, index: int, selection: Selection) -> None:
        resources = selection.resources
        if not selection.is_read or selection.takes_all or resources.unseen or None in selection.tags:
            self._always.append(index)
        for arn in resources.whole:
            self._by_arn.setdefault(arn, []).append(index)
        for pattern in resources.likes:
            self._by_start.setdefault(pattern.partition("*")[0], []).append(index)
        for tag in selection.tags:
            if tag is not None:
                self._by_tag.setdefault(tag, []).append(index)
        if resources:
            self._named.append(index)
        if selection.tags:
            self._tagged.append(index)

    def candidates(self, store: Store) -> Iterator[Chosen]:
        """The selections that `assigns` need be asked of; every other one does not assign the store."""
        found = {*self._always, *self._by_arn.get(store.arn, ())}
        for length in self._lengths:
            found.update(self._by_start.get(store.arn[:length], ()))
        if has_hole(store.arn):
            found.update(self._named)
        tags: Mapping[str, Json] | None = store.tags
        if tags is None or any(isinstance(value, HIDDEN) for value in tags.values()):
            found.update(self._tagged)
        else:
            for tag in tags.items():
                found.update(self._by_tag.get(tag, ()))
        return (self.chosen[index] for index in sorted(found))


@by_view
def plans_of(view: View, place: Place) -> Plans:
    def vaults(name: str) -> tuple[Truth, Hidden | None]:
        if name in names:
            return T, None
        for gap in unlisted(view, VAULT, place):
            return U, Hidden(gap.reason, gap.detail)
        return F, None

    names = {vault.name for vault in located(view, VAULT, place)}
    plans = {plan.name: plan for plan in located(view, PLAN, place)}
    of_plan = {name: tuple(rules(plan, vaults)) for name, plan in plans.items()}
    chosen: list[Chosen] = []
    doubts = list(_lists(view, (PLAN, SELECTION), place))
    for selection in located(view, SELECTION, place):
        name = selection.properties.get("BackupPlanId")
        if isinstance(name, HIDDEN):
            doubts.append(hidden(name, ""))
        elif str(name) in plans:
            body = selection.properties.get("BackupSelection")
            cause = next((hidden(each, "") for each in causes(body)), None)
            chosen.append(Chosen(selection.id, read(body), plans[str(name)], of_plan[str(name)], cause))
    return Plans(chosen, len(plans), tuple(dict.fromkeys(doubts)))


def _lists(view: View, types: Iterable[str], place: Place) -> Iterator[Hidden]:
    for type in types:
        for gap in unlisted(view, type, place):
            yield Hidden(gap.reason, gap.detail)
