# METADATA
# title: The root user has no access key
# description: |
#   The root user of the account owns no access key, active or inactive: AccountAccessKeysPresent of the account summary
#   is 0. The credential report is no source for this, because it shows an inactive root key as no key; so the verdict
#   does not depend on whether the report could be read.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html
#   - https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
# custom:
#   id: iam-root-access-key-absent
#   severity: critical
#   function: prevent
#   stage: reactive
#   subject: Auditor::IAM::Account
#   scope: account
#   applies: live
#   reads:
#     Auditor::IAM::Account:
#       seeks: [/AccountAccessKeysPresent]
#   controls:
#     cis_aws_7_0: ["2.4"]
#     cis_aws_6_0: ["2.3"]
#     fsbp: [IAM.4]
#   remediation:
#     text: |
#       Sign in as root and delete its keys, or remove the root credentials of member accounts centrally from the
#       management account. Give whatever used the key a role.
#     cli: aws iam delete-access-key --access-key-id KEY
package policy.iam_root_access_key_absent

import data.lib.deny

deny contains deny.found(account, ["AccountAccessKeysPresent"], "the root user has an access key") if {
	some account in input.resources["Auditor::IAM::Account"]
	account.properties.AccountAccessKeysPresent > 0
}
