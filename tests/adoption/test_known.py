"""What a baseline forgives: never more than it recorded, and all of it that is still at its place."""

from __future__ import annotations

from collections import Counter

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from support import ACCOUNT, BUCKET, gap, policy

from auditor.adoption.baseline import entries_of, text
from auditor.adoption.known import followed, match, without_known
from auditor.model import Finding, Header, PolicyCount, Report, ResourceRef, Severity, Status, Verdict

POLICY = "s3-bucket-example"
Place = tuple[str, str]  # file, content

places = st.lists(st.tuples(st.sampled_from(["a.yaml", "b.yaml", "c.yaml", "d.yaml"]), st.sampled_from("xyz")))


def report(held: list[Place], undecided: list[Place] = ()) -> Report:  # type: ignore[assignment]
    """One bucket per file, with a finding per content, and perhaps a gap."""
    found: dict[str, list[Finding]] = {}
    for number, (file, content) in enumerate(held):
        found.setdefault(file, []).append(Finding(("A", number), "off", f"{file}{number}", content))
    doubts = dict(undecided)
    verdicts = []
    for file in sorted({*found, *doubts}):
        findings = tuple(found.get(file, ()))
        gaps = (gap(detail=f"s3:Get{doubts[file]}"),) if file in doubts else ()
        subject = ResourceRef(f"{file}#Logs", BUCKET, "logs", ACCOUNT, None)
        status = Status.FAIL if findings else Status.UNKNOWN
        verdicts.append(Verdict(POLICY, Severity.HIGH, status, subject, findings=findings, gaps=gaps))
    header = Header("2026-11-22T00:00:00Z", "template", tuple(found))
    counted = Counter(verdict.status for verdict in verdicts)
    count = PolicyCount(failed=counted[Status.FAIL], unknown=counted[Status.UNKNOWN])
    accounts = {POLICY: {ACCOUNT: count}}
    return Report(header, "0", "r", "1", (policy(),), {POLICY: count}, tuple(verdicts), (), {}, (), accounts=accounts)


def known(before: list[Place], now: list[Place]) -> tuple[list[Place], list[Place], Report]:
    """The findings that are in the baseline, those that are not, and the report."""
    entries, run = entries_of(report(before), str), report(now)
    there = {file for file, _ in now}
    matched = match(entries, run, str, lambda file: file in there)
    after = without_known(run, matched, str)
    sorted_out: dict[Status, list[Place]] = {Status.WAIVED: [], Status.FAIL: []}
    for verdict in after.verdicts:
        assert verdict.resource is not None
        file = verdict.resource.id.split("#")[0]
        sorted_out[verdict.status] += [(file, finding.content_fingerprint) for finding in verdict.findings]
    assert len(followed(entries, matched)) <= max(len(entries), len(set(before)))
    return sorted_out[Status.WAIVED], sorted_out[Status.FAIL], after


@given(places, places)
def test_no_more_is_forgiven_than_was_recorded_and_nothing_is_lost(before: list[Place], now: list[Place]) -> None:
    old, new, after = known(before, now)
    assert Counter(old) + Counter(new) == Counter(now)
    assert Counter(content for _, content in old) <= Counter(content for _, content in before)
    assert Counter(old) >= Counter(before) & Counter(now)
    counted = Counter(verdict.status for verdict in after.verdicts)
    count = after.counts[POLICY]
    assert (count.failed, count.waived) == (counted[Status.FAIL], counted[Status.WAIVED])
    assert after.accounts[POLICY][ACCOUNT] == count


@given(places)
def test_what_was_recorded_is_forgiven_whole_and_a_rename_changes_nothing(before: list[Place]) -> None:
    assert known(before, before)[1] == []
    assert known(before, [(f"moved/{file}", content) for file, content in before])[1] == []


@given(places)
def test_the_file_is_the_same_whatever_the_order(before: list[Place]) -> None:
    assert list(text(entries_of(report(before), str))) == list(text(entries_of(report(before[::-1]), str)))


def test_a_failure_with_doubt_behind_it_is_recorded_with_both() -> None:
    run = report([("a.yaml", "x")], [("a.yaml", "Acl")])
    entries = entries_of(run, str)
    assert [(entry.finding, entry.causes) for entry in entries] == [(None, ("s3:GetAcl denied",)), ("x", ())]
    everywhere = without_known(run, match(entries, run, str, lambda _: True), str)
    assert [verdict.status for verdict in everywhere.verdicts] == [Status.WAIVED, Status.ACCEPTED]
    findings_only = [entry for entry in entries if entry.finding]
    left = without_known(run, match(findings_only, run, str, lambda _: True), str)
    assert [verdict.status for verdict in left.verdicts] == [Status.WAIVED, Status.UNKNOWN]


def test_fewer_causes_are_known_and_another_one_is_not() -> None:
    two = report([], [("a.yaml", "Acl")])
    (verdict,) = two.verdicts
    both = msgspec.structs.replace(verdict, gaps=(*verdict.gaps, gap(detail="s3:GetPolicy")))
    entries = entries_of(msgspec.structs.replace(two, verdicts=(both,)), str)
    for run, status in ((two, Status.ACCEPTED), (report([], [("a.yaml", "Tags")]), Status.UNKNOWN)):
        (after,) = without_known(run, match(entries, run, str, lambda _: True), str).verdicts
        assert after.status is status
