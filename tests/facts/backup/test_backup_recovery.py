"""backup.recovery: when a store was last saved, and what may hide it."""

from __future__ import annotations

from typing import Any

import pytest
from test_backup_coverage import ACCOUNT, CLUSTER, HERE, VOLUME, resource, view_of

from auditor.facts.attach import ScopeView
from auditor.facts.backup.recovery import FACT, SAVED
from auditor.facts.backup.stores import INSTANCE
from auditor.model import Gap, Hidden, Reason

AT = "2026-11-21T05:00:00+00:00"
VOLUME_A, SHOP = resource(VOLUME, "a", {}), resource(CLUSTER, "shop", {})
MEMBER = resource(INSTANCE, "one", {"DBClusterIdentifier": "shop"})


def saved(arn: str, last: Any = AT) -> Any:
    return resource(SAVED, arn, {"ResourceArn": arn, "LastBackupTime": last})


def nameless() -> Any:
    return resource(SAVED, "n", {"ResourceArn": Hidden(Reason.FAILED, "page"), "LastBackupTime": AT})


def unlisted(region: str | None) -> Gap:
    return Gap(ACCOUNT, region, SAVED, None, (), Reason.DENIED, "backup:ListProtectedResources")


CASES = {
    "saved": (VOLUME_A, [saved(VOLUME_A.arn)], [], {"last": AT}, None),
    "another is": (VOLUME_A, [saved(f"{VOLUME_A.arn}b")], [], {}, None),
    "never": (VOLUME_A, [], [], {}, None),
    "not listed": (VOLUME_A, [], [unlisted(HERE)], {}, "backup:ListProtectedResources"),
    "not listed elsewhere": (VOLUME_A, [], [unlisted("us-east-1")], {}, None),
    "saved, and the list cut": (VOLUME_A, [saved(VOLUME_A.arn)], [unlisted(None)], {"last": AT}, None),
    "the time hidden": (VOLUME_A, [saved(VOLUME_A.arn, Hidden(Reason.FAILED, "page"))], [], {}, "page"),
    "whose time it is hidden": (VOLUME_A, [nameless(), saved("x")], [], {}, "page"),
    "the cluster of a member": (MEMBER, [SHOP, saved(SHOP.arn), saved(MEMBER.arn, "1")], [], {"last": AT}, None),
    "its cluster not seen": (MEMBER, [saved(MEMBER.arn)], [], {}, "its cluster is not seen"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_last_time(case: str) -> None:
    store, held, gaps, value, why = CASES[case]
    derived = FACT.compute(store, view_of(held, gaps))
    assert derived.value == value
    assert [(one.path, one.detail) for one in derived.unknown] == ([(("last",), why)] if why else [])


def test_a_template_does_not_tell() -> None:
    derived = FACT.compute(VOLUME_A, ScopeView({}, {}, is_closed=False))
    assert (derived.value, [one.path for one in derived.unknown]) == ({}, [("last",)])
