"""What the policies read of an account against what the tables fill."""

from __future__ import annotations

import pytest

from auditor.catalogue import load, plan, select
from auditor.collectors.call import LIST
from auditor.collectors.table import SERVICES, TEMPLATE_ONLY
from auditor.engine.tools import OpaTools
from auditor.facts.table import FACTS
from auditor.model import Plan

# Type, property -> why no call fills it.
NOT_FILLED: dict[tuple[str, str], str] = {}

# Types without a collector so far: policies that judge them say UNKNOWN of an account.
NOT_COLLECTED: set[str] = set()

# Types that are made of what other accounts of a snapshot hold (tests/sources/live/test_elsewhere.py).
FROM_OTHERS = {
    *("Auditor::S3::OtherBucket", "Auditor::KMS::OtherKey"),
    "Auditor::ObservabilityAdmin::OrganizationRules",
}


@pytest.fixture(scope="module")
def everything(opa: str) -> Plan:
    pack = load.load([load.builtin_folder()], OpaTools(opa), None)
    return plan.plan(select.select(pack.policies, (), "live"), FACTS)


def filled() -> dict[str, set[str]]:
    result: dict[str, set[str]] = {type: {LIST, "*"} for type in TEMPLATE_ONLY}
    for service in SERVICES:
        for call in service.calls:
            for type, names in call.fills.items():
                result.setdefault(type, set()).update(names)
    return result


def test_every_property_that_a_policy_or_fact_reads_is_filled_by_a_call(everything: Plan) -> None:
    known = filled()
    missing = [
        (type, name)
        for type, paths in everything.reads.items()
        if type not in NOT_COLLECTED | FROM_OTHERS
        for name in sorted({LIST, *(str(path[0]) for path in paths if path)})
        if name not in known.get(type, ()) and "*" not in known.get(type, ()) and name != "facts"
    ]
    assert [row for row in missing if row not in NOT_FILLED] == []


def test_every_type_that_is_read_has_its_list(everything: Plan) -> None:
    unlisted = {type for type in everything.reads if LIST not in filled().get(type, ())}
    assert sorted(unlisted - NOT_COLLECTED - FROM_OTHERS) == []


def test_no_row_of_the_types_without_a_collector_is_stale() -> None:
    assert sorted(type for type in NOT_COLLECTED if LIST in filled().get(type, ())) == []
