# METADATA
# title: No server certificate in IAM has expired
# description: |
#   No server certificate that is stored in IAM is past its expiry at the moment of the snapshot, or will be within
#   `warn_days` days; with the default 0 only expired ones fail. A certificate that is attached to nothing counts too:
#   a listener may get it by mistake, and clients would then refuse the connection.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_server-certs.html
#   - https://docs.aws.amazon.com/IAM/latest/APIReference/API_ServerCertificateMetadata.html
# custom:
#   id: iam-server-certificate-not-expired
#   severity: medium
#   function: prevent
#   stage: reactive
#   subject: Auditor::IAM::ServerCertificateStatus
#   scope: account
#   applies: live
#   reads:
#     Auditor::IAM::ServerCertificateStatus:
#       seeks: [/Expiration]
#   parameters:
#     warn_days:
#       type: integer
#       default: 0
#       minimum: 0
#       description: A certificate that expires within so many days fails too.
#   controls:
#     cis_aws_7_0: ["2.17"]
#     cis_aws_6_0: ["2.18"]
#   remediation:
#     text: |
#       Move listeners to a certificate of AWS Certificate Manager, which renews itself, then delete the one in IAM.
#     cli: aws iam delete-server-certificate --server-certificate-name NAME
package policy.iam_server_certificate_not_expired

import data.lib.date
import data.lib.deny

deny contains deny.found(certificate, ["Expiration"], message) if {
	some certificate in input.resources["Auditor::IAM::ServerCertificateStatus"]
	days := date.days_since(certificate, "Expiration")
	days + input.parameters.iam_server_certificate_not_expired.warn_days > 0
	message := told(days)
}

told(days) := sprintf("the certificate expired %v days ago", [floor(days)]) if days > 0

told(days) := sprintf("the certificate expires in %v days", [floor(0 - days)]) if days <= 0
