"""Services that throttle, break, answer late or cut the line: no verdict of the full run turns into its opposite."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faulty import CUT, THROTTLED, Answer, Fault, endpoint
from seed import seed
from test_permission_loss import verdicts

from auditor.model import Gap, Reason, Status, Verdict
from auditor.snapshot import GapLine, lines
from auditor.sources.sessions import Patience, own_account

# Three protocols, each with its own way to say that it is too much.
BROKEN = {
    "kms": Answer(400, b'{"__type": "ThrottlingException", "message": "slow down"}'),
    "rds": Answer(400, THROTTLED),
    "s3": Answer(503, b"<Error><Code>SlowDown</Code><Message>slow down</Message></Error>"),
}


def every_call(answer: Answer) -> Fault:
    return lambda service, said: answer if service in BROKEN else None


def late(service: str, said: str) -> Answer | None:
    if service in BROKEN:
        time.sleep(0.1)
    return None


def test_a_broken_service_leaves_each_verdict_or_makes_it_unknown(
    aws: Any,
    moto_url: str,
    collecting: Callable[..., Any],
    judged: Callable[[Path], list[Verdict]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seed(aws)

    def run(name: str, fault: Fault, patience: Patience) -> tuple[list[Verdict], list[Gap]]:
        with endpoint(moto_url, fault) as url:
            monkeypatch.setenv("AWS_ENDPOINT_URL", url)
            file, _ = collecting(own_account(None, patience), name=name)
        return judged(file), [line.gap for line in lines(file) if isinstance(line, GapLine)]

    patient = Patience(read=120, attempts=1)
    before, _ = run("late.json", late, patient)
    full, _ = verdicts(before)
    types = {v.resource.id: v.resource.type for v in before if v.resource is not None}
    of_broken = {key for key in full if types[key[1]].split("::")[1] in ("KMS", "RDS", "S3")}
    assert {full[key] for key in of_broken} >= {Status.PASS, Status.FAIL}, "late answers are answers"
    for name, fault, patience, reason in (
        ("throttled", lambda service, said: BROKEN.get(service), patient, Reason.THROTTLED),
        ("broken", every_call(Answer(500)), patient, Reason.FAILED),
        ("cut", every_call(CUT), patient, Reason.FAILED),
    ):
        report, gaps = run(f"{name}.json", fault, patience)
        found, unseen = verdicts(report)
        for (policy, id), was in full.items():
            now = found.get((policy, id))
            if now is None:
                assert (policy, types[id]) in unseen, f"{name}: {policy} says nothing of {id}"
            else:
                assert now in (was, Status.UNKNOWN), f"{name}: {policy} says {now} of {id}, not {was}"
        assert not [key for key in of_broken if found.get(key) in (Status.PASS, Status.FAIL)]
        for action in ("kms:ListKeys", "rds:DescribeDBInstances", "s3:ListAllMyBuckets"):
            assert {gap.reason for gap in gaps if gap.detail.startswith(action)} == {reason}, (name, action)
