package policy.iam_server_certificate_not_expired_test

import data.policy.iam_server_certificate_not_expired as policy

messages(expiration, warn_days) := {denial.message | some denial in denials} if {
	denials := policy.deny with input as {
		"taken_at": "2026-11-22T00:00:00Z",
		"parameters": {"iam_server_certificate_not_expired": {"warn_days": warn_days}},
		"resources": {"Auditor::IAM::ServerCertificateStatus": [{
			"type": "Auditor::IAM::ServerCertificateStatus",
			"id": "c",
			"properties": {"Expiration": expiration},
		}]},
	}
}

test_an_expired_certificate_is_denied if {
	messages("2026-11-20T00:00:00Z", 0) == {"the certificate expired 2 days ago"}
}

test_one_that_will_expire_passes_unless_it_is_soon if {
	messages("2026-11-24T00:00:00Z", 0) == set()
	messages("2026-11-24T00:00:00Z", 30) == {"the certificate expires in 2 days"}
	messages("2027-11-24T00:00:00Z", 30) == set()
}
