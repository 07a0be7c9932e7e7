"""What a key of another account is, that account tells, as far as its own snapshot goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from auditor.model import Gap, Hidden, Plan, Problem, Reason, Resource, Status, Verdict
from auditor.model import Path as Place
from auditor.snapshot import FORMAT, AccountCoverage, HeaderLine, writing
from auditor.sources.elsewhere_keys import OTHER
from auditor.sources.file import SnapshotSource
from auditor.sources.merge import merge

MINE, THEIRS, HERE = "111122223333", "444455556666", "eu-west-1"
TRAIL, KEY, REPLICA, ALIAS = "AWS::CloudTrail::Trail", "AWS::KMS::Key", "AWS::KMS::ReplicaKey", "AWS::KMS::Alias"
ID = "11111111-2222-3333-4444-555555555555"
ARN = f"arn:aws:kms:{HERE}:{THEIRS}:key/{ID}"
BY_ALIAS = f"arn:aws:kms:{HERE}:{THEIRS}:alias/ct"
READS: dict[str, tuple[Place, ...]] = {
    TRAIL: ((), ("KMSKeyId",)),
    KEY: ((), ("Enabled",), ("KeySpec",), ("KeyPolicy",)),
    REPLICA: ((),),
    ALIAS: ((),),
    OTHER: ((),),
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "kms:GenerateDataKey*",
            "Resource": "*",
            "Condition": {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{MINE}:*"}},
        }
    ],
}


def trail(reference: str) -> Resource:
    arn = f"arn:aws:cloudtrail:{HERE}:{MINE}:trail/main"
    return Resource(TRAIL, arn, MINE, HERE, "main", arn, {"KMSKeyId": reference, "S3BucketName": "logs"})


def key(type: str = KEY, **properties: Any) -> Resource:
    return Resource(type, ARN, THEIRS, HERE, ID, ARN, {"Enabled": True, "KeyPolicy": POLICY} | properties)


def alias(name: str) -> Resource:
    arn = f"arn:aws:kms:{HERE}:{THEIRS}:{name}"
    return Resource(ALIAS, arn, THEIRS, HERE, name, arn, {"AliasName": name, "TargetKeyId": ID})


def gap(type: str, id: str | None = None, *path: str, region: str | None = HERE) -> Gap:
    return Gap(THEIRS, region, type, id, path, Reason.DENIED, "kms:X")


def write(
    file: Path,
    account: str,
    resources: list[Resource],
    gaps: Sequence[Gap] = (),
    lists: tuple[str, ...] | None = (HERE,),
    unasked: tuple[str, ...] = (),
) -> Path:
    """`unasked`: properties of keys that the snapshot was not made for."""
    header = HeaderLine(FORMAT, "0", "2026-11-21T00:00:00Z", "live", (account,), (HERE,))
    listed: dict[str, tuple[str, ...] | None] = {} if lists is None else dict.fromkeys((KEY, REPLICA, ALIAS), lists)
    asked = ("Enabled", "KeySpec", "KeyUsage", "Origin", "MultiRegion", "KeyPolicy")
    with writing(file, header) as writer:
        covered = AccountCoverage(
            {**listed, TRAIL: (HERE,)}, {KEY: tuple((name,) for name in asked if name not in unasked)}
        )
        writer.account(account, resources, lambda: list(gaps), lambda: covered)
        writer.close()
    return file


def told(folder: Path, reference: str, resources: list[Resource], *more: Any) -> dict[str, Any] | None:
    files = [
        write(folder / "mine.json", MINE, [trail(reference)]),
        write(folder / "theirs.json", THEIRS, resources, *more),
    ]
    found: dict[str, list[Resource]] = {}
    for scope in SnapshotSource([str(file) for file in files]).scopes(Plan(READS, (), ())):
        assert not isinstance(scope, Problem)
        assert [each for each in scope.gaps if each.type == OTHER] == []
        found[scope.account] = list(scope.resources(frozenset((OTHER,))))
    assert found[THEIRS] == []
    properties = [dict(each.properties) for each in found[MINE]]
    assert {each["Reference"] for each in properties} <= {reference}
    assert len(properties) < 2
    return properties[0] if properties else None


@pytest.mark.parametrize("reference", [ARN, BY_ALIAS])
def test_the_state_of_the_key(tmp_path: Path, reference: str) -> None:
    found = told(tmp_path, reference, [key(KeySpec="RSA_2048"), alias("alias/ct"), alias("alias/aws/ebs")])
    assert found == {
        **{"Reference": reference, "State": "customer", "Enabled": True},
        **{"KeySpec": "RSA_2048", "KeyPolicy": POLICY},
    }


def test_a_replica_is_told_as_one(tmp_path: Path) -> None:
    found = told(tmp_path, ARN, [key(REPLICA)])
    assert found is not None and found["Replica"] is True


def test_what_the_owner_did_not_see_is_hidden(tmp_path: Path) -> None:
    found = told(tmp_path, ARN, [key()], [gap(KEY, ARN, "KeyPolicy")])
    assert found is not None
    assert found["KeyPolicy"] == Hidden(Reason.DENIED, "kms:X")
    found = told(tmp_path, ARN, [key()], (), (HERE,), ("KeySpec",))
    assert found is not None
    assert isinstance(found["KeySpec"], Hidden) and found["Enabled"] is True


@pytest.mark.parametrize(
    ("reference", "held", "gaps", "lists", "state"),
    [
        (ARN, [], [], (HERE,), "missing"),
        (BY_ALIAS, [key()], [], (HERE,), "missing"),
        (ARN, [alias("alias/aws/ebs")], [], (HERE,), "aws_managed"),
        (ARN, [], [], ("us-east-1",), None),
        (ARN, [], [], None, None),
        (ARN, [], [gap(KEY)], (HERE,), None),
        (ARN, [], [gap("*", region=None)], (HERE,), None),
        (BY_ALIAS, [key()], [gap(ALIAS)], (HERE,), None),
        (ARN, [], [gap(KEY, region="us-east-1")], (HERE,), "missing"),
    ],
)
def test_that_there_is_none_needs_complete_lists(
    tmp_path: Path, reference: str, held: list[Resource], gaps: list[Gap], lists: Any, state: str | None
) -> None:
    found = told(tmp_path, reference, held, gaps, lists)
    assert (found or {}).get("State") == state


def test_an_account_that_is_not_in_the_snapshots_tells_nothing(tmp_path: Path) -> None:
    reference = f"arn:aws:kms:{HERE}:777788889999:key/{ID}"
    assert told(tmp_path, reference, [key()]) is None


def test_a_trail_is_unknown_alone_and_judged_beside_the_account_of_its_key(
    tmp_path: Path, judged: Callable[[Path], list[Verdict]]
) -> None:
    def said(file: Path) -> list[Status]:
        return [one.status for one in judged(file) if one.policy == "cloudtrail-logs-kms-encrypted" and one.resource]

    mine = write(tmp_path / "mine.json", MINE, [trail(ARN)])
    verdicts = []
    for number, theirs in enumerate(([key()], [key(Enabled=False)], [])):
        other = write(tmp_path / f"theirs-{number}.json", THEIRS, list(theirs))
        merge((mine, other), tmp_path / f"both-{number}.json")
        verdicts += said(tmp_path / f"both-{number}.json")
    assert said(mine) == [Status.UNKNOWN]
    assert verdicts == [Status.PASS, Status.FAIL, Status.FAIL]
