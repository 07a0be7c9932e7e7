# METADATA
# title: IAM role trust policies name who may assume the role
# description: |
#   No statement of a role's trust policy lets arbitrary principals in. An Allow for Principal "*" or AWS "*" (as text,
#   in a list, in a single statement object) or with NotPrincipal fails, unless its conditions hold the caller to fixed
#   accounts, organizations, principal ARNs or networks. A wildcard in such a value is harmless while the account
#   segment of an ARN, the organization id or the address range is fixed.
#
#   What does not limit the caller: sts:ExternalId, which the caller chooses; conditions on the target; IfExists and
#   ForAllValues on keys that an outsider does not have. Each statement is judged by itself: a Deny elsewhere does not
#   excuse it. A foreign account named without a condition is another policy's question.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
# custom:
#   id: iam-role-trust-not-public
#   severity: critical
#   function: prevent
#   stage: reactive
#   subject: AWS::IAM::Role
#   scope: account
#   applies: both
#   reads:
#     AWS::IAM::Role:
#       seeks: [/facts/iam.public/statements/public/*/evidence, /facts/iam.public/statements/public/*/why]
#   controls:
#     cis_aws_7_0: ["2.21"]
#   remediation:
#     text: |
#       Name the principals that need the role: the service, the role or the account. Where many accounts of one
#       organization need it, keep AWS "*" and add StringEquals aws:PrincipalOrgID with the organization's id.
#     cli: aws iam update-assume-role-policy --role-name NAME --policy-document file://trust.json
package policy.iam_role_trust_not_public

import data.lib.deny

deny contains deny.with_evidence(deny.found(role, path, message), statement.evidence) if {
	some role in input.resources["AWS::IAM::Role"]
	some i, statement in role.facts["iam.public"].statements.public
	path := ["facts", "iam.public", "statements", "public", i]
	is_string(statement.why)
	message := sprintf("anybody may assume the role: %s", [statement.why])
}
