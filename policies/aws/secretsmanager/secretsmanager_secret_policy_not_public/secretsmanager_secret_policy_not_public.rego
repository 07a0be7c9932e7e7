# METADATA
# title: Policies of secrets let no strangers in
# description: |
#   No Allow statement of the policy of a secret is for everyone, in any spelling ("*", AWS "*", a list that holds "*",
#   NotPrincipal), unless its conditions hold the caller to fixed accounts, organizations, principal ARNs or networks.
#   Any action counts. BlockPublicPolicy only guards the writing of a policy and does not clear one that is there, and
#   the AWS managed key, which other accounts cannot use, is one change away from another key: neither excuses.
#
#   What does not limit the caller: aws:SecureTransport, conditions on the target, IfExists and ForAllValues on keys
#   that an outsider does not have. Each statement is judged by itself: a Deny elsewhere does not excuse it. Another
#   account that is named is another policy's question.
# related_resources:
#   - https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html
#   - https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
# custom:
#   id: secretsmanager-secret-policy-not-public
#   severity: critical
#   function: prevent
#   stage: reactive
#   subject: AWS::SecretsManager::Secret
#   scope: region
#   applies: both
#   reads:
#     AWS::SecretsManager::ResourcePolicy:
#       seeks: [/SecretId, /facts/iam.public/statements/public/*/evidence, /facts/iam.public/statements/public/*/why]
#   controls:
#     cis_aws_7_0: ["2.21"]
#   remediation:
#     text: |
#       Name the accounts and roles that read the secret, and write the policy with BlockPublicPolicy. Change the value
#       of a secret that was open.
#     cli: |
#       aws secretsmanager put-resource-policy --secret-id ARN --resource-policy file://policy.json
#       --block-public-policy
package policy.secretsmanager_secret_policy_not_public

import data.lib.deny

deny contains deny.with_evidence(deny.found(secret, [], message), statement.evidence) if {
	some policy in input.resources["AWS::SecretsManager::ResourcePolicy"]
	some statement in policy.facts["iam.public"].statements.public
	some secret in secrets[policy.properties.SecretId]
	is_string(statement.why)
	message := sprintf("anybody may use the secret: %s", [statement.why])
}

# made once, so that each policy finds its secret without asking all of them
secrets := by_id

by_id[secret.name][secret.id] := secret if some secret in input.resources["AWS::SecretsManager::Secret"]
