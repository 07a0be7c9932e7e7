"""Facts onto resources: values, gaps, and what is left alone."""

from __future__ import annotations

import pytest
from support import ACCOUNT, BUCKET

from auditor.facts.attach import ScopeView, attach
from auditor.facts.base import Derived, Fact, Unknown, View
from auditor.facts.table import FACTS
from auditor.model import Gap, Reason, Resource

EMPTY = ScopeView({}, {})


def bucket(**fields: object) -> Resource:
    defaults = {
        "type": BUCKET,
        "id": "b",
        "account": ACCOUNT,
        "region": "eu-west-1",
        "name": "b",
        "arn": "arn:aws:s3:::b",
    }
    return Resource(**{**defaults, "properties": {}, **fields})  # type: ignore[arg-type]


def fact(name: str, derived: Derived, on: str = BUCKET) -> Fact:
    return Fact(name, 1, (on,), {}, lambda resource, view: derived)


def test_a_value_stands_under_its_name_and_what_is_unknown_is_a_gap_below_it() -> None:
    derived = Derived({"a": 1}, (Unknown(("b", 0), Reason.DENIED, "s3:GetX"), Unknown((), Reason.FAILED, "why")))
    made, gaps = attach(bucket(), [fact("one", derived), fact("two", Derived([]))], EMPTY)
    assert made.facts == {"one": {"a": 1}, "two": []}
    assert gaps == (
        Gap(ACCOUNT, "eu-west-1", BUCKET, "b", ("facts", "one", "b", 0), Reason.DENIED, "s3:GetX"),
        Gap(ACCOUNT, "eu-west-1", BUCKET, "b", ("facts", "one"), Reason.FAILED, "why"),
    )


def test_a_fact_that_is_wholly_unknown_leaves_no_value() -> None:
    made, gaps = attach(bucket(), [fact("one", Derived(None, (Unknown((), Reason.DENIED, "x"),)))], EMPTY)
    assert made.facts == {} and [gap.path for gap in gaps] == [("facts", "one")]


def test_equal_doubts_are_one_gap() -> None:
    doubt = Unknown(("a",), Reason.DENIED, "x")
    _, gaps = attach(bucket(), [fact("one", Derived({}, (doubt, doubt)))], EMPTY)
    assert len(gaps) == 1


def test_other_types_and_stored_facts_are_left_alone() -> None:
    stored = bucket(facts={"one": "stored at the source"})
    wanted = [fact("one", Derived("again")), fact("other", Derived("x"), on="AWS::EC2::VPC")]
    assert attach(stored, wanted, EMPTY) == (stored, ())


@pytest.mark.parametrize(("stand_in", "reason"), [(True, Reason.OUTSIDE), (False, Reason.UNRESOLVED)])
def test_outside_excuses_a_stand_in_only(stand_in: bool, reason: Reason) -> None:
    derived = Derived({}, (Unknown((), Reason.OUTSIDE, "the rest"),))
    _, gaps = attach(bucket(stand_in=stand_in), [fact("one", derived)], EMPTY)
    assert [gap.reason for gap in gaps] == [reason]


def test_a_view_gives_the_gaps_of_a_type_and_those_of_any() -> None:
    own = Gap(ACCOUNT, None, BUCKET, None, (), Reason.DENIED, "s3:ListAllMyBuckets")
    everywhere = Gap(ACCOUNT, None, "*", None, (), Reason.UNRESOLVED, "macro M")
    view: View = ScopeView({BUCKET: [bucket()]}, {BUCKET: [own], "*": [everywhere]})
    assert list(view.gaps(BUCKET)) == [own, everywhere]
    assert list(view.gaps("AWS::EC2::VPC")) == [everywhere]
    assert [each.id for each in view.related(BUCKET)] == ["b"]
    assert list(view.related("AWS::EC2::VPC")) == []


def test_the_table_names_every_fact_once_and_reads_what_it_is_on_or_joins() -> None:
    assert {"net.rules", "net.nacl", "secret.scan", "iam.full_admin", "s3.tls_only"} <= set(FACTS)
    for name, each in FACTS.items():
        assert each.name == name and each.version >= 1 and each.on
        assert set(each.reads) <= {*each.on, *each.joins}
