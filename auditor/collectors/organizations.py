"""AWS Organizations: whether the account is a member and of what, and the policies that stand above it.

Any account may ask the former. The way up to the root and what is attached to it is told to the management account
and to delegated administrators only; the way is asked step by step, and what was gathered on it is made at its end.
A policy's `TargetIds` are those on the way: what else it is attached to does not bind this account.
https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html
https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPoliciesForTarget.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Hidden, Json, Reason

MEMBERSHIP = "Auditor::Organizations::Membership"
PATH = "Auditor::Organizations::AccountPath"
POLICY = "AWS::Organizations::Policy"
_TARGET = "target of policies"  # a step: the account, a unit above it, the root
_SCP = "SERVICE_CONTROL_POLICY"

# What every step of the way leads to: where one fails, the rest is not seen.
_WAY = {
    PATH: (LIST, "AccountId", "Targets", "ServiceControlPolicies"),
    POLICY: (LIST, "Id", "Arn", "Name", "Description", "Type", "AwsManaged", "TargetIds"),
}


def _membership(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    organization = answer.get("Organization")
    properties: dict[str, Json] = {"AccountId": place.account, "InOrganization": organization is not None}
    if organization is not None:
        properties["OrganizationId"] = organization["Id"]
        properties["ManagementAccountId"] = organization["MasterAccountId"]
    id = f"{place.account}/{MEMBERSHIP}"
    yield Draft(MEMBERSHIP, id, place.account, id, properties)


def _start(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    """The account as the first target; nothing stands above one that is in no organization."""
    if answer.get("Organization") is not None:
        yield _target(place.account, {"targets": [], "policies": {}})


def _target(id: str, gathered: Json) -> Draft:
    return Draft(_TARGET, id, id, id, {}, context=gathered)


def _attached(page: Mapping[str, Json], draft: Draft) -> dict[str, Json]:
    for policy in page["Policies"]:
        draft.context["policies"].setdefault(policy["Arn"], (policy, []))[1].append(draft.id)
    return {}


def _parent(answer: Mapping[str, Json], _: Place, draft: Draft | None) -> Iterator[Draft]:
    assert draft is not None
    draft.context["targets"].append(draft.id)
    for parent in answer["Parents"]:  # one
        if parent["Id"] in draft.context["targets"]:
            raise ValueError("the way to the root leads back")
        yield _target(parent["Id"], draft.context)


def _root(page: Mapping[str, Json], place: Place, draft: Draft | None) -> Iterator[Draft]:
    """The end of the way: its path, and each policy once with all targets on it."""
    assert draft is not None
    for root in page["Roots"]:
        if root["Id"] != draft.id:
            continue
        id = f"{place.account}/{PATH}"
        targets = [*draft.context["targets"], draft.id]
        properties = {"AccountId": place.account, "Targets": targets, "ServiceControlPolicies": _in_use(root)}
        yield Draft(PATH, id, place.account, id, properties)
        for arn, (policy, attached) in draft.context["policies"].items():
            told = picked(policy, "Id", "Arn", "Name", "Description", "Type", "AwsManaged")
            yield Draft(POLICY, arn, policy["Name"], arn, {**told, "TargetIds": attached})


def _in_use(root: Mapping[str, Json]) -> Json:
    """Whether service control policies bind anybody below the root."""
    states = [one["Status"] for one in root["PolicyTypes"] if one["Type"] == _SCP]
    if any(state != "ENABLED" for state in states):
        return Hidden(Reason.FAILED, "service control policies are being turned on or off")
    return bool(states)


def _content(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    return {"Content": json.loads(answer["Policy"]["Content"])}


def _is_root(draft: Draft) -> bool:
    return draft.id.startswith("r-")


SERVICE = Service(
    client="organizations",
    scope="global",
    calls=(
        Call(
            "describe_organization",
            "organizations:DescribeOrganization",
            {MEMBERSHIP: (LIST, "AccountId", "InOrganization", "OrganizationId", "ManagementAccountId")},
            make=_membership,
            absent=("AWSOrganizationsNotInUseException",),
        ),
        Call(
            "describe_organization#path",
            "organizations:DescribeOrganization",
            {**_WAY, _TARGET: (LIST,)},
            make=_start,
            absent=("AWSOrganizationsNotInUseException",),
        ),
        Call(
            "list_policies_for_target",
            "organizations:ListPoliciesForTarget",
            {POLICY: _WAY[POLICY]},
            of=_TARGET,
            params=lambda draft: {"TargetId": draft.id},
            arguments={"Filter": _SCP},
            fill=_attached,
            paged=True,
        ),
        Call(
            "list_parents",
            "organizations:ListParents",
            {**_WAY, _TARGET: (LIST,)},
            of=_TARGET,
            params=lambda draft: {"ChildId": draft.id},
            make=_parent,
            paged=True,
            when=lambda draft: not _is_root(draft),
        ),
        Call(
            "list_roots",
            "organizations:ListRoots",
            _WAY,
            of=_TARGET,
            make=_root,
            paged=True,
            when=_is_root,
        ),
        Call(
            "describe_policy",
            "organizations:DescribePolicy",
            {POLICY: ("Content",)},
            of=POLICY,
            params=lambda draft: {"PolicyId": draft.properties["Id"]},
            fill=_content,
            gone=("PolicyNotFoundException",),
        ),
    ),
)
