"""OpenID Connect issuers whose tokens anyone, or any workload of a tenant, can get, and the claim that pins the caller.

`issuer`: the host and path of the issuer, `*` for one segment that is the tenant's own.
`claims`: any one of them pins the caller. `grammar`: how the value of the claim begins, cut at the names in it:
`("repo:", "/", ":")` is `repo:NAME/NAME:`; the value must be fixed through the last terminator. () : the whole value.
`names`: what the names are, in order, for the message.

AWS's list of issuers whose claim it checks on new trusts:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
"""

from __future__ import annotations

from typing import NamedTuple


class Issuer(NamedTuple):
    issuer: str
    claims: tuple[str, ...]
    grammar: tuple[str, ...]
    names: tuple[str, ...]
    link: str


_GITHUB = "https://docs.github.com/en/actions/reference/security/oidc"
_AWS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html"
_KEYS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif"

ISSUERS: tuple[Issuer, ...] = (
    Issuer("token.actions.githubusercontent.com", ("sub",), ("repo:", "/", ":"), ("owner", "repository"), _GITHUB),
    Issuer("vstoken.actions.githubusercontent.com", ("sub",), ("repo:", "/", ":"), ("owner", "repository"), _GITHUB),
    Issuer("oidc-configuration.audit-log.githubusercontent.com", ("sub",), (), ("organization",), _AWS),
    Issuer(
        "gitlab.com",
        ("sub",),
        ("project_path:", "/"),
        ("group",),
        "https://docs.gitlab.com/ci/cloud_services/aws/",
    ),
    Issuer(
        "app.terraform.io",
        ("sub",),
        ("organization:", ":"),
        ("organization",),
        "https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens",
    ),
    Issuer(
        "agent.buildkite.com",
        ("sub",),
        ("organization:", ":"),
        ("organization",),
        "https://buildkite.com/docs/pipelines/security/oidc",
    ),
    Issuer(
        "oidc.codefresh.io",
        ("sub",),
        ("account:", ":"),
        ("account",),
        "https://codefresh.io/docs/docs/integrations/oidc-pipelines/",
    ),
    Issuer("studio.datachain.ai/api", ("sub",), ("credentials:", "/"), ("team",), _AWS),
    Issuer("scalr.io", ("sub",), ("account:", ":"), ("account",), _AWS),
    Issuer("tokens.cloud.shisho.dev", ("sub",), ("job:", ":"), ("organization",), _AWS),
    Issuer("proidc.upbound.io", ("sub",), ("mcp:", "/"), ("organization",), _AWS),
    Issuer("cognito-identity.amazonaws.com", ("aud",), (), ("identity pool",), _KEYS),
    Issuer("accounts.google.com", ("aud", "sub"), (), ("client",), _KEYS),
    Issuer("oidc.vercel.com", ("aud",), (), ("team",), "https://vercel.com/docs/oidc/aws"),
    Issuer("api.pulumi.com/oidc", ("aud",), (), ("organization",), _AWS),
    Issuer("sandboxes.cloud", ("aud",), (), ("organization",), _AWS),
    Issuer("graph.facebook.com", ("app_id",), (), ("application",), _KEYS),
    Issuer("www.amazon.com", ("app_id",), (), ("application",), _KEYS),
    # one tenant, many workloads
    Issuer(
        "oidc.eks.*.amazonaws.com*/id/*",
        ("sub",),
        ("system:serviceaccount:", ":", ""),
        ("namespace", "service account"),
        "https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html",
    ),
    Issuer(
        "oidc.circleci.com/org/*",
        ("sub",),
        ("org/", "/project/", "/"),
        ("organization", "project"),
        "https://circleci.com/docs/openid-connect-tokens/",
    ),
    Issuer(
        "api.bitbucket.org/2.0/workspaces/*/pipelines-config/identity/oidc",
        ("sub",),
        ("", ":"),
        ("repository",),
        "https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/",
    ),
)

# Claims of GitHub's tokens that pin the repository by themselves, and the ones that pin its owner only.
# https://docs.github.com/en/actions/reference/security/oidc
GITHUB_REPOSITORY: frozenset[str] = frozenset(("repository_id", "repository"))
GITHUB_OWNER: frozenset[str] = frozenset(("repository_owner_id", "repository_owner", "enterprise_id"))
