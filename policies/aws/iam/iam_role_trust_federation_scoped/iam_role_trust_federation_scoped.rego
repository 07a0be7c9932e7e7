# METADATA
# title: Roles for federated callers pin who may sign in
# description: |
#   A role that trusts a web identity or SAML provider pins the caller by StringEquals, or by StringLike with no
#   wildcard before the end of the pinned names, and never by IfExists or ForAllValues. One value that is open opens the
#   statement.
#
#   Issuers that serve many tenants need the claim that tells them apart: sub for GitHub (owner and repository), GitLab,
#   HCP Terraform, Buildkite, Codefresh, Scalr, Upbound and others; aud for Cognito (and amr authenticated), Pulumi
#   Cloud and Vercel; aud or sub for Google; app_id for Amazon and Facebook sign-in. Issuers of one tenant with many
#   workloads need sub too, fixed to the service account (EKS) or the project (CircleCI, Bitbucket). SAML trusts need
#   SAML:aud. Other issuers pass. A missing condition on aud fails only where the provider in IAM keeps no list of
#   clients.
#
#   Each statement is judged by itself: a Deny elsewhere does not excuse it.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
# custom:
#   id: iam-role-trust-federation-scoped
#   severity: high
#   function: prevent
#   stage: proactive
#   subject: AWS::IAM::Role
#   scope: account
#   applies: both
#   reads:
#     AWS::IAM::Role:
#       seeks:
#         - /facts/iam.trust/federation/no_audience/*/evidence
#         - /facts/iam.trust/federation/no_audience/*/issuer
#         - /facts/iam.trust/federation/unpinned/*/evidence
#         - /facts/iam.trust/federation/unpinned/*/issuer
#         - /facts/iam.trust/federation/unpinned/*/why
#   parameters:
#     shared_issuers:
#       type: array
#       default: ["*"]
#       description: Which issuers of the built-in table are judged, by host and path, with * for any text; SAML is one.
#   controls: {}
#   remediation:
#     text: |
#       Compare the claim that names the workload with StringEquals: for GitHub token.actions.githubusercontent.com:sub
#       with repo:OWNER/REPOSITORY:ref:refs/heads/main, for a cluster its sub with system:serviceaccount:NAMESPACE:NAME,
#       each beside aud.
#     cli: aws iam update-assume-role-policy --role-name NAME --policy-document file://trust.json
package policy.iam_role_trust_federation_scoped

import data.lib.deny

deny contains deny.with_evidence(deny.found(role, path, message), trusted.evidence) if {
	some role in input.resources["AWS::IAM::Role"]
	some i, trusted in role.facts["iam.trust"].federation.unpinned
	is_judged(trusted)
	is_string(trusted.issuer)
	is_string(trusted.why)
	path := ["facts", "iam.trust", "federation", "unpinned", i]
	message := sprintf("strangers at %s may take the role: %s", [trusted.issuer, trusted.why])
}

deny contains deny.with_evidence(deny.found(role, path, message), trusted.evidence) if {
	some role in input.resources["AWS::IAM::Role"]
	some i, trusted in role.facts["iam.trust"].federation.no_audience
	is_judged(trusted)
	is_string(trusted.issuer)
	path := ["facts", "iam.trust", "federation", "no_audience", i]
	message := sprintf("neither a condition nor the client list of the provider %s fixes aud", [trusted.issuer])
}

is_judged(trusted) if {
	is_string(trusted.issuer)
	some pattern in input.parameters.iam_role_trust_federation_scoped.shared_issuers
	glob.match(pattern, null, trusted.issuer)
}
