"""Accepted blind spots: what they cover, and which of them are of no use."""

from __future__ import annotations

from datetime import date

import pytest
from support import gap, reference_of, resource

from auditor.adoption.accept import Acceptance
from auditor.config import Accept, Waivers
from auditor.model import Gap, Severity, Status, Verdict

TODAY = date(2026, 11, 22)
RULES = Waivers(require_expiry=False)


def verdict(status: Status, severity: Severity = Severity.HIGH, *gaps: Gap, error: str | None = None) -> Verdict:
    return Verdict("s3-bucket-example", severity, status, reference_of(resource()), gaps=gaps, error=error)


def test_a_row_that_accepts_one_gap_of_two_matched_something() -> None:
    accept = Acceptance([Accept(reason="half", owner="team", action="s3:GetBucketPolicy")], RULES, TODAY)
    both = verdict(Status.UNKNOWN, Severity.HIGH, gap(detail="s3:GetBucketPolicy"), gap(detail="s3:GetBucketAcl"))
    assert accept(both)[0].status is Status.UNKNOWN
    assert list(accept.notes()) == []


def test_an_accepted_blind_spot_needs_every_gap_to_match() -> None:
    accept = Acceptance([Accept(reason="known", owner="team", action="s3:GetBucketPolicy")], RULES, TODAY)
    policy_denied, other = gap(detail="s3:GetBucketPolicy"), gap(detail="s3:GetBucketAcl")
    assert accept(verdict(Status.UNKNOWN, Severity.HIGH, policy_denied))[0].status is Status.ACCEPTED
    assert accept(verdict(Status.UNKNOWN, Severity.HIGH, policy_denied, other))[0].status is Status.UNKNOWN


def test_an_accepted_blind_spot_never_hides_a_finding_or_a_crash() -> None:
    accept = Acceptance([Accept(reason="known", owner="team", type="*")], RULES, TODAY)
    assert accept(verdict(Status.FAIL, Severity.HIGH, gap()))[0].status is Status.FAIL
    assert accept(verdict(Status.UNKNOWN, Severity.HIGH, gap(), error="boom"))[0].status is Status.UNKNOWN


def test_expired_and_unused_acceptances_are_reported() -> None:
    rows = [
        Accept(reason="old", owner="team", type="*", expires=date(2026, 11, 21)),
        Accept(reason="never", owner="team", region="mars-1"),
    ]
    accept = Acceptance(rows, RULES, TODAY)
    assert accept(verdict(Status.UNKNOWN, Severity.HIGH, gap()))[0].status is Status.UNKNOWN
    notes = list(accept.notes())
    assert any("expired" in note and "old" in note for note in notes)
    assert any("matched nothing" in note and "never" in note for note in notes)


def test_an_acceptance_counts_on_its_last_day() -> None:
    accept = Acceptance([Accept(reason="today", owner="team", type="*", expires=date(2026, 11, 22))], RULES, TODAY)
    assert accept(verdict(Status.UNKNOWN, Severity.HIGH, gap()))[0].status is Status.ACCEPTED


@pytest.mark.parametrize(
    ("rules", "expires", "said"),
    [
        (Waivers(), None, "has no expiry and does not count"),
        (Waivers(max_days=30), date(2026, 12, 23), "more than 30 days ahead, and does not count"),
        (Waivers(max_days=30), date(2026, 12, 22), None),
        (Waivers(max_days=0), date(2099, 1, 1), None),
        (Waivers(), date(2026, 11, 23), "expires on 2026-11-23, tomorrow"),
        (Waivers(warn_days=14), date(2026, 12, 6), "in 14 days"),
        (Waivers(warn_days=14), date(2026, 12, 7), None),
    ],
)
def test_the_rules_for_an_expiry(rules: Waivers, expires: date | None, said: str | None) -> None:
    accept = Acceptance([Accept(reason="known", owner="team", type="*", expires=expires)], rules, TODAY)
    (after,) = accept(verdict(Status.UNKNOWN, Severity.HIGH, gap()))
    notes = list(accept.notes())
    assert (after.status is Status.ACCEPTED) is not (said is not None and "does not count" in said)
    assert [note for note in notes if said is not None and said in note] == notes
    assert bool(notes) is (said is not None)


def test_where_not_everything_was_judged_nothing_is_unused() -> None:
    accept = Acceptance([Accept(reason="never", owner="team", region="mars-1")], RULES, TODAY)
    assert list(accept.notes(partial=True)) == []
