# METADATA
# title: The account has a security contact
# description: |
#   The alternate contact of type SECURITY exists, with a name, a mail address and a phone number, so that a warning by
#   AWS about abuse or a leak reaches those who can act on it. It does not matter whether the account set it or the
#   management account did for it: the account's own answer holds both.
#
#   Whether the address is read and the number answered is not visible; only that the values are there is looked at.
# related_resources:
#   - https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-contact-alternate.html
#   - https://docs.aws.amazon.com/accounts/latest/APIReference/API_GetAlternateContact.html
# custom:
#   id: account-security-contact-registered
#   severity: medium
#   function: respond
#   stage: reactive
#   subject: Auditor::Account::Contacts
#   scope: account
#   applies: live
#   reads:
#     Auditor::Account::Contacts:
#       needs: [/Security/*]
#   controls:
#     cis_aws_7_0: ["2.3"]
#     cis_aws_6_0: ["2.2"]
#     fsbp: [Account.1]
#   remediation:
#     text: |
#       Register a mailbox that a team reads and a number that it answers, not one person's. In an organization the
#       management account can do it for all accounts.
#     cli: |
#       aws account put-alternate-contact --alternate-contact-type SECURITY --name NAME --title TITLE
#       --email-address ADDRESS --phone-number NUMBER
package policy.account_security_contact_registered

import data.lib.deny

deny contains deny.absent(contacts, ["Security", field], message) if {
	some contacts in input.resources["Auditor::Account::Contacts"]
	some field, called in {"Name": "a name", "EmailAddress": "a mail address", "PhoneNumber": "a phone number"}
	not contacts.properties.Security[field]
	message := sprintf("the account has no security contact with %s", [called])
}
