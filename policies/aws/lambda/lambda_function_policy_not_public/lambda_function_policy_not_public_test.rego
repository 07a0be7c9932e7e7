package policy.lambda_function_policy_not_public_test

import data.policy.lambda_function_policy_not_public as policy

statement := {"evidence": {"id": "p", "pointer": ""}, "why": "everyone is a principal"}

denials(public) := result if {
	result := policy.deny with input as {"resources": {"AWS::Lambda::Function": [{
		"type": "AWS::Lambda::Function",
		"id": "f",
		"properties": {},
		"facts": {"lambda.public": {"public": public}},
	}]}}
}

test_a_public_permission_is_found_at_its_place if {
	some denial in denials([statement])
	denial.kind == "found"
	denial.path == ["facts", "lambda.public", "public", 0]
	denial.evidence == statement.evidence
}

test_no_public_permission_no_denial if denials([]) == set()
