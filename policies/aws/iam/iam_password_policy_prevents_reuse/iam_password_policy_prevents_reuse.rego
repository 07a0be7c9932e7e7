# METADATA
# title: The account's password policy prevents the reuse of passwords
# description: |
#   The account has a password policy of its own, and it remembers at least `remember` previous passwords of each user;
#   24 is the most that IAM can remember. Where the number is left out there is no history and every old password may
#   come back, as in an account that never set a policy.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
#   - https://docs.aws.amazon.com/IAM/latest/APIReference/API_PasswordPolicy.html
# custom:
#   id: iam-password-policy-prevents-reuse
#   severity: low
#   function: prevent
#   stage: reactive
#   subject: Auditor::IAM::PasswordPolicy
#   scope: account
#   applies: live
#   reads:
#     Auditor::IAM::PasswordPolicy:
#       needs: [/PasswordReusePrevention]
#   parameters:
#     remember:
#       type: integer
#       default: 24
#       minimum: 1
#       maximum: 24
#       description: How many previous passwords must be remembered.
#   controls:
#     cis_aws_7_0: ["2.9"]
#     cis_aws_6_0: ["2.8"]
#   remediation:
#     text: |
#       Set password reuse prevention to 24. The call replaces the whole policy, so name the other settings too.
#     cli: aws iam update-account-password-policy --minimum-password-length 14 --password-reuse-prevention 24
package policy.iam_password_policy_prevents_reuse

import data.lib.deny

deny contains deny.absent(policy, ["PasswordReusePrevention"], message) if {
	some policy in input.resources["Auditor::IAM::PasswordPolicy"]
	not prevents_reuse(policy)
	message := sprintf("the account has no password policy that remembers %d passwords", [remember])
}

prevents_reuse(policy) if policy.properties.PasswordReusePrevention >= remember

remember := input.parameters.iam_password_policy_prevents_reuse.remember
