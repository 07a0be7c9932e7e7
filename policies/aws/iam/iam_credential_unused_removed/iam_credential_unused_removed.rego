# METADATA
# title: Credentials of IAM users that are not used are removed
# description: |
#   Each enabled password and each active access key of an IAM user was used less than `max_days` days before the
#   snapshot. Password and the two keys are judged one by one, so a busy key does not excuse an idle password.
#
#   The date of the last use decides where there is one, even if the password was changed since. A password that was
#   never used counts from its last change, a key from its creation or last activation. The row <root_account> of the
#   credential report is left out. AWS reports the last use with a delay of up to four hours.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_finding-unused.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
# custom:
#   id: iam-credential-unused-removed
#   severity: medium
#   function: prevent
#   stage: reactive
#   subject: Auditor::IAM::CredentialReportEntry
#   scope: account
#   applies: live
#   reads:
#     Auditor::IAM::CredentialReportEntry:
#       needs: [/AccessKey1LastUsedDate, /AccessKey2LastUsedDate, /PasswordLastUsed, /User]
#       seeks:
#         - /AccessKey1Active
#         - /AccessKey1LastRotated
#         - /AccessKey1LastUsedDate
#         - /AccessKey2Active
#         - /AccessKey2LastRotated
#         - /AccessKey2LastUsedDate
#         - /PasswordEnabled
#         - /PasswordLastChanged
#         - /PasswordLastUsed
#   parameters:
#     max_days:
#       type: integer
#       default: 45
#       minimum: 1
#       description: So many days without use make a credential idle.
#   controls:
#     cis_aws_7_0: ["2.11"]
#     cis_aws_6_0: ["2.11"]
#     fsbp: [IAM.8]
#   remediation:
#     text: |
#       Delete the password (login profile) or make the key inactive, wait for complaints, then delete the key. Delete
#       the user if nothing is left of it.
#     cli: |
#       aws iam delete-login-profile --user-name NAME
#       aws iam update-access-key --user-name NAME --access-key-id KEY --status Inactive
package policy.iam_credential_unused_removed

import data.lib.date
import data.lib.deny

deny contains deny.missing(entry, ["PasswordLastUsed"], message) if {
	some entry in input.resources["Auditor::IAM::CredentialReportEntry"]
	entry.properties.PasswordEnabled == true
	days := idle(entry, "PasswordLastUsed", "PasswordLastChanged")
	days >= max_days
	not is_root(entry)
	message := sprintf("the password is enabled and was not used for %v days", [floor(days)])
}

deny contains deny.missing(entry, ["AccessKey1LastUsedDate"], message) if {
	some entry in input.resources["Auditor::IAM::CredentialReportEntry"]
	entry.properties.AccessKey1Active == true
	days := idle(entry, "AccessKey1LastUsedDate", "AccessKey1LastRotated")
	days >= max_days
	not is_root(entry)
	message := sprintf("access key 1 is active and was not used for %v days", [floor(days)])
}

deny contains deny.missing(entry, ["AccessKey2LastUsedDate"], message) if {
	some entry in input.resources["Auditor::IAM::CredentialReportEntry"]
	entry.properties.AccessKey2Active == true
	days := idle(entry, "AccessKey2LastUsedDate", "AccessKey2LastRotated")
	days >= max_days
	not is_root(entry)
	message := sprintf("access key 2 is active and was not used for %v days", [floor(days)])
}

# days since the last use, or since there is something to use
idle(entry, used, _) := date.days_since(entry, used)

idle(entry, used, since) := date.days_since(entry, since) if not date.is_known(entry, used)

is_root(entry) if entry.properties.User == "<root_account>"

max_days := input.parameters.iam_credential_unused_removed.max_days
