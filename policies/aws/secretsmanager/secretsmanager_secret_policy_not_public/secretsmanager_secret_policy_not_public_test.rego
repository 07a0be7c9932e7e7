package policy.secretsmanager_secret_policy_not_public_test

import data.policy.secretsmanager_secret_policy_not_public as policy

statement := {"evidence": {"id": "p", "pointer": "/ResourcePolicy/Statement/0"}, "why": "everyone is a principal"}

denials(owner, public) := result if {
	result := policy.deny with input as {"resources": {
		"AWS::SecretsManager::Secret": [{
			"type": "AWS::SecretsManager::Secret",
			"id": "s",
			"name": "arn:s",
			"properties": {},
		}],
		"AWS::SecretsManager::ResourcePolicy": [{
			"type": "AWS::SecretsManager::ResourcePolicy",
			"id": "p",
			"properties": {"SecretId": owner},
			"facts": {"iam.public": {"statements": {"public": public}}},
		}],
	}}
}

test_a_public_statement_is_found_with_its_place if {
	{denial.id | some denial in denials("arn:s", [statement])} == {"s"}
	{denial.evidence | some denial in denials("arn:s", [statement])} == {statement.evidence}
}

test_no_public_statement_no_denial if denials("arn:s", []) == set()

test_the_policy_of_another_secret_denies_nothing if denials("arn:t", [statement]) == set()
