package policy.kms_key_policy_not_public_test

import data.policy.kms_key_policy_not_public as policy

statement := {"evidence": {"id": "k", "pointer": "/KeyPolicy/Statement/0"}, "why": "everyone is a principal"}

types := {"AWS::KMS::Key", "AWS::KMS::ReplicaKey"}

denials(type, public) := result if {
	result := policy.deny with input as {"resources": {type: [{
		"type": type,
		"id": "k",
		"properties": {},
		"facts": {"iam.public": {"statements": {"public": public}}},
	}]}}
}

test_a_public_statement_is_found_at_its_place if {
	places := {denial.evidence | some type in types; some denial in denials(type, [statement])}
	places == {statement.evidence}
	{denial.type | some type in types; some denial in denials(type, [statement])} == types
}

test_no_public_statement_no_denial if {
	{type | some type in types; denials(type, []) == set()} == types
}
