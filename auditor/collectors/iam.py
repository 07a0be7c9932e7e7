"""AWS IAM: principals and policies in one bulk call, the account's summary, password policy, credential report.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked, tags_of
from auditor.model import Hidden, Json, Reason

USER = "AWS::IAM::User"
ROLE = "AWS::IAM::Role"
GROUP = "AWS::IAM::Group"
MANAGED = "AWS::IAM::ManagedPolicy"
PROFILE = "AWS::IAM::InstanceProfile"
ACCOUNT = "Auditor::IAM::Account"
PASSWORDS = "Auditor::IAM::PasswordPolicy"

_NO_DEFAULT = Hidden(Reason.FAILED, "iam:GetAccountAuthorizationDetails gave no default version")


def _principal(item: Mapping[str, Json], type: str, name: str, inline: str) -> Draft:
    properties = {
        **picked(item, "Path", "Arn", name),
        "Policies": [picked(policy, "PolicyName", "PolicyDocument") for policy in item.get(inline, ())],
        "ManagedPolicyArns": [policy["PolicyArn"] for policy in item.get("AttachedManagedPolicies", ())],
    }
    if "PermissionsBoundary" in item:
        properties["PermissionsBoundary"] = item["PermissionsBoundary"].get("PermissionsBoundaryArn")
    return Draft(type, item["Arn"], item[name], item["Arn"], properties, tags_of(item.get("Tags")))


def _details(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for user in page.get("UserDetailList", ()):
        draft = _principal(user, USER, "UserName", "UserPolicyList")
        draft.properties["Groups"] = user.get("GroupList", [])
        yield draft
    for role in page.get("RoleDetailList", ()):
        draft = _principal(role, ROLE, "RoleName", "RolePolicyList")
        draft.properties |= picked(role, "AssumeRolePolicyDocument", "RoleId")
        yield draft
    for group in page.get("GroupDetailList", ()):
        yield _principal(group, GROUP, "GroupName", "GroupPolicyList")
    for policy in page.get("Policies", ()):
        yield _managed(policy)


def _managed(policy: Mapping[str, Json]) -> Draft:
    default: Mapping[str, Json] = next(
        (v for v in policy.get("PolicyVersionList", ()) if v.get("IsDefaultVersion")), {}
    )
    properties = picked(policy, "Path", "DefaultVersionId", ManagedPolicyName="PolicyName", PolicyArn="Arn")
    properties["PolicyDocument"] = default.get("Document", _NO_DEFAULT)
    return Draft(MANAGED, policy["Arn"], policy["PolicyName"], policy["Arn"], properties)


def _profiles(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for profile in page.get("InstanceProfiles", ()):
        properties = picked(profile, "InstanceProfileName", "Arn", "Path")
        properties["Roles"] = [role["RoleName"] for role in profile.get("Roles", ())]
        yield Draft(PROFILE, profile["Arn"], profile["InstanceProfileName"], profile["Arn"], properties)


def _summary(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    id = f"{place.account}/{ACCOUNT}"
    yield Draft(ACCOUNT, id, place.account, id, dict(answer.get("SummaryMap", {})))


def _passwords(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    id = f"{place.account}/{PASSWORDS}"
    policy = answer.get("PasswordPolicy") or {}
    yield Draft(PASSWORDS, id, place.account, id, {**policy, "Present": bool(policy)})


_GROUP = (LIST, "Path", "Arn", "Policies", "ManagedPolicyArns")
_PRINCIPAL = (*_GROUP, "PermissionsBoundary", "tags", "Tags")

SERVICE = Service(
    client="iam",
    scope="global",
    calls=(
        Call(
            "get_account_authorization_details",
            "iam:GetAccountAuthorizationDetails",
            {
                USER: (*_PRINCIPAL, "UserName", "Groups"),
                ROLE: (*_PRINCIPAL, "RoleName", "RoleId", "AssumeRolePolicyDocument"),
                GROUP: (*_GROUP, "GroupName"),
                MANAGED: (LIST, "Path", "PolicyArn", "ManagedPolicyName", "DefaultVersionId", "PolicyDocument"),
            },
            arguments={
                "Filter": ["User", "Role", "Group", "LocalManagedPolicy"],
                "PaginationConfig": {"PageSize": 1000},
            },
            make=_details,
            paged=True,
        ),
        Call(
            "list_instance_profiles",
            "iam:ListInstanceProfiles",
            {PROFILE: (LIST, "InstanceProfileName", "Arn", "Path", "Roles")},
            make=_profiles,
            paged=True,
        ),
        Call("get_account_summary", "iam:GetAccountSummary", {ACCOUNT: (LIST, "*")}, make=_summary),
        Call(
            "get_account_password_policy",
            "iam:GetAccountPasswordPolicy",
            {PASSWORDS: (LIST, "*")},
            make=_passwords,
            absent=("NoSuchEntity",),
        ),
    ),
)
