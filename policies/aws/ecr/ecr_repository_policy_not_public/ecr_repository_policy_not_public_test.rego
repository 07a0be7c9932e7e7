package policy.ecr_repository_policy_not_public_test

import data.policy.ecr_repository_policy_not_public as policy

statement := {"evidence": {"id": "r", "pointer": "/RepositoryPolicyText/Statement/0"}, "why": "everyone is a principal"}

denials(public) := result if {
	result := policy.deny with input as {"resources": {"AWS::ECR::Repository": [{
		"type": "AWS::ECR::Repository",
		"id": "r",
		"properties": {},
		"facts": {"iam.public": {"statements": {"public": public}}},
	}]}}
}

test_a_public_statement_is_found_at_its_place if {
	some denial in denials([statement])
	denial.kind == "found"
	denial.path == ["facts", "iam.public", "statements", "public", 0]
	denial.evidence == statement.evidence
}

test_no_public_statement_no_denial if denials([]) == set()
