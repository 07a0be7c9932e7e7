"""Draws verdicts for a person to read: `docs/review` holds what came of it.

    python tests/proof/sample.py iam_network REPORT.json ... > rows.csv

REPORT: JSON reports of `auditor scan` or `auditor audit`, with --include-passed. 80 FAIL, 40 PASS and every UNKNOWN of
the part's policies, by a fixed seed: the same reports give the same rows. Of each policy some are drawn before any is
drawn often. UNKNOWNs of one file and one cause share a row.
"""

from __future__ import annotations

import csv
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SEED = 20261130
WANTED = {"FAIL": 80, "PASS": 40}
COLUMNS = ("file", "line", "policy", "resource", "verdict", "says", "right", "why", "page")

# Policies of the first wave about identity and networks; the others are about encryption, logging and readiness.
IAM_NETWORK = ("iam-", "ec2-security-group-", "ec2-network-acl-", "ec2-default-security-group", "s3-", "lambda-")
ALSO = {
    *("ec2-image-not-public", "ec2-imdsv2-required", "ec2-instance-profile-attached", "ec2-snapshot-not-public"),
    *("ecr-repository-policy-not-public", "kms-key-policy-not-public", "rds-instance-not-public"),
    *("rds-snapshot-not-public", "secretsmanager-secret-policy-not-public", "sns-topic-policy-not-public"),
    "sqs-queue-policy-not-public",
}
NOT = {"s3-bucket-tls-required"}


def part_of(policy: str) -> str:
    is_first = policy in ALSO or (policy.startswith(IAM_NETWORK) and policy not in NOT)
    return "iam_network" if is_first else "logging_encryption"


def rows(file: Path, part: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Status, and the first columns of a row; behind them the file of a resource that no place is shown of."""
    for verdict in json.loads(file.read_text())["verdicts"]:
        if part_of(verdict["policy"]) != part:
            continue
        resource, population = verdict.get("resource"), verdict.get("population")
        place = next((f["location"] for f in verdict["findings"] if f.get("location")), verdict.get("location"))
        declared, _, name = resource["id"].rpartition("#") if resource else ("", "", f"{population['type']} not seen")
        yield (
            verdict["status"],
            (
                place["file"] if place else f"{verdict_account(verdict)}",
                str(place["line"]) if place else "",
                verdict["policy"],
                name,
                verdict["status"],
                says(verdict),
                declared,
            ),
        )


def verdict_account(verdict: dict[str, Any]) -> str:
    about = verdict.get("resource") or verdict["population"]
    return f"account {about['account']} {about.get('region') or ''}".strip()


def says(verdict: dict[str, Any]) -> str:
    if verdict["status"] == "UNKNOWN":
        return "; ".join(dict.fromkeys(gap["detail"] for gap in verdict["gaps"]))
    return "; ".join(dict.fromkeys(finding["message"] for finding in verdict["findings"]))


def drawn(found: list[tuple[str, ...]], number: int, chance: random.Random) -> list[tuple[str, ...]]:
    """Round after round one of each policy, until there are enough."""
    by_policy = defaultdict(list)
    for row in found:
        by_policy[row[2]].append(row)
    for each in by_policy.values():
        chance.shuffle(each)
    chosen: list[tuple[str, ...]] = []
    while len(chosen) < number and any(by_policy.values()):
        for policy in sorted(by_policy):
            if by_policy[policy] and len(chosen) < number:
                chosen.append(by_policy[policy].pop())
    return chosen


def by_cause(found: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """One row per file and cause, with all policies and resources that it leaves undecided."""
    grouped: dict[tuple[str, str], list[tuple[str, ...]]] = defaultdict(list)
    for row in found:
        grouped[row[0], row[5]].append(row)
    return [
        (file, rows[0][1], *(" ".join(sorted({row[column] for row in rows})) for column in (2, 3)), "UNKNOWN", cause)
        for (file, cause), rows in grouped.items()
    ]


def main(part: str, *files: str) -> None:
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for file in files:
        for status, row in rows(Path(file), part):
            found[status].append(row)
    chance = random.Random(SEED)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(COLUMNS)
    chosen = [row for status, number in WANTED.items() for row in sorted(drawn(sorted(found[status]), number, chance))]
    for row in chosen:
        out.writerow((row[0] if row[1] else row[6] or row[0], *row[1:6], "", "", ""))
    for row in sorted(by_cause(found["UNKNOWN"])):
        out.writerow((*row, "", "", ""))


if __name__ == "__main__":
    main(*sys.argv[1:])
