"""The calls that tell an administrator, and all actions that the escalation of rights is about.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from __future__ import annotations

from auditor.data.escalation_paths import METHODS, Call

# What an administrator may do to principals that are not there yet, and that leads to everything else.
ADMIN_KIT: tuple[Call, ...] = (
    Call("iam:CreateUser", "user"),
    Call("iam:CreateRole", "role"),
    Call("iam:CreateAccessKey", "user"),
    Call("iam:PutUserPolicy", "user"),
    Call("iam:AttachUserPolicy", "user"),
    Call("iam:PutRolePolicy", "role"),
    Call("iam:AttachRolePolicy", "role"),
    Call("iam:CreatePolicyVersion", "policy"),
    Call("iam:UpdateAssumeRolePolicy", "role"),
    Call("iam:PassRole", "role"),
    Call("sts:AssumeRole", "role"),
)

# How a limit is taken off a principal: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
UNLIMIT: tuple[str, ...] = (
    "iam:DeleteUserPermissionsBoundary",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPolicy",
    "iam:DeleteRolePolicy",
    "iam:DetachUserPolicy",
    "iam:DetachRolePolicy",
    "iam:RemoveUserFromGroup",
)

# No service knows this action: whoever may call it may call what is not named.
ANY_ACTION = "any:Other"

ACTIONS: tuple[str, ...] = (
    *sorted({call.action for row in METHODS for call in row.calls} | {call.action for call in ADMIN_KIT} | {*UNLIMIT}),
    ANY_ACTION,
)
