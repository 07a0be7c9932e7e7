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
#   With target=any the end of a way is also anybody who may do more: all that one may do by the calls of the methods on
#   principals and resources that nobody names, and something else. With scp=weigh the service control policies above
#   the account count, level by level: what they forbid ends a way, and nobody administers whom they keep from it. Only
#   the management account and delegated administrators can read them (an audit with --organization asks these): a
#   member that is audited by itself, and a template, is UNKNOWN where it is not fine without them. Resource control
#   policies and session policies do not count.
#
#   The methods are those of pathfinding.cloud of December 2025 (paths_version=2025-12 demands just these, and a version
#   that has others refuses it). How many access keys a user has, whether it has a password and whether a policy has
#   room for a version is not weighed: that changes by the hour. An action that no table knows changes nothing about the
#   others. Making a new principal that administers is no row of it: who may create roles without a boundary is not
#   asked. Policies of AWS are known as of September 2026, a newer one is not.
#   In a template, what it does not declare may exist: who may pass any role is UNKNOWN. What may run as a role
#   (build projects, notebooks, stacks) and is not read is UNKNOWN too, where a role for it exists that leads further.
#   With scp=ignore, the default, the question is what the account itself allows.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
#   - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
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
#       seeks:
#         - /facts/iam.escalation/account/paths/*/evidence
#         - /facts/iam.escalation/account/paths/*/text
#         - /facts/iam.escalation_any/account/paths/*/evidence
#         - /facts/iam.escalation_any/account/paths/*/text
#         - /facts/iam.escalation_any_scp/organization/paths/*/evidence
#         - /facts/iam.escalation_any_scp/organization/paths/*/text
#         - /facts/iam.escalation_scp/organization/paths/*/evidence
#         - /facts/iam.escalation_scp/organization/paths/*/text
#     AWS::IAM::Role:
#       seeks:
#         - /facts/iam.escalation/account/paths/*/evidence
#         - /facts/iam.escalation/account/paths/*/text
#         - /facts/iam.escalation_any/account/paths/*/evidence
#         - /facts/iam.escalation_any/account/paths/*/text
#         - /facts/iam.escalation_any_scp/organization/paths/*/evidence
#         - /facts/iam.escalation_any_scp/organization/paths/*/text
#         - /facts/iam.escalation_scp/organization/paths/*/evidence
#         - /facts/iam.escalation_scp/organization/paths/*/text
#     AWS::IAM::User:
#       seeks:
#         - /facts/iam.escalation/account/paths/*/evidence
#         - /facts/iam.escalation/account/paths/*/text
#         - /facts/iam.escalation_any/account/paths/*/evidence
#         - /facts/iam.escalation_any/account/paths/*/text
#         - /facts/iam.escalation_any_scp/organization/paths/*/evidence
#         - /facts/iam.escalation_any_scp/organization/paths/*/text
#         - /facts/iam.escalation_scp/organization/paths/*/evidence
#         - /facts/iam.escalation_scp/organization/paths/*/text
#   parameters:
#     scp:
#       type: string
#       default: ignore
#       values: [ignore, weigh]
#       description: Whether service control policies above the account can end a way.
#     target:
#       type: string
#       default: admin
#       values: [admin, any]
#       description: Where a way must not lead, to an administrator or to anybody who may do more.
#     paths_version:
#       type: string
#       default: pinned
#       values: [pinned, "2025-12"]
#       description: The release of the library of methods; pinned is the one that this version holds.
#   lint:
#     parameters-read: the values of paths_version say what is in the table of methods; no other is accepted
#   controls: {}
#   remediation:
#     text: |
#       Take the action that the finding names away, or name the resources that it is for instead of "*". Give whoever
#       must create roles a permissions boundary, and demand that boundary of the roles with iam:PermissionsBoundary.
#     cli: aws iam simulate-principal-policy --policy-source-arn ARN --action-names iam:PassRole iam:PutRolePolicy
package policy.iam_principal_no_privilege_escalation

import data.lib.deny

deny contains deny.with_evidence(deny.found(who, path, message("administration", way)), evidence) if {
	input.parameters.iam_principal_no_privilege_escalation.scp == "ignore"
	input.parameters.iam_principal_no_privilege_escalation.target == "admin"
	some who in principals
	some i, way in who.facts["iam.escalation"].account.paths
	path := ["facts", "iam.escalation", "account", "paths", i]
	evidence := way.evidence
}

deny contains deny.with_evidence(deny.found(who, path, message("more rights", way)), evidence) if {
	input.parameters.iam_principal_no_privilege_escalation.scp == "ignore"
	input.parameters.iam_principal_no_privilege_escalation.target == "any"
	some who in principals
	some i, way in who.facts["iam.escalation_any"].account.paths
	path := ["facts", "iam.escalation_any", "account", "paths", i]
	evidence := way.evidence
}

deny contains deny.with_evidence(deny.found(who, path, message("administration", way)), evidence) if {
	input.parameters.iam_principal_no_privilege_escalation.scp == "weigh"
	input.parameters.iam_principal_no_privilege_escalation.target == "admin"
	some who in principals
	some i, way in who.facts["iam.escalation_scp"].organization.paths
	path := ["facts", "iam.escalation_scp", "organization", "paths", i]
	evidence := way.evidence
}

deny contains deny.with_evidence(deny.found(who, path, message("more rights", way)), evidence) if {
	input.parameters.iam_principal_no_privilege_escalation.scp == "weigh"
	input.parameters.iam_principal_no_privilege_escalation.target == "any"
	some who in principals
	some i, way in who.facts["iam.escalation_any_scp"].organization.paths
	path := ["facts", "iam.escalation_any_scp", "organization", "paths", i]
	evidence := way.evidence
}

principals contains user if some user in input.resources["AWS::IAM::User"]

principals contains role if some role in input.resources["AWS::IAM::Role"]

principals contains group if some group in input.resources["AWS::IAM::Group"]

message(to, way) := sprintf("a way to %s: %s", [to, way.text]) if is_string(way.text)
