package policy.account_security_contact_registered_test

import data.policy.account_security_contact_registered as policy

denied(properties) := {denial.path[1] | some denial in denials} if {
	denials := policy.deny with input as {"resources": {"Auditor::Account::Contacts": [{
		"type": "Auditor::Account::Contacts",
		"id": "c",
		"properties": properties,
	}]}}
}

whole := {"Name": "h1", "EmailAddress": "h2", "PhoneNumber": "h3"}

test_a_whole_contact_is_enough if denied({"Security": whole}) == set()

test_what_lacks_is_named if {
	denied({"Security": object.remove(whole, ["PhoneNumber"])}) == {"PhoneNumber"}
	denied({}) == object.keys(whole)
	denied({"Billing": whole}) == object.keys(whole)
}
