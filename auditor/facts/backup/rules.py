"""The rules of a backup plan: how often each runs, how long it keeps what it saves, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from auditor.facts.backup.schedule import NEVER, NotUnderstood, longest_gap
from auditor.facts.iam.logic import F, T, Truth, U
from auditor.facts.values import hidden
from auditor.model import Hidden, Json, Reason, Resource

_DAILY = "cron(0 5 ? * * *)"  # what AWS takes where no schedule is given
_CONTINUOUS_DAYS = 35  # the most that a continuous backup keeps

# Whether a vault of that name is there, and what hides it.
Vaults = Callable[[str], tuple[Truth, Hidden | None]]


class Copy(msgspec.Struct, frozen=True):
    """`retain_days` None: for ever."""

    vault: str
    retain_days: int | None


class Rule(msgspec.Struct, frozen=True):
    """`works` U: it may be that it backs up nothing, or how often is not known; `why` then says so.

    `retain_days` None: for ever. `copies`: those that are seen in full; `uncopied`: why there may be more.
    """

    name: str
    works: Truth
    gap_hours: float = NEVER
    retain_days: int | None = None
    continuous: bool = False
    vault: str = ""
    copies: tuple[Copy, ...] = ()
    uncopied: Hidden | None = None
    why: Hidden | None = None


def rules(plan: Resource, vaults: Vaults) -> Iterator[Rule]:
    body = plan.properties.get("BackupPlan")
    listed = body.get("BackupPlanRule") if isinstance(body, Mapping) else body
    if not isinstance(listed, list | tuple):
        if listed is not None or not isinstance(body, Mapping):
            yield Rule("", U, why=hidden(listed, f"the rules of {plan.name} are not known"))
        return
    for index, rule in enumerate(listed):
        yield _rule(rule, str(index), vaults)


def _rule(rule: Json, place: str, vaults: Vaults) -> Rule:
    if not isinstance(rule, Mapping):
        return Rule(place, U, why=hidden(rule, "the rule is not known"))
    named, vault = rule.get("RuleName"), rule.get("TargetBackupVault")
    name = named if isinstance(named, str) else place
    if not isinstance(vault, str):
        return Rule(name, U, why=hidden(vault, "the rule names no vault"))
    there, why = vaults(vault)
    if there is not T:
        return Rule(name, there, why=why)
    expression = rule.get("ScheduleExpression", _DAILY)
    if not isinstance(expression, str):
        return Rule(name, U, why=hidden(expression, f"the schedule of {name} is malformed"))
    try:
        hours = longest_gap(expression)
    except NotUnderstood:
        return Rule(name, U, why=Hidden(Reason.UNSUPPORTED, f"the schedule {expression} is not understood"))
    if hours == NEVER:
        return Rule(name, F)
    days = _days(rule.get("Lifecycle"))
    if isinstance(days, Hidden):
        return Rule(name, U, why=days)
    continuous = rule.get("EnableContinuousBackup")
    if continuous not in (None, True, False):
        return Rule(name, U, why=hidden(continuous, f"whether {name} is continuous is not known"))
    if continuous:
        days = _CONTINUOUS_DAYS if days is None else min(days, _CONTINUOUS_DAYS)
    copies, uncopied = _copies(rule.get("CopyActions"))
    return Rule(name, T, hours, days, bool(continuous), vault, copies, uncopied)


def _days(lifecycle: Json) -> int | None | Hidden:
    """How many days a lifecycle keeps a recovery point; None: for ever."""
    days = lifecycle.get("DeleteAfterDays") if isinstance(lifecycle, Mapping) else lifecycle
    if days is not None and (not isinstance(days, int | float) or isinstance(days, bool)):
        return hidden(days, "the lifecycle is malformed")
    return None if days is None or days == -1 else int(days)


def _copies(actions: Json) -> tuple[tuple[Copy, ...], Hidden | None]:
    if actions is None:
        return (), None
    if not isinstance(actions, list | tuple):
        return (), hidden(actions, "the copies are malformed")
    copies: list[Copy] = []
    doubt: Hidden | None = None
    for action in actions:
        vault = action.get("DestinationBackupVaultArn") if isinstance(action, Mapping) else action
        days = _days(action.get("Lifecycle")) if isinstance(action, Mapping) else None
        if isinstance(vault, str) and not isinstance(days, Hidden):
            copies.append(Copy(vault, days))
        else:
            doubt = days if isinstance(days, Hidden) else hidden(vault, "a copy names no vault")
    return tuple(copies), doubt
