# METADATA
# title: Key policies let no strangers in
# description: |
#   No Allow statement of the policy of a customer managed key, or of a replica, is for everyone, in any spelling ("*",
#   AWS "*", a list that holds "*", NotPrincipal), unless its conditions hold the caller to fixed accounts
#   (kms:CallerAccount), organizations, principal ARNs or networks. Each statement is judged by itself: a Deny elsewhere
#   does not excuse it, and neither does the state of the key, since a disabled key can be enabled again.
#
#   What does not limit the caller: kms:ViaService alone, kms:GrantIsForAWSResource, conditions on the target, IfExists
#   and ForAllValues on keys that an outsider does not have. The statement for the account's root is delegation to IAM
#   and passes. A key without a policy in a template gets the default policy and passes; keys that AWS manages are not
#   judged. KMS.5 of the AWS foundational practices also refuses a wildcard in the value of a condition.
# related_resources:
#   - https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
#   - https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
# custom:
#   id: kms-key-policy-not-public
#   severity: critical
#   function: prevent
#   stage: reactive
#   subject: [AWS::KMS::Key, AWS::KMS::ReplicaKey]
#   scope: account
#   applies: both
#   reads:
#     AWS::KMS::Key:
#       seeks: [/facts/iam.public/statements/public/*/evidence, /facts/iam.public/statements/public/*/why]
#     AWS::KMS::ReplicaKey:
#       seeks: [/facts/iam.public/statements/public/*/evidence, /facts/iam.public/statements/public/*/why]
#   controls:
#     cis_aws_7_0: ["2.21"]
#     fsbp: [KMS.5]
#   remediation:
#     text: |
#       Name the accounts and roles that use the key. A statement for a service that calls on behalf of many principals
#       needs StringEquals kms:CallerAccount with the account beside kms:ViaService.
#     cli: aws kms put-key-policy --key-id ID --policy-name default --policy file://policy.json
package policy.kms_key_policy_not_public

import data.lib.deny

deny contains deny.with_evidence(deny.found(key, path, message(statement)), statement.evidence) if {
	some key in input.resources["AWS::KMS::Key"]
	some i, statement in key.facts["iam.public"].statements.public
	path := ["facts", "iam.public", "statements", "public", i]
}

deny contains deny.with_evidence(deny.found(key, path, message(statement)), statement.evidence) if {
	some key in input.resources["AWS::KMS::ReplicaKey"]
	some i, statement in key.facts["iam.public"].statements.public
	path := ["facts", "iam.public", "statements", "public", i]
}

message(statement) := sprintf("anybody may use the key: %s", [statement.why]) if is_string(statement.why)
