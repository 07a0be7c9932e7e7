# METADATA
# title: No principal can make itself an administrator
# description: |
#   No user, role or group that is not yet an administrator has a way to become one by a known method: changing its own
#   policies or those of somebody it can become, taking a role, making keys or a password for another user, passing a
#   role to a service, or using what already runs as a role. All policies of a principal count together, those of its
#   groups too. Every part of the method must hold: permissions and their resources, conditions, the permissions
#   boundary, explicit denials, the trust policy of the role, a function, instance or instance profile that must exist.
#   A group is judged by what its policies would give a member that has nothing else. The shortest way is the evidence.
#
#   The methods are those of pathfinding.cloud of December 2025. How many access keys a user has, whether it has a
#   password and whether a policy has room for a version is not weighed: that changes by the hour. An action that no
#   table knows changes nothing about the others. Policies of AWS are known as of September 2026, a newer one is not.
#   In a template, what it does not declare may exist: who may pass any role is UNKNOWN. What may run as a role
#   (build projects, notebooks, stacks) and is not read is UNKNOWN too, where a role for it exists that leads further.
#   Service control policies are not weighed: the question is what the account itself allows.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
# custom:
#   id: iam-principal-no-privilege-escalation
#   severity: high
#   function: prevent
#   stage: proactive
#   subject: [AWS::IAM::Group, AWS::IAM::Role, AWS::IAM::User]
#   scope: account
#   applies: both
#   reads:
#     AWS::IAM::Group:
#       seeks: [/facts/iam.escalation/account/paths/*/evidence, /facts/iam.escalation/account/paths/*/text]
#     AWS::IAM::Role:
#       seeks: [/facts/iam.escalation/account/paths/*/evidence, /facts/iam.escalation/account/paths/*/text]
#     AWS::IAM::User:
#       seeks: [/facts/iam.escalation/account/paths/*/evidence, /facts/iam.escalation/account/paths/*/text]
#   controls: {}
#   remediation:
#     text: |
#       Take the action that the finding names away, or name the resources that it is for instead of "*". Give whoever
#       must create roles a permissions boundary, and demand that boundary of the roles with iam:PermissionsBoundary.
#     cli: aws iam simulate-principal-policy --policy-source-arn ARN --action-names iam:PassRole iam:PutRolePolicy
package policy.iam_principal_no_privilege_escalation

import data.lib.deny

deny contains deny.with_evidence(deny.found(user, at(i), message(path)), evidence) if {
	some user in input.resources["AWS::IAM::User"]
	some i, path in user.facts["iam.escalation"].account.paths
	evidence := path.evidence
}

deny contains deny.with_evidence(deny.found(role, at(i), message(path)), evidence) if {
	some role in input.resources["AWS::IAM::Role"]
	some i, path in role.facts["iam.escalation"].account.paths
	evidence := path.evidence
}

deny contains deny.with_evidence(deny.found(group, at(i), message(path)), evidence) if {
	some group in input.resources["AWS::IAM::Group"]
	some i, path in group.facts["iam.escalation"].account.paths
	evidence := path.evidence
}

at(i) := ["facts", "iam.escalation", "account", "paths", i]

message(path) := sprintf("a way to administration: %s", [path.text]) if is_string(path.text)
