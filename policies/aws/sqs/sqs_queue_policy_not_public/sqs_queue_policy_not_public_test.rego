package policy.sqs_queue_policy_not_public_test

import data.policy.sqs_queue_policy_not_public as policy

statement := {"evidence": {"id": "p", "pointer": "/PolicyDocument/Statement/0"}, "why": "everyone is a principal"}

queue(name) := {"type": "AWS::SQS::Queue", "id": name, "name": concat("/", ["https:", name]), "properties": {}}

denials(urls, public) := result if {
	result := policy.deny with input as {"resources": {
		"AWS::SQS::Queue": [queue("a"), queue("b")],
		"AWS::SQS::QueuePolicy": [{
			"type": "AWS::SQS::QueuePolicy",
			"id": "p",
			"properties": {"Queues": urls},
			"facts": {"iam.public": {"statements": {"public": public}}},
		}],
	}}
}

test_each_queue_of_a_public_policy_is_denied if {
	{denial.id | some denial in denials(["https:/a"], [statement])} == {"a"}
	{denial.id | some denial in denials(["https:/a", "https:/b"], [statement])} == {"a", "b"}
}

test_the_statement_is_the_evidence if {
	{denial.evidence | some denial in denials(["https:/a"], [statement])} == {statement.evidence}
}

test_no_public_statement_no_denial if denials(["https:/a"], []) == set()

test_a_policy_of_another_queue_denies_nothing if denials(["https:/c"], [statement]) == set()
