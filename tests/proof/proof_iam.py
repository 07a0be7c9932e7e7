"""The IAM part of the proof account: who may do what, beside who should not."""

from __future__ import annotations

from typing import Any

from seed import Client, document

EC2 = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


def seed_iam(client: Client) -> dict[str, str]:
    """Nothing here has an id that AWS makes up: every label is a name."""
    iam = client("iam")
    iam.update_account_password_policy(MinimumPasswordLength=10, PasswordReusePrevention=5)
    _roles(iam)
    _policies(iam)
    _users(iam)
    _climbers(iam)
    return {}


def _roles(iam: Any) -> None:
    def trust(name: str, *statements: dict[str, Any]) -> None:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(*statements))

    assume = "sts:AssumeRole"
    trust("trusts-everyone", {"Effect": "Allow", "Principal": "*", "Action": assume})
    anybody_in = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    trust(
        "trusts-organization", {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": assume, "Condition": anybody_in}
    )
    trust("trusts-service", EC2)
    provider = iam.create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40]
    )["OpenIDConnectProviderArn"]

    def federated(subject: str) -> dict[str, Any]:
        issuer = "token.actions.githubusercontent.com"
        condition = {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"}, "StringLike": {f"{issuer}:sub": subject}}
        action = "sts:AssumeRoleWithWebIdentity"
        return {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": action, "Condition": condition}

    trust("github-any-repository", federated("repo:*"))
    trust("github-one-repository", federated("repo:acme/shop:ref:refs/heads/main"))
    trust("support", EC2)
    iam.create_instance_profile(InstanceProfileName="app")
    iam.add_role_to_instance_profile(InstanceProfileName="app", RoleName="trusts-service")


def _policies(iam: Any) -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    reading = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}
    iam.create_policy(PolicyName="everything", PolicyDocument=document(everything))
    iam.create_policy(PolicyName="reading", PolicyDocument=document(reading))
    iam.create_policy(
        PolicyName="two-halves",
        PolicyDocument=document({"Effect": "Allow", "Action": ["s3:*", "*:*"], "Resource": ["arn:aws:s3:::x", "*"]}),
    )
    iam.put_role_policy(RoleName="support", PolicyName="inline", PolicyDocument=document(everything))
    iam.create_group(GroupName="operators")
    iam.put_group_policy(GroupName="operators", PolicyName="reading", PolicyDocument=document(reading))


def _users(iam: Any) -> None:
    for name in ("by-group", "by-policy", "console-only", "console-with-mfa"):
        iam.create_user(UserName=name)
    iam.add_user_to_group(GroupName="operators", UserName="by-group")
    reading = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*"}
    iam.put_user_policy(UserName="by-policy", PolicyName="own", PolicyDocument=document(reading))
    for name in ("console-only", "console-with-mfa"):
        iam.create_login_profile(UserName=name, Password="Only-for-moto-1")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="console-with-mfa")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="console-with-mfa",
        SerialNumber=device,
        AuthenticationCode1="123456",
        AuthenticationCode2="654321",
    )


def _climbers(iam: Any) -> None:
    """Who may become an administrator, beside who may do almost the same."""
    attach = {"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*"}
    iam.create_group(GroupName="climbers")
    iam.put_group_policy(GroupName="climbers", PolicyName="attach", PolicyDocument=document(attach))
    iam.create_user(UserName="climber")
    iam.add_user_to_group(GroupName="climbers", UserName="climber")
    runs = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="admin-for-lambda", AssumeRolePolicyDocument=document(runs))
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    iam.attach_role_policy(RoleName="admin-for-lambda", PolicyArn=administrator)
    functions = {"Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"}
    for name, passed in (("passes-to-lambda", "admin-for-lambda"), ("passes-in-vain", "support")):  # support is for EC2
        may_pass = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": f"arn:aws:iam::123456789012:role/{passed}"}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(EC2))
        iam.put_role_policy(RoleName=name, PolicyName="deploy", PolicyDocument=document(may_pass, functions))
