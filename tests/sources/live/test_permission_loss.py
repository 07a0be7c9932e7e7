"""Each IAM action in turn is refused: nothing turns from FAIL to PASS or back, and nothing vanishes in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from recorded import Memory, replayed
from seed import seed

from auditor.collectors.base import wanted_of
from auditor.collectors.permissions import calls
from auditor.collectors.table import SERVICES
from auditor.model import Plan, Status, Verdict
from auditor.sources.sessions import Patience, own_account

Verdicts = dict[tuple[str, str], Status]


def verdicts(report: list[Verdict]) -> tuple[Verdicts, set[tuple[str, str]]]:
    """Verdicts on resources, and (policy, type) of what was not seen at all."""
    on: Verdicts = {}
    unseen: set[tuple[str, str]] = set()
    for verdict in report:
        if verdict.resource is not None:
            on[verdict.policy, verdict.resource.id] = verdict.status
        elif verdict.population is not None:
            unseen.add((verdict.policy, verdict.population.type))
    return on, unseen


class Recording:
    """The seeded account, asked once for all tests, and what a full run says of it."""

    def __init__(self) -> None:
        self.account = own_account(None, Patience(attempts=1))  # with its clients, which are dear to make
        self.memory: Memory = {}
        self.full: Verdicts = {}
        self.types: dict[str, str] = {}


@pytest.fixture(scope="module")
def made() -> list[Recording]:
    return []


@pytest.mark.parametrize("client", sorted({service.client for service in SERVICES}))
def test_a_lost_permission_never_changes_a_verdict_into_its_opposite(
    client: str,
    aws: Any,
    everything: Plan,
    collecting: Callable[..., Any],
    judged: Callable[[Path], list[Verdict]],
    made: list[Recording],
) -> None:
    if not made:
        seed(aws)
        made.append(Recording())
        file, _ = collecting(replayed(made[0].account, made[0].memory))
        report = judged(file)
        made[0].full.update(verdicts(report)[0])
        made[0].types.update({v.resource.id: v.resource.type for v in report if v.resource is not None})
    account, memory, full, types = made[0].account, made[0].memory, made[0].full, made[0].types
    assert {Status.PASS, Status.FAIL} <= set(full.values())

    operations: dict[str, set[str]] = {}
    for service, call in calls(wanted_of(everything.reads), frozenset({"user-data"})):
        if service.client == client:
            operations.setdefault(call.action, set()).add(f"{call.client or service.client}.{call.method}")
    for action, refused in operations.items():
        file, collected = collecting(replayed(account, memory, frozenset(refused)))
        report = judged(file)
        found, unseen = verdicts(report)
        for (policy, id), was in full.items():
            now = found.get((policy, id))
            if now is None:
                assert (policy, types[id]) in unseen, f"without {action}, {policy} says nothing of {id}"
            else:
                assert now in (was, Status.UNKNOWN), f"without {action}, {policy} says {now} of {id}, not {was}"
        changed = [key for key, was in full.items() if found.get(key) is not was]
        details = {
            gap.detail for v in report if (v.policy, v.resource.id if v.resource else "") in changed for gap in v.gaps
        }
        details |= {gap.detail for v in report if v.population is not None for gap in v.gaps}
        assert not changed or any(action in detail for detail in details), action
        assert collected.gaps, action
