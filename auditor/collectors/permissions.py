"""The IAM policy that a collection needs, from the tables that make its calls.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (6,144 characters without white space)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from auditor.collectors.base import Wanted, planned
from auditor.collectors.call import Call, Service
from auditor.collectors.table import SERVICES
from auditor.model import Json

LIMIT = 6_144

IDENTITY = "sts:GetCallerIdentity"  # needs no permission
# Asked outside the tables.
REGIONS = "ec2:DescribeRegions"
ORGANIZATION = ("organizations:ListAccounts",)
MEMBERSHIP = "organizations:DescribeOrganization"  # whether an analyzer may stand in another account
ANALYZER = "AWS::AccessAnalyzer::Analyzer"


def calls(wanted: Wanted, options: frozenset[str]) -> Iterator[tuple[Service, Call]]:
    """Every call that a run makes at most, in table order."""
    for service in SERVICES:
        for call in planned(service, wanted):
            if not call.option or call.option in options:
                yield service, call


def actions(wanted: Wanted, options: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The IAM actions of a run, sorted."""
    names = {REGIONS, *(call.action for _, call in calls(wanted, options))}
    if ANALYZER in wanted:
        names.add(MEMBERSHIP)
    return tuple(sorted(names - {IDENTITY}))


def documents(names: Sequence[str], limit: int = LIMIT) -> list[dict[str, Json]]:
    """Policy documents that allow the actions, each within the size of a managed policy."""
    found: list[list[str]] = [[]]
    for name in names:
        if found[-1] and _size([*found[-1], name]) > limit:
            found.append([])
        found[-1].append(name)
    return [_document(part) for part in found]


def _document(names: Sequence[str]) -> dict[str, Json]:
    statement = {"Sid": "Auditor", "Effect": "Allow", "Action": list(names), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _size(names: Sequence[str]) -> int:
    return len(json.dumps(_document(names), separators=(",", ":")))


def described(wanted: Wanted, options: frozenset[str], organization: bool = False, roles: bool = False) -> str:
    """The calls of a run as text: service, scope, operation, IAM action, and for what each is asked.

    What is asked once is asked in every account. `organization`, `roles`: how the accounts are reached.
    """
    lines = [_line("sts", "once", "get_caller_identity", "(needs no permission)")]
    if organization:
        lines += [_line("organizations", "at the start", "list_accounts", action) for action in ORGANIZATION]
    if organization or roles:
        of = "each member account" if organization else "each role"
        lines.append(_line("sts", "at the start", "assume_role", "sts:AssumeRole", of))
    lines.append(_line("ec2", "once", "describe_regions", REGIONS))
    if ANALYZER in wanted:
        lines.append(_line("organizations", "once", "describe_organization", MEMBERSHIP))
    for service, call in calls(wanted, options):
        scope = "once" if service.scope == "global" else "each region"
        of = f"each {call.of}" if call.of else ""
        lines.append(_line(call.client or service.client, scope, call.method, call.action, of))
    return "\n".join(lines) + "\n"


def _line(service: str, scope: str, operation: str, action: str, of: str = "") -> str:
    return f"{service:<12} {scope:<12} {operation:<36} {action}{f'  for {of}' if of else ''}"


def as_json(found: Sequence[dict[str, Json]]) -> str:
    """One policy document, or a list where the limit splits it."""
    return json.dumps(found[0] if len(found) == 1 else list(found), indent=2) + "\n"


def as_cloudformation(found: Sequence[dict[str, Json]]) -> str:
    """A template with a managed policy for each document."""
    resources = {
        _name(index, found): {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
        for index, document in enumerate(found)
    }
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}, indent=2) + "\n"


def as_terraform(found: Sequence[dict[str, Json]]) -> str:
    """An `aws_iam_policy` for each document."""
    blocks = []
    for index, document in enumerate(found):
        name = _name(index, found).lower()
        body = json.dumps(document, indent=2).replace("\n", "\n  ")
        blocks.append(
            f'resource "aws_iam_policy" "{name}" {{\n  name   = "{name}"\n  policy = jsonencode({body})\n}}\n'
        )
    return "\n".join(blocks)


def _name(index: int, found: Sequence[object]) -> str:
    return "Auditor" if len(found) == 1 else f"Auditor{index + 1}"


FORMATS = {"json": as_json, "cloudformation": as_cloudformation, "terraform": as_terraform}
