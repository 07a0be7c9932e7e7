# METADATA
# title: IAM users with a password have an MFA device
# description: |
#   Every IAM user whose console password is enabled has an MFA device, virtual or hardware. A virtual device that
#   exists but is assigned to nobody does not count. `scope = all` extends the demand to users who only hold active
#   access keys. The row <root_account> of the credential report belongs to iam-root-mfa-enabled; a user made less than
#   four hours ago can be missing from the report.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
# custom:
#   id: iam-user-console-mfa-enabled
#   severity: high
#   function: prevent
#   stage: reactive
#   subject: Auditor::IAM::CredentialReportEntry
#   scope: account
#   applies: live
#   reads:
#     Auditor::IAM::CredentialReportEntry:
#       needs: [/MfaActive, /User]
#       seeks: [/AccessKey1Active, /AccessKey2Active, /PasswordEnabled]
#   parameters:
#     scope:
#       type: string
#       default: console
#       values: [console, all]
#       description: Whose MFA is demanded; users with a password, or users with active access keys too.
#   controls:
#     cis_aws_7_0: ["2.10"]
#     cis_aws_6_0: ["2.9"]
#     fsbp: [IAM.5]
#   remediation:
#     text: |
#       Let the user register a passkey or another MFA device, or delete the password and let people sign in through
#       IAM Identity Center. A policy that denies everything without aws:MultiFactorAuthPresent makes them do it.
#     cli: |
#       aws iam enable-mfa-device --user-name NAME --serial-number ARN --authentication-code1 CODE
#       --authentication-code2 CODE
package policy.iam_user_console_mfa_enabled

import data.lib.deny

deny contains deny.missing(entry, ["MfaActive"], message) if {
	some entry in input.resources["Auditor::IAM::CredentialReportEntry"]
	entry.properties.PasswordEnabled == true
	not entry.properties.MfaActive == true
	not is_root(entry)
	message := "the user can sign in with a password alone"
}

deny contains deny.missing(entry, ["MfaActive"], message) if {
	input.parameters.iam_user_console_mfa_enabled.scope == "all"
	some entry in input.resources["Auditor::IAM::CredentialReportEntry"]
	has_key(entry)
	not entry.properties.MfaActive == true
	not is_root(entry)
	message := "the user holds an active access key and has no MFA device"
}

has_key(entry) if entry.properties.AccessKey1Active == true

has_key(entry) if entry.properties.AccessKey2Active == true

is_root(entry) if entry.properties.User == "<root_account>"
