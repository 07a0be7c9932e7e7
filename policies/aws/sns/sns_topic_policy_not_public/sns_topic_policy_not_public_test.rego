package policy.sns_topic_policy_not_public_test

import data.policy.sns_topic_policy_not_public as policy

statement := {"evidence": {"id": "p", "pointer": "/PolicyDocument/Statement/0"}, "why": "everyone is a principal"}

topic(name) := {"type": "AWS::SNS::Topic", "id": name, "arn": concat(":", ["arn", name]), "properties": {}}

denials(arns, public) := result if {
	result := policy.deny with input as {"resources": {
		"AWS::SNS::Topic": [topic("a"), topic("b")],
		"AWS::SNS::TopicPolicy": [{
			"type": "AWS::SNS::TopicPolicy",
			"id": "p",
			"properties": {"Topics": arns},
			"facts": {"iam.public": {"statements": {"public": public}}},
		}],
	}}
}

test_each_topic_of_a_public_policy_is_denied if {
	{denial.id | some denial in denials(["arn:a"], [statement])} == {"a"}
	{denial.id | some denial in denials(["arn:a", "arn:b"], [statement])} == {"a", "b"}
}

test_the_statement_is_the_evidence if {
	{denial.evidence | some denial in denials(["arn:a"], [statement])} == {statement.evidence}
}

test_no_public_statement_no_denial if denials(["arn:a", "arn:b"], []) == set()

test_a_policy_of_another_topic_denies_nothing if denials(["arn:c"], [statement]) == set()
