"""AWS IAM: principals and policies in one bulk call, the account's summary, password policy, credential report.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked, tags_of
from auditor.model import Hidden, Json, Reason

USER = "AWS::IAM::User"
ROLE = "AWS::IAM::Role"
GROUP = "AWS::IAM::Group"
MANAGED = "AWS::IAM::ManagedPolicy"
PROFILE = "AWS::IAM::InstanceProfile"
OIDC = "AWS::IAM::OIDCProvider"
ACCOUNT = "Auditor::IAM::Account"
CERTIFICATE = "Auditor::IAM::ServerCertificateStatus"
ENTRY = "Auditor::IAM::CredentialReportEntry"
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


def _issuers(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for provider in page.get("OpenIDConnectProviderList", ()):
        arn = provider["Arn"]
        yield Draft(OIDC, arn, arn, arn, {"Arn": arn})


def _issuer(answer: Mapping[str, Json], _: Draft) -> dict[str, Json]:
    """AWS gives the URL without its scheme, which CloudFormation asks for.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOpenIDConnectProvider.html
    """
    url = {"Url": "https://" + answer["Url"].removeprefix("https://")} if answer.get("Url") else {}
    return {**url, **picked(answer, ThumbprintList="ThumbprintList", ClientIdList="ClientIDList")}


def _managed(policy: Mapping[str, Json]) -> Draft:
    default: Mapping[str, Json] = next(
        (v for v in policy.get("PolicyVersionList", ()) if v.get("IsDefaultVersion")), {}
    )
    name = policy["Arn"].rsplit("/", 1)[-1]
    properties = {"ManagedPolicyName": name, **picked(policy, "Path", "DefaultVersionId", PolicyArn="Arn")}
    properties["PolicyDocument"] = default.get("Document", _NO_DEFAULT)
    return Draft(MANAGED, policy["Arn"], name, policy["Arn"], properties)


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


def _certificates(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for item in page.get("ServerCertificateMetadataList", ()):
        properties = picked(item, "ServerCertificateName", "Arn") | {"Expiration": item["Expiration"].isoformat()}
        arn = item["Arn"]
        yield Draft(CERTIFICATE, f"{arn}/status", item["ServerCertificateName"], arn, properties)


def _report(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for row in csv.DictReader(io.StringIO(answer["Content"].decode())):
        properties = {_pascal(column): _FLAGS.get(value, value) for column, value in row.items()}
        if row["user"] != "<root_account>":  # whose password is always "not_supported"
            properties |= {name: _NO_VALUE for name in _unreported(properties)}
        yield Draft(ENTRY, f"{row['arn']}/credentials", row["user"], row["arn"], properties)


def _pascal(column: str) -> str:
    return "".join(word.capitalize() for word in column.split("_"))


def _unreported(properties: Mapping[str, Json]) -> Iterator[str]:
    """What AWS should say of a user and does not: whether a credential is on, and since when one that is."""
    for flag, since in _SINCE.items():
        if not isinstance(properties.get(flag), bool):
            yield flag
        elif properties[flag] and properties.get(since) in _NO_DATE:
            yield since
    if not isinstance(properties.get("MfaActive"), bool):
        yield "MfaActive"


_FLAGS = {"true": True, "false": False}
_SINCE = {
    "PasswordEnabled": "PasswordLastChanged",
    "AccessKey1Active": "AccessKey1LastRotated",
    "AccessKey2Active": "AccessKey2LastRotated",
}
_NO_DATE = (None, "", "N/A", "not_supported", "no_information")
_NO_VALUE = Hidden(Reason.FAILED, "iam:GetCredentialReport gave no value")
_REPORT = (
    *("User", "Arn", "UserCreationTime", "PasswordEnabled", "PasswordLastUsed", "PasswordLastChanged"),
    *("PasswordNextRotation", "MfaActive", "Cert1Active", "Cert1LastRotated", "Cert2Active", "Cert2LastRotated"),
    *("AccessKey1Active", "AccessKey1LastRotated", "AccessKey1LastUsedDate", "AccessKey1LastUsedRegion"),
    *("AccessKey1LastUsedService", "AccessKey2Active", "AccessKey2LastRotated", "AccessKey2LastUsedDate"),
    *("AccessKey2LastUsedRegion", "AccessKey2LastUsedService"),
)
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
        # not paged: AWS gives them all at once
        Call("list_open_id_connect_providers", "iam:ListOpenIDConnectProviders", {OIDC: (LIST, "Arn")}, make=_issuers),
        Call(
            "get_open_id_connect_provider",
            "iam:GetOpenIDConnectProvider",
            {OIDC: ("Url", "ClientIdList", "ThumbprintList")},
            of=OIDC,
            params=lambda draft: {"OpenIDConnectProviderArn": draft.arn},
            fill=_issuer,
            gone=("NoSuchEntity",),
        ),
        Call("get_account_summary", "iam:GetAccountSummary", {ACCOUNT: (LIST, "*")}, make=_summary),
        Call(
            "get_account_password_policy",
            "iam:GetAccountPasswordPolicy",
            {PASSWORDS: (LIST, "*")},
            make=_passwords,
            absent=("NoSuchEntity",),
        ),
        Call(
            "list_server_certificates",
            "iam:ListServerCertificates",
            {CERTIFICATE: (LIST, "ServerCertificateName", "Arn", "Expiration")},
            make=_certificates,
            paged=True,
        ),
        Call("generate_credential_report", "iam:GenerateCredentialReport", {ENTRY: (LIST,)}, keep=True),
        Call(
            "get_credential_report",
            "iam:GetCredentialReport",
            {ENTRY: (LIST, *_REPORT)},
            make=_report,
            later=("ReportNotPresent", "ReportInProgress", "ReportExpired"),
        ),
    ),
)
