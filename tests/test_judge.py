"""The law: what a gap does to a denial and to silence."""

from __future__ import annotations

import msgspec
import pytest
from support import ACCOUNT, BLOCK, BUCKET, POLICY, gap, policy, reads, resource

from auditor.judge import Blindness, judge, populations, strongest
from auditor.model import (
    Access,
    Coverage,
    Denial,
    Gap,
    Path,
    Policy,
    Reason,
    Resource,
    Sign,
    Status,
    Word,
    unseen_parent,
)

SUBJECT = resource("logs")


def denied(word: Word = Word.MISSING, path: Path = ("Flag",)) -> Denial:
    return Denial(word, BUCKET, SUBJECT.id, path, "Flag is not on")


def verdict(
    rules: Policy,
    gaps: list[Gap],
    denials: list[Denial],
    subject: Resource = SUBJECT,
    coverage: Coverage | None = None,
    owners: dict[str, tuple[str, ...]] | None = None,
) -> Status | None:
    types = {SUBJECT.id: BUCKET, resource("other").id: BUCKET}
    blindness = Blindness(rules, BUCKET, gaps, coverage or Coverage(), owners or {}, types)
    return judge(subject, denials, [blindness]).status


@pytest.mark.parametrize(
    ("sign", "word", "expected"),
    [
        ("seeks", Word.FOUND, Status.FAIL),
        ("seeks", Word.MISSING, Status.FAIL),
        ("seeks", None, Status.UNKNOWN),
        ("needs", Word.FOUND, Status.FAIL),
        ("needs", Word.MISSING, Status.UNKNOWN),
        ("needs", None, Status.PASS),
        ("both", Word.FOUND, Status.FAIL),
        ("both", Word.MISSING, Status.UNKNOWN),
        ("both", None, Status.UNKNOWN),
    ],
)
def test_the_table_of_signs_and_words(sign: str, word: Word | None, expected: Status) -> None:
    hidden = gap(id=SUBJECT.id, path=("Flag",))
    assert verdict(policy(reads(sign)), [hidden], [denied(word)] if word else []) is expected


def test_without_gaps_denied_is_fail_and_silent_is_pass() -> None:
    assert verdict(policy(reads("both")), [], [denied()]) is Status.FAIL
    assert verdict(policy(reads("both")), [], []) is Status.PASS


@pytest.mark.parametrize(
    ("hidden", "expected"),
    [
        (("Flag",), Status.UNKNOWN),
        ((), Status.UNKNOWN),
        (("Flag", "Deep"), Status.UNKNOWN),
        (("*",), Status.UNKNOWN),
        (("Other",), Status.FAIL),
    ],
)
def test_absent_stands_unless_its_own_path_is_hidden(hidden: Path, expected: Status) -> None:
    rules = policy(reads("needs", ("Flag",)), reads("needs", ("Other",)))
    assert verdict(rules, [gap(id=SUBJECT.id, path=hidden)], [denied(Word.ABSENT)]) is expected


def test_missing_falls_with_any_need() -> None:
    rules = policy(reads("needs", ("Flag",)), reads("needs", ("Other",)))
    assert verdict(rules, [gap(id=SUBJECT.id, path=("Other",))], [denied(Word.MISSING)]) is Status.UNKNOWN


def test_a_gap_on_an_unread_path_touches_nothing() -> None:
    rules = policy(reads("both"))
    assert verdict(rules, [gap(id=SUBJECT.id, path=("Else",))], []) is Status.PASS


def test_a_gap_on_another_resource_of_the_subject_type_touches_only_reads_of_others() -> None:
    elsewhere = gap(id=resource("other").id, path=("Flag",))
    assert verdict(policy(reads("both")), [elsewhere], []) is Status.PASS
    replica = policy(reads("needs"), reads("seeks", subject=False))
    assert verdict(replica, [elsewhere], []) is Status.UNKNOWN


def test_the_subject_may_be_its_own_neighbour() -> None:
    rules = policy(reads("needs", ("Flag",)), reads("seeks", ("Source",), subject=False))
    assert verdict(rules, [gap(id=SUBJECT.id, path=("Source",))], []) is Status.UNKNOWN


def test_an_incomplete_list_of_the_subject_type_leaves_the_seen_subjects_alone() -> None:
    rules = policy(reads("both"))
    incomplete = gap()
    assert verdict(rules, [incomplete], []) is Status.PASS
    assert list(populations([incomplete], rules.subjects)) == [incomplete]


def test_one_denied_call_does_not_blind_the_other_buckets() -> None:
    rules = policy(reads("needs", (), POLICY, subject=False, owned=True))
    for_other = gap(POLICY, parent=resource("other").id)
    assert verdict(rules, [for_other], [denied()]) is Status.FAIL
    for_subject = gap(POLICY, parent=SUBJECT.id)
    assert verdict(rules, [for_subject], [denied()]) is Status.UNKNOWN


def test_a_gap_with_another_parent_counts_where_the_read_is_not_of_what_the_subject_owns() -> None:
    rules = policy(reads("needs", (), POLICY, subject=False, owned=False))
    assert verdict(rules, [gap(POLICY, parent=resource("other").id)], [denied()]) is Status.UNKNOWN


def test_what_hangs_on_subjects_that_were_not_seen_says_nothing_about_those_that_were() -> None:
    unseen = gap(POLICY, parent=unseen_parent(BUCKET))
    owned = policy(reads("needs", (), POLICY, subject=False, owned=True))
    assert verdict(owned, [unseen], [denied()]) is Status.FAIL
    joined = policy(reads("needs", (), POLICY, subject=False, owned=False))
    assert verdict(joined, [unseen], [denied()]) is Status.UNKNOWN
    assert list(populations([unseen], (POLICY,))) == [unseen]


def test_a_hidden_part_of_an_attached_resource_blinds_its_owner_only() -> None:
    rules = policy(reads("needs", ("PolicyDocument",), POLICY, subject=False, owned=True))
    hidden = gap(POLICY, id="p", path=("PolicyDocument",))
    assert verdict(rules, [hidden], [denied()], owners={"p": (resource("other").id,)}) is Status.FAIL
    assert verdict(rules, [hidden], [denied()], owners={"p": (SUBJECT.id,)}) is Status.UNKNOWN
    assert verdict(rules, [hidden], [denied()], owners={}) is Status.UNKNOWN


def test_a_gap_of_any_type_touches_everything() -> None:
    macro = gap("*", reason=Reason.UNSUPPORTED)
    assert verdict(policy(reads("seeks")), [macro], []) is Status.UNKNOWN
    assert verdict(policy(reads("needs")), [macro], [denied()]) is Status.UNKNOWN
    assert verdict(policy(reads("needs")), [macro], [denied(Word.ABSENT)]) is Status.UNKNOWN
    assert verdict(policy(reads("seeks")), [macro], [denied(Word.FOUND)]) is Status.FAIL


def test_gaps_of_another_account_or_region_are_out_of_scope() -> None:
    rules = policy(reads("needs", (), BLOCK, subject=False), scope="region")
    assert verdict(rules, [gap(BLOCK, account="999900001111")], [denied()]) is Status.FAIL
    assert verdict(rules, [gap(BLOCK, region="us-east-1")], [denied()]) is Status.FAIL
    assert verdict(rules, [gap(BLOCK, region="eu-west-1")], [denied()]) is Status.UNKNOWN
    assert verdict(rules, [gap(BLOCK, region=None)], [denied()]) is Status.UNKNOWN
    whole_account = policy(reads("needs", (), BLOCK, subject=False), scope="account")
    assert verdict(whole_account, [gap(BLOCK, region="us-east-1")], [denied()]) is Status.UNKNOWN


def test_a_stand_in_fails_on_what_it_declares_and_is_silent_otherwise() -> None:
    fragment = resource("logs", stand_in=True)
    rest = gap(id=fragment.id, path=("Flag",), reason=Reason.OUTSIDE)
    assert verdict(policy(reads("seeks")), [rest], [denied(Word.FOUND)], fragment) is Status.FAIL
    assert verdict(policy(reads("needs")), [rest], [denied()], fragment) is Status.UNKNOWN
    assert verdict(policy(reads("seeks")), [rest], [], fragment) is None


def test_a_type_that_coverage_does_not_list_is_a_gap() -> None:
    rules = policy(reads("needs", (), POLICY, subject=False, owned=True))
    assert verdict(rules, [], [denied()], coverage=Coverage(lists={BUCKET: None})) is Status.UNKNOWN
    assert verdict(rules, [], [denied()], coverage=Coverage(lists={POLICY: None})) is Status.FAIL
    assert verdict(rules, [], [denied()], coverage=Coverage(lists={POLICY: ("us-east-1",)})) is Status.UNKNOWN


def test_a_path_that_nobody_asked_for_is_a_gap() -> None:
    asked = Coverage(lists={BUCKET: None}, paths={BUCKET: (("Other",),)})
    assert verdict(policy(reads("seeks")), [], [], coverage=asked) is Status.UNKNOWN
    asked = Coverage(lists={BUCKET: None}, paths={BUCKET: (("Flag",),)})
    assert verdict(policy(reads("seeks")), [], [], coverage=asked) is Status.PASS


def test_a_template_closes_only_what_is_related() -> None:
    rules = policy(reads("needs", (), POLICY, subject=False, owned=True))
    assert verdict(rules, [], [denied()], coverage=Coverage(related=frozenset())) is Status.UNKNOWN
    assert verdict(rules, [], [denied()], coverage=Coverage(related=frozenset({(BUCKET, POLICY)}))) is Status.FAIL
    account = policy(reads("needs", (), BLOCK, subject=False))
    assert verdict(account, [], [denied()], coverage=Coverage(related=frozenset())) is Status.FAIL


def test_the_stronger_word_is_kept_for_a_path() -> None:
    weak, strong = denied(Word.MISSING), denied(Word.FOUND)
    assert strongest([weak, strong]) == [strong]
    assert strongest([strong, weak]) == [strong]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_of_several_messages_the_first_is_kept_as_a_person_sorts_them(order: tuple[int, ...]) -> None:
    said = [f"{port}/tcp is open" for port in (22, 3389, 10250)]
    made = [msgspec.structs.replace(denied(), message=said[index]) for index in order]
    assert [one.message for one in strongest(made)] == ["22/tcp is open"]


def test_what_lies_outside_on_purpose_is_no_unseen_population() -> None:
    outside = gap(reason=Reason.OUTSIDE, account=ACCOUNT)
    assert list(populations([outside], policy(reads("both")).subjects)) == []


def test_a_read_of_another_subjects_rules_does_not_matter() -> None:
    template = "AWS::EC2::LaunchTemplate"
    for_others = Access(template, (), Sign.NEEDS, subject=False, by=("AWS::EC2::Instance",))
    rules = policy(reads("needs"), for_others, subjects=(BUCKET, "AWS::EC2::Instance"))
    assert verdict(rules, [gap(template)], [denied()]) is Status.FAIL
    for_all = policy(reads("needs"), msgspec.structs.replace(for_others, by=()))
    assert verdict(for_all, [gap(template)], [denied()]) is Status.UNKNOWN


def test_a_failure_names_the_gaps_behind_which_more_could_be_found() -> None:
    """They are what is left once somebody answers for the failure."""
    hidden = gap(id=SUBJECT.id, path=("Flag",))
    for sign, kept in (("seeks", (hidden,)), ("both", (hidden,)), ("needs", ())):
        blindness = Blindness(policy(reads(sign)), BUCKET, [hidden], Coverage(), {}, {SUBJECT.id: BUCKET})
        judged = judge(SUBJECT, [denied(Word.FOUND)], [blindness])
        assert (judged.status, judged.gaps) == (Status.FAIL, kept)


TRAIL = "AWS::CloudTrail::Trail"


@pytest.mark.parametrize(
    ("lists", "left_out", "scope", "expected"),
    [
        ({BUCKET: None, TRAIL: ("eu-west-1",)}, ("us-east-1",), "account", Status.UNKNOWN),
        ({BUCKET: None, TRAIL: ("eu-west-1",)}, (), "account", Status.PASS),
        ({BUCKET: None, TRAIL: None}, ("us-east-1",), "account", Status.PASS),  # a global type is listed everywhere
        ({BUCKET: None, TRAIL: ("eu-west-1",)}, ("us-east-1",), "region", Status.PASS),
        ({BUCKET: ("eu-west-1",), TRAIL: ("eu-west-1",)}, ("us-east-1",), "account", Status.PASS),
    ],
)
def test_a_region_that_was_left_out_may_concern_a_global_subject(
    lists: dict[str, tuple[str, ...] | None], left_out: tuple[str, ...], scope: str, expected: Status
) -> None:
    """A trail of the region that nobody asked may write to the bucket."""
    rules = policy(reads("seeks", (), TRAIL, subject=False), scope=scope)
    assert verdict(rules, [], [], coverage=Coverage(lists, left_out=left_out)) is expected
