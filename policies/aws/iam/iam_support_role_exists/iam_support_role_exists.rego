# METADATA
# title: A role for AWS Support exists
# description: |
#   At least one role that people can take lets them manage cases with AWS Support. Its trust names a person or an
#   identity provider (an AWS or federated principal, not only a service), and it carries AWSSupportAccess, or another
#   policy that allows support:* on all resources and is not full administration; SupportUser and PowerUserAccess of AWS
#   are such policies. AWSSupportAccess on a user or a group only does not satisfy, because in an incident somebody else
#   must be able to call, and neither does the service-linked role of AWS Support.
#
#   Who should be able to take the role cannot be seen.
# related_resources:
#   - https://docs.aws.amazon.com/awssupport/latest/user/accessing-support.html
#   - https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSSupportAccess.html
# custom:
#   id: iam-support-role-exists
#   severity: low
#   function: respond
#   stage: reactive
#   subject: Auditor::Account::Account
#   scope: account
#   applies: live
#   reads:
#     AWS::IAM::Role:
#       needs: [/facts/iam.support/carries]
#   controls:
#     cis_aws_7_0: ["2.15"]
#     cis_aws_6_0: ["2.16"]
#   remediation:
#     text: |
#       Make a role, or a permission set in IAM Identity Center, with AWSSupportAccess that those who handle incidents
#       can take.
#     cli: aws iam attach-role-policy --role-name NAME --policy-arn arn:aws:iam::aws:policy/AWSSupportAccess
package policy.iam_support_role_exists

import data.lib.deny

deny contains deny.missing(account, [], "no role that people can take allows them to work with AWS Support") if {
	some account in input.resources["Auditor::Account::Account"]
	not has_support_role(account)
}

has_support_role(account) if supported_accounts[account.account]

supported_accounts := {role.account |
	some role in input.resources["AWS::IAM::Role"]
	role.facts["iam.support"].carries
}
