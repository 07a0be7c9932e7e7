"""Which findings a waiver covers, and what remains of a verdict."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from support import gap, reference_of, resource

from auditor.adoption.waiving import Waiving
from auditor.config import Waivers
from auditor.model import Finding, Location, Severity, Status, Verdict, Waiver

TODAY = date(2026, 11, 22)
POLICY = "s3-bucket-example"
PLACE = Location("app.yaml", 4, 3, 4, 8)
FIRST = Finding(("Rules", 0, "Cidr"), "open", "f1", "c1", Location("app.yaml", 9, 7, 9, 10))
SECOND = Finding(("Rules", 1, "Cidr"), "open", "f2", "c2", Location("app.yaml", 12, 7, 12, 10))
DOUBT = Finding(("Other",), "perhaps", "f3", "c3", PLACE, certain=False)
SUBJECT = reference_of(resource(id="sub/app.yaml#Net/net.yaml#Logs"))


def failed(*findings: Finding, **fields: Any) -> Verdict:
    made = Verdict(POLICY, Severity.HIGH, Status.FAIL, SUBJECT, findings=findings, location=PLACE)
    return msgspec.structs.replace(made, **fields)


def waiver(**fields: Any) -> Waiver:
    given: dict[str, Any] = {"place": "waivers.yaml:3", "policy": POLICY, "reason": "known", "resources": ("*Logs",)}
    return Waiver(**given | fields)


def parts(verdict: Verdict, *waivers: Waiver) -> list[tuple[Status, tuple[Finding, ...]]]:
    files = [each for each in waivers if each.span is None]
    inline = {"app.yaml": [each for each in waivers if each.span is not None]}
    waiving = Waiving(files, inline, Waivers(require_expiry=False), [POLICY, "other"], TODAY)
    return [(part.status, part.findings) for part in waiving(verdict)]


def test_a_path_waives_some_findings_and_the_rest_still_fails() -> None:
    one = waiver(path=("Rules", "1"))
    assert parts(failed(FIRST, SECOND), one) == [(Status.WAIVED, (SECOND,)), (Status.FAIL, (FIRST,))]
    assert parts(failed(FIRST, SECOND), waiver(path=("Rules", "*"))) == [(Status.WAIVED, (FIRST, SECOND))]
    assert parts(failed(FIRST), waiver(path=("Rules", "0", "Cidr", "Deeper"))) == [(Status.FAIL, (FIRST,))]


def test_doubt_that_is_left_is_unknown_unless_the_waiver_says_so() -> None:
    for verdict in (failed(FIRST, DOUBT, gaps=(gap(),)), failed(FIRST, gaps=(gap(),))):
        rest = verdict.findings[1:]
        assert parts(verdict, waiver()) == [(Status.WAIVED, (FIRST,)), (Status.UNKNOWN, rest)]
        assert parts(verdict, waiver(unknown=True)) == [(Status.WAIVED, verdict.findings)]
    assert parts(failed(DOUBT, status=Status.UNKNOWN, gaps=(gap(),)), waiver()) == [(Status.UNKNOWN, (DOUBT,))]


def test_a_policy_that_crashed_is_never_waived() -> None:
    crashed = failed(status=Status.UNKNOWN, error="boom")
    assert parts(crashed, waiver(unknown=True)) == [(Status.UNKNOWN, ())]


@pytest.mark.parametrize(
    ("fields", "covers"),
    [
        ({"resources": ("sub/app.yaml#*",)}, True),
        ({"resources": ("Net/Logs",)}, True),
        ({"resources": ("Logs",)}, True),
        ({"resources": ("logs",)}, True),  # its name
        ({"resources": ("app.yaml#*", "Log")}, False),
        ({"account": "1111*"}, True),
        ({"account": "2222*"}, False),
        ({"region": "eu-*"}, True),
        ({"region": "us-*"}, False),
        ({"policy": "s3-*"}, True),
        ({"policy": "S3-*"}, False),
    ],
)
def test_what_a_row_of_a_file_is_about(fields: dict[str, Any], covers: bool) -> None:
    assert (parts(failed(FIRST), waiver(**fields))[0][0] is Status.WAIVED) is covers


def test_a_waiver_in_a_template_covers_what_begins_in_its_span() -> None:
    element = waiver(span=Location("app.yaml", 9, 7, 12, 7))
    assert parts(failed(FIRST, SECOND), element) == [(Status.WAIVED, (FIRST,)), (Status.FAIL, (SECOND,))]
    whole = waiver(span=Location("app.yaml", 4, 3, 13, 1))
    assert parts(failed(FIRST, SECOND), whole) == [(Status.WAIVED, (FIRST, SECOND))]
    beside = waiver(span=Location("app.yaml", 9, 8, 12, 7))  # in a template of one line, columns tell
    assert parts(failed(FIRST), beside) == [(Status.FAIL, (FIRST,))]


def test_the_last_day_counts() -> None:
    assert parts(failed(FIRST), waiver(expires=TODAY))[0][0] is Status.WAIVED
    assert parts(failed(FIRST), waiver(expires=date(2026, 11, 21)))[0][0] is Status.FAIL
