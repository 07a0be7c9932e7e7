"""Our own conventions for policies, and Regal's findings where that program is there.

A rule is turned off in the policy's metadata, with a reason: `lint: {rule: reason}` under `custom`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.catalogue.store import Unit
from auditor.config import nearest
from auditor.workbench.failure import Failure
from auditor.workbench.lint.rules import RULES

__all__ = ["RULES", "lint"]

_REGAL = "regal/"


def lint(units: Sequence[Unit], regal: Sequence[Failure]) -> Iterator[Failure]:
    """What breaks a rule that is not turned off, in the order of the policies; `regal`: what Regal found."""
    for unit in units:
        own = [each for each in regal if each.policy == unit.policy.id]
        found = [failure for rule in RULES.values() for failure in rule.check(unit)]
        for failure in [*found, *own]:
            if failure.check not in unit.muted:
                yield failure
        yield from _needless(unit, unit.muted, {failure.check for failure in [*found, *own]})
    yield from (each for each in regal if not each.policy)


def _needless(unit: Unit, muted: Mapping[str, str], broken: set[str]) -> Iterator[Failure]:
    """What is turned off and does not exist, or is not broken here (of Regal's rules nobody knows that)."""
    for rule in muted:
        if rule.startswith(_REGAL) or rule in broken:
            continue
        what = "is not broken here: take it out" if rule in RULES else f"is no rule{nearest(rule, RULES)}"
        yield Failure("lint", f"lint turns off {rule}, which {what}", unit.policy.id, unit.policy.file, 1)
