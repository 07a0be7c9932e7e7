# METADATA
# title: Active access keys of IAM users are rotated
# description: |
#   Every active access key of an IAM user was created, or last activated, at most `max_days` days before the snapshot,
#   whether or not it was used since. Each of the two keys counts on its own. Inactive keys do not count. The row
#   <root_account> of the credential report belongs to iam-root-access-key-absent.
#
#   The date is access_key_n_last_rotated of the report, which is the day of the switch where a key was switched off
#   and on again. The report can be up to four hours old.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
# custom:
#   id: iam-access-key-rotated
#   severity: medium
#   function: prevent
#   stage: reactive
#   subject: Auditor::IAM::CredentialReportEntry
#   scope: account
#   applies: live
#   reads:
#     Auditor::IAM::CredentialReportEntry:
#       needs: [/User]
#       seeks: [/AccessKey1Active, /AccessKey1LastRotated, /AccessKey2Active, /AccessKey2LastRotated]
#   parameters:
#     max_days:
#       type: integer
#       default: 90
#       minimum: 1
#       description: The greatest age of an active key in days.
#   controls:
#     cis_aws_7_0: ["2.12"]
#     cis_aws_6_0: ["2.13"]
#     fsbp: [IAM.3]
#   remediation:
#     text: |
#       Better than a new key is none: let workloads take a role, and people IAM Identity Center. Where a key must stay,
#       create a second one, move its users over, make the old one inactive, and delete it when nothing broke.
#     cli: aws iam update-access-key --user-name NAME --access-key-id KEY --status Inactive
package policy.iam_access_key_rotated

import data.lib.date
import data.lib.deny

deny contains deny.missing(entry, ["AccessKey1LastRotated"], message) if {
	some entry in input.resources["Auditor::IAM::CredentialReportEntry"]
	entry.properties.AccessKey1Active == true
	age := date.days_since(entry, "AccessKey1LastRotated")
	age > input.parameters.iam_access_key_rotated.max_days
	not is_root(entry)
	message := sprintf("access key 1 is active and %v days old", [floor(age)])
}

deny contains deny.missing(entry, ["AccessKey2LastRotated"], message) if {
	some entry in input.resources["Auditor::IAM::CredentialReportEntry"]
	entry.properties.AccessKey2Active == true
	age := date.days_since(entry, "AccessKey2LastRotated")
	age > input.parameters.iam_access_key_rotated.max_days
	not is_root(entry)
	message := sprintf("access key 2 is active and %v days old", [floor(age)])
}

is_root(entry) if entry.properties.User == "<root_account>"
