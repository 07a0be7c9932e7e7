"""What a report means for the pipeline: exit code, reasons, causes with their remedy."""

from __future__ import annotations

import msgspec
import pytest
from support import gap, policy, reference_of, resource

from auditor.gate import Thresholds, decide, describe
from auditor.model import Gap, Header, Problem, Reason, Report, Severity, Status, Verdict


def report(*verdicts: Verdict, problems: tuple[Problem, ...] = ()) -> Report:
    header = Header("2026-11-22T00:00:00Z", "template", ())
    return Report(header, "0", "r", "1.22.2", (policy(),), {}, verdicts, problems, {}, ())


def verdict(status: Status, severity: Severity = Severity.HIGH, *gaps: Gap, error: str | None = None) -> Verdict:
    return Verdict("s3-bucket-example", severity, status, reference_of(resource()), gaps=gaps, error=error)


@pytest.mark.parametrize(
    ("verdicts", "fail_on", "lenient", "code"),
    [
        ([], Severity.HIGH, False, 0),
        ([verdict(Status.PASS)], Severity.LOW, False, 0),
        ([verdict(Status.FAIL)], Severity.HIGH, False, 1),
        ([verdict(Status.FAIL)], Severity.CRITICAL, False, 0),
        ([verdict(Status.FAIL, Severity.CRITICAL)], Severity.CRITICAL, True, 1),
        ([verdict(Status.UNKNOWN)], Severity.HIGH, False, 3),
        ([verdict(Status.UNKNOWN)], Severity.HIGH, True, 0),
        ([verdict(Status.UNKNOWN, Severity.MEDIUM)], Severity.HIGH, False, 0),
        ([verdict(Status.FAIL), verdict(Status.UNKNOWN)], Severity.HIGH, False, 1),
        ([verdict(Status.WAIVED), verdict(Status.ACCEPTED)], Severity.LOW, False, 0),
    ],
)
def test_the_exit_code(verdicts: list[Verdict], fail_on: Severity, lenient: bool, code: int) -> None:
    assert decide(report(*verdicts), Thresholds(fail_on, lenient)).code == code


@pytest.mark.parametrize("kind", ["file", "account", "policy", "engine"])
def test_what_could_not_be_judged_is_incomplete_whatever_its_severity(kind: str) -> None:
    problem = Problem(kind, "x", "broken")  # type: ignore[arg-type]
    decision = decide(report(problems=(problem,)), Thresholds(Severity.CRITICAL))
    assert decision.code == 3
    assert "could not be judged" in decision.reasons[0]


def test_every_reason_is_given_not_only_the_one_that_decides() -> None:
    decision = decide(report(verdict(Status.FAIL), verdict(Status.UNKNOWN)), Thresholds())
    assert len(decision.reasons) == 2


def test_lenient_says_that_it_was_lenient() -> None:
    decision = decide(report(verdict(Status.UNKNOWN)), Thresholds(lenient=True))
    assert "--lenient" in decision.reasons[0]


def test_lenient_forgives_what_could_not_be_judged_and_says_so() -> None:
    decision = decide(report(problems=(Problem("file", "x", "broken"),)), Thresholds(lenient=True))
    assert (decision.code, decision.reasons) == (0, ("1 file could not be judged (--lenient: not counted)",))


def test_a_macro_that_is_not_expanded_is_incomplete_whatever_the_severity() -> None:
    macro = gap("*", reason=Reason.UNSUPPORTED, detail="Count: the macro in the template is not expanded")
    low = verdict(Status.UNKNOWN, Severity.LOW, macro)
    decision = decide(report(low, low), Thresholds(Severity.CRITICAL))
    assert (decision.code, decision.reasons) == (3, ("1 macro or module not expanded",))
    assert decision.causes[0].remedy == 'accepted_macros = ["Count"] if it adds nothing that matters'


def test_an_interrupted_run_is_130_and_still_says_what_it_found() -> None:
    made = msgspec.structs.replace(report(verdict(Status.FAIL)), complete=False)
    decision = decide(made, Thresholds())
    assert decision.code == 130
    assert [reason.partition(":")[0] for reason in decision.reasons] == [
        "interrupted",
        "1 verdict FAIL at or over severity high",
    ]


def test_causes_are_grouped_with_their_remedy_and_those_that_count_come_first() -> None:
    parameter = gap(reason=Reason.UNRESOLVED, detail="parameter PeerVPCCIDR has no value")
    low = verdict(Status.UNKNOWN, Severity.LOW, gap(detail="s3:GetBucketPolicy"))
    decision = decide(report(low, low, verdict(Status.UNKNOWN, Severity.HIGH, parameter)), Thresholds())
    assert [(c.count, c.counted, c.remedy) for c in decision.causes] == [
        (1, 1, "--parameter PeerVPCCIDR=..."),
        (2, 0, "auditor permissions"),
    ]


def test_a_crashed_policy_is_its_own_cause() -> None:
    decision = decide(report(verdict(Status.UNKNOWN, error="eval_builtin_error")), Thresholds())
    assert decision.causes[0].why == "policy s3-bucket-example errored"


def test_a_noecho_parameter_has_the_same_remedy() -> None:
    unset = gap(reason=Reason.UNRESOLVED, detail="NoEcho parameter Secret has no value")
    assert describe(unset)[1] == "--parameter Secret=..."


@pytest.mark.parametrize(
    ("detail", "remedy"),
    [
        ("parameter A has no value; parameter B has no value", "--parameter A=... --parameter B=..."),
        ("AWS::AccountId is not set; AWS::Region is not set", "--account ID --region NAME"),
        ("the default depends on X: parameter A has no value (AWS::SSM::Parameter::Name)", "--parameter A=..."),
        ("parameter A of nested stack Net has no value", ""),
        ("module vpc.yml: Network is a module, which is not expanded", "scan the packaged template"),
        ("Fn::ImportValue VpcId", ""),
    ],
)
def test_the_remedy_of_what_templates_leave_open(detail: str, remedy: str) -> None:
    assert describe(gap(reason=Reason.UNRESOLVED, detail=detail))[1] == remedy


@pytest.mark.parametrize(
    ("reason", "detail", "expected"),
    [
        (Reason.DENIED, "s3:GetBucketPolicy", ("s3:GetBucketPolicy denied", "auditor permissions")),
        (
            Reason.DENIED,
            "s3:GetBucketPolicy (by an organization's control policy)",
            ("s3:GetBucketPolicy (by an organization's control policy) denied", ""),
        ),
        (Reason.THROTTLED, "s3:GetBucketPolicy (SlowDown)", ("s3:GetBucketPolicy (SlowDown) throttled", "")),
        (Reason.WRITE_ONLY, "", ("AWS::S3::Bucket write-only", "")),
    ],
)
def test_the_cause_and_remedy_of_what_an_account_hides(reason: Reason, detail: str, expected: tuple[str, str]) -> None:
    assert describe(gap(reason=reason, detail=detail)) == expected
