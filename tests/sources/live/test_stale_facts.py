"""A fact that was computed at the source, of what is not stored, counts only where this version computed it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.facts.table import FACTS
from auditor.model import Gap, Reason, Resource, Status, Verdict
from auditor.snapshot import FORMAT, AccountCoverage, HeaderLine, writing

ACCOUNT, HERE = "111122223333", "eu-west-1"
FUNCTION = "AWS::Lambda::Function"
ARN = f"arn:aws:lambda:{HERE}:{ACCOUNT}:function:f"
NOW = FACTS["secret.scan"].version
CLEAN: dict[str, Any] = {"secret.scan": {"findings": [], "scanned": [], "skipped": []}}


def write(file: Path, versions: dict[str, int], variables: dict[str, Any]) -> Path:
    """A function whose variables were scanned and removed."""
    function = Resource(FUNCTION, ARN, ACCOUNT, HERE, "f", ARN, {"Environment": {"Variables": variables}}, facts=CLEAN)
    gaps = [
        Gap(ACCOUNT, HERE, FUNCTION, ARN, ("Environment", "Variables", name), Reason.REDACTED, "may hold a secret")
        for name in variables
    ]
    with writing(file, HeaderLine(FORMAT, "0", "2026-11-21T00:00:00Z", "live", (ACCOUNT,), (HERE,))) as writer:
        covered = AccountCoverage({FUNCTION: (HERE,)}, facts=versions)
        writer.account(ACCOUNT, [function], lambda: gaps, lambda: covered)
        writer.close()
    return file


@pytest.mark.parametrize(
    ("versions", "variables", "expected"),
    [
        ({"secret.scan": NOW}, {"A": None}, Status.PASS),
        ({"secret.scan": NOW - 1}, {"A": None}, Status.UNKNOWN),
        ({}, {"A": None}, Status.UNKNOWN),
        ({}, {}, Status.PASS),
    ],
)
def test_another_version_leaves_what_was_removed_unknown(
    tmp_path: Path,
    judged: Callable[[Path], list[Verdict]],
    versions: dict[str, int],
    variables: dict[str, Any],
    expected: Status,
) -> None:
    file = write(tmp_path / "a.json", versions, variables)
    said = [one.status for one in judged(file) if one.policy == "secrets-not-in-plaintext" and one.resource]
    assert said == [expected]
