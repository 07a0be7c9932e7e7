# METADATA
# title: The root user has an MFA device
# description: |
#   The root user of the account has at least one MFA device of any kind, unless it has no password: then nobody can
#   sign in as root, as in a member account whose root credentials were removed centrally. A root access key is
#   the question of iam-root-access-key-absent and changes nothing here. The account summary counts virtual and hardware
#   devices alike; their kind is another policy's question.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html
#   - https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
# custom:
#   id: iam-root-mfa-enabled
#   severity: critical
#   function: prevent
#   stage: reactive
#   subject: Auditor::IAM::Account
#   scope: account
#   applies: live
#   reads:
#     Auditor::IAM::Account:
#       needs: [/AccountMFAEnabled, /AccountPasswordPresent]
#   controls:
#     cis_aws_7_0: ["2.5"]
#     cis_aws_6_0: ["2.4"]
#   remediation:
#     text: |
#       Sign in as root and register a passkey, a security key or another MFA device, better two; in member accounts
#       remove the root credentials centrally instead.
#     cli: aws iam enable-organizations-root-credentials-management
package policy.iam_root_mfa_enabled

import data.lib.deny

deny contains deny.missing(account, ["AccountMFAEnabled"], "the root user can sign in without an MFA device") if {
	some account in input.resources["Auditor::IAM::Account"]
	not account.properties.AccountMFAEnabled == 1
	not account.properties.AccountPasswordPresent == 0
}
