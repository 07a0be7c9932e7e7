# METADATA
# title: IAM users get their permissions through groups
# description: |
#   No user has inline policies or managed policies of its own; permissions come from the groups it is in. Attachments
#   that are declared from the policy's side (Users of a managed or an inline policy) count as the user's: a user that
#   the template names and does not declare is judged by what the template attaches to it. A permissions boundary grants
#   nothing and is ignored.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
# custom:
#   id: iam-user-permissions-through-groups
#   severity: low
#   function: prevent
#   stage: reactive
#   subject: AWS::IAM::User
#   scope: account
#   applies: both
#   reads:
#     AWS::IAM::User:
#       seeks: [/ManagedPolicyArns/*, /Policies/*]
#   controls:
#     cis_aws_7_0: ["2.13"]
#     cis_aws_6_0: ["2.14"]
#     fsbp: [IAM.2]
#   remediation:
#     text: |
#       Make a group for each job, attach the policies to it, add the user, then take the policies off the user. Better
#       still, give people roles through IAM Identity Center and delete the user.
#     properties:
#       Policies: []
#       ManagedPolicyArns: []
#     cli: |
#       aws iam add-user-to-group --user-name NAME --group-name GROUP
#       aws iam detach-user-policy --user-name NAME --policy-arn ARN
package policy.iam_user_permissions_through_groups

import data.lib.deny

deny contains deny.found(user, ["Policies", i], "the user has an inline policy of its own") if {
	some user in input.resources["AWS::IAM::User"]
	some i, _ in user.properties.Policies
}

deny contains deny.found(user, ["ManagedPolicyArns", i], "a managed policy is attached to the user itself") if {
	some user in input.resources["AWS::IAM::User"]
	some i, _ in user.properties.ManagedPolicyArns
}
