# METADATA
# title: The account's password policy demands long passwords
# description: |
#   The account has a password policy of its own, and it demands at least `min_length` characters. An account that never
#   set one runs on the default of the service, eight characters, and fails, also while it has no console user: the
#   next one would start with it.
#
#   IAM.7 of the AWS foundational practices asks for eight characters by default: `min_length = 8` is that.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
#   - https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html
# custom:
#   id: iam-password-policy-minimum-length
#   severity: medium
#   function: prevent
#   stage: reactive
#   subject: Auditor::IAM::PasswordPolicy
#   scope: account
#   applies: live
#   reads:
#     Auditor::IAM::PasswordPolicy:
#       needs: [/MinimumPasswordLength]
#   parameters:
#     min_length:
#       type: integer
#       default: 14
#       minimum: 6
#       maximum: 128
#       description: The least number of characters that the policy must demand.
#   controls:
#     cis_aws_7_0: ["2.8"]
#     cis_aws_6_0: ["2.7"]
#     fsbp: [IAM.7]
#   remediation:
#     text: |
#       Set a password policy with a minimum length of 14 or more. The call replaces the whole policy, so name the other
#       settings too. It binds at the next change of each password.
#     cli: aws iam update-account-password-policy --minimum-password-length 14 --password-reuse-prevention 24
package policy.iam_password_policy_minimum_length

import data.lib.deny

deny contains deny.absent(policy, ["MinimumPasswordLength"], message) if {
	some policy in input.resources["Auditor::IAM::PasswordPolicy"]
	not demands_length(policy)
	message := sprintf("the account has no password policy that demands %d characters", [min_length])
}

demands_length(policy) if policy.properties.MinimumPasswordLength >= min_length

min_length := input.parameters.iam_password_policy_minimum_length.min_length
