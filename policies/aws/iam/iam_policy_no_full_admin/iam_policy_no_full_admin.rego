# METADATA
# title: No IAM policy grants full administration
# description: |
#   No customer managed policy (its default version, attached or not) and no inline policy allows every action on every
#   resource, and no user, role or group carries the AWS managed policy AdministratorAccess. All Allow statements of a
#   document are judged together, and all spellings count: "*:*", "?*", actions split over statements, an Allow with
#   NotAction that leaves the actions of iam in, resources made of wildcards only. Deny statements and conditions do
#   not change the verdict, because either can be taken away by whoever holds the rest.
#
#   Every other AWS managed policy passes; a permissions boundary grants nothing and passes. Principals whose name
#   matches `approved_admins` may hold inline and AWS managed grants. Rights that only lead to administration (iam:* on
#   everything) are another policy's question.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html
# custom:
#   id: iam-policy-no-full-admin
#   severity: critical
#   function: prevent
#   stage: reactive
#   subject: [AWS::IAM::ManagedPolicy, AWS::IAM::Role, AWS::IAM::User, AWS::IAM::Group]
#   scope: account
#   applies: both
#   reads:
#     AWS::IAM::Group:
#       needs: [/GroupName]
#       seeks: [/facts/iam.full_admin/grants/*/evidence, /facts/iam.full_admin/grants/*/reason]
#     AWS::IAM::ManagedPolicy:
#       seeks: [/facts/iam.full_admin/grants/*/evidence, /facts/iam.full_admin/grants/*/reason]
#     AWS::IAM::Role:
#       needs: [/RoleName]
#       seeks: [/facts/iam.full_admin/grants/*/evidence, /facts/iam.full_admin/grants/*/reason]
#     AWS::IAM::User:
#       needs: [/UserName]
#       seeks: [/facts/iam.full_admin/grants/*/evidence, /facts/iam.full_admin/grants/*/reason]
#   parameters:
#     approved_admins:
#       type: array
#       default: ["AWSReservedSSO_*", OrganizationAccountAccessRole]
#       description: Names of the users, roles and groups that may administer, with * for any text.
#   controls:
#     cis_aws_7_0: ["2.14"]
#     cis_aws_6_0: ["2.15"]
#     fsbp: [IAM.1]
#   remediation:
#     text: |
#       Replace the statement by the actions and resources that are used; IAM Access Analyzer can generate such a
#       policy from CloudTrail. Keep administration with a few named principals behind single sign-on.
#     cli: aws accessanalyzer start-policy-generation --policy-generation-details principalArn=ARN
package policy.iam_policy_no_full_admin

import data.lib.deny

deny contains deny.with_evidence(deny.found(policy, path, message(grant)), grant.evidence) if {
	some policy in input.resources["AWS::IAM::ManagedPolicy"]
	some i, grant in policy.facts["iam.full_admin"].grants
	path := ["facts", "iam.full_admin", "grants", i]
}

deny contains deny.with_evidence(deny.missing(role, path, message(grant)), grant.evidence) if {
	some role in input.resources["AWS::IAM::Role"]
	some i, grant in role.facts["iam.full_admin"].grants
	not is_approved_role(role)
	path := ["facts", "iam.full_admin", "grants", i]
}

deny contains deny.with_evidence(deny.missing(user, path, message(grant)), grant.evidence) if {
	some user in input.resources["AWS::IAM::User"]
	some i, grant in user.facts["iam.full_admin"].grants
	not is_approved_user(user)
	path := ["facts", "iam.full_admin", "grants", i]
}

deny contains deny.with_evidence(deny.missing(group, path, message(grant)), grant.evidence) if {
	some group in input.resources["AWS::IAM::Group"]
	some i, grant in group.facts["iam.full_admin"].grants
	not is_approved_group(group)
	path := ["facts", "iam.full_admin", "grants", i]
}

message(grant) := sprintf("full administration: %s", [grant.reason]) if is_string(grant.reason)

is_approved_role(role) if matches_approved(role.properties.RoleName)

is_approved_user(user) if matches_approved(user.properties.UserName)

is_approved_group(group) if matches_approved(group.properties.GroupName)

matches_approved(name) if {
	is_string(name)
	some pattern in input.parameters.iam_policy_no_full_admin.approved_admins
	glob.match(pattern, null, name)
}
