"""Which policies run, and what they and their facts read."""

from __future__ import annotations

from pathlib import Path

import pytest
import support
from support import BLOCK, BUCKET, reads

from auditor.catalogue.plan import plan
from auditor.catalogue.select import select
from auditor.errors import PackError, UsageError
from auditor.facts.base import Derived, Fact, View
from auditor.model import Policy, Resource

IDS = ("ec2-volume-encrypted", "s3-bucket-logged", "s3-bucket-tls-required")
POLICIES = tuple(
    support.policy(id=id, applies=applies) for id, applies in zip(IDS, ("both", "live", "template"), strict=True)
)


def ids(policies: tuple[Policy, ...]) -> list[str]:
    return [policy.id for policy in policies]


def test_policies_are_chosen_by_glob_and_kind() -> None:
    assert ids(select(POLICIES, (), "template")) == [IDS[0], IDS[2]]
    assert ids(select(POLICIES, (), "live")) == [IDS[0], IDS[1]]
    assert ids(select(POLICIES, ("s3-*",), "live")) == [IDS[1]]
    assert ids(select(POLICIES, ("s3-bucket-tls-required", "ec2-*", "*"), "template")) == [IDS[0], IDS[2]]
    assert ids(select(POLICIES, ("s3-bucket-logged",), "template")) == []  # it exists, and does not apply


def test_a_glob_that_matches_nothing_names_the_nearest_policy() -> None:
    with pytest.raises(UsageError, match=r"--policy s3-bucket-loged: .*did you mean \"s3-bucket-logged\"\?"):
        select(POLICIES, ("s3-*", "s3-bucket-loged"), "live")
    with pytest.raises(UsageError, match="--policy S3-\\*"):
        select(POLICIES, ("S3-*",), "live")


def compute(resource: Resource, view: View) -> Derived:
    raise AssertionError("planning computes nothing")


ROLE, DOCUMENT = "AWS::IAM::Role", "AWS::IAM::ManagedPolicy"
FACTS = {
    fact.name: fact
    for fact in (
        Fact("secret.scan", 1, (BUCKET, ROLE), {BUCKET: (("Name",),), ROLE: (("Policies", "*"),)}, compute),
        Fact("iam.admin", 1, (ROLE,), {ROLE: (("Policies", "*"),), DOCUMENT: (("Doc",),)}, compute, joins=(DOCUMENT,)),
        Fact("net.near", 1, (BUCKET,), {BUCKET: (("A",),)}, compute, joins=(ROLE,)),
    )
}


def test_the_plan_is_the_union_of_all_reads() -> None:
    one = support.policy(reads("seeks", ("A", "*")), reads("needs", (), BLOCK, subject=False))
    two = support.policy(reads("needs", ("B",)), reads("seeks", ("A", "*")))
    made = plan([one, two], {})
    assert made.reads == {BUCKET: ((), ("A", "*"), ("B",)), BLOCK: ((),)}
    assert made.policies == (one, two)
    assert made.facts == ()


def test_a_fact_is_planned_with_what_it_reads_and_joins() -> None:
    policy = support.policy(reads("seeks", ("facts", "iam.admin", "grants"), ROLE), subjects=(ROLE,))
    made = plan([policy], FACTS)
    assert made.reads == {
        ROLE: ((), ("Policies", "*"), ("facts", "iam.admin", "grants")),
        DOCUMENT: ((), ("Doc",)),
    }
    assert made.facts == ("iam.admin",)


def test_a_fact_of_several_types_is_planned_where_it_is_read() -> None:
    policy = support.policy(reads("seeks", ("facts", "secret.scan", "findings")))
    assert plan([policy], FACTS).reads == {BUCKET: ((), ("Name",), ("facts", "secret.scan", "findings"))}


def test_a_joined_type_is_planned_even_without_paths() -> None:
    policy = support.policy(reads("seeks", ("facts", "net.near")))
    assert plan([policy], FACTS).reads[ROLE] == ((),)


def test_a_policy_without_reads_still_plans_its_subject() -> None:
    assert plan([support.policy()], {}).reads == {BUCKET: ((),)}


def test_an_unknown_fact_is_an_error_of_the_pack() -> None:
    with pytest.raises(
        PackError, match=r'reads the fact "iam.admn", which does not exist \(did you mean "iam.admin"\?\)'
    ):
        plan([support.policy(reads("seeks", ("facts", "iam.admn", "x")))], FACTS)
    with pytest.raises(PackError, match=r'reads "iam.admin" of AWS::S3::Bucket; only AWS::IAM::Role carry it'):
        plan([support.policy(reads("seeks", ("facts", "iam.admin", "x")))], FACTS)


def test_the_order_of_policies_does_not_change_what_is_planned(tmp_path: Path) -> None:
    one = support.policy(reads("seeks", ("B",)), reads("seeks", ("facts", "net.near")))
    two = support.policy(reads("seeks", ("A",)), reads("seeks", ("facts", "secret.scan")))
    assert plan([one, two], FACTS).reads == plan([two, one], FACTS).reads
