package policy.secrets_not_in_plaintext_test

import data.policy.secrets_not_in_plaintext as policy

finding := {
	"evidence": {"id": "x", "pointer": "/Environment/Variables/KEY"},
	"kind": "AWS access key id",
	"confidence": "high",
}

denials(type, findings) := result if {
	result := policy.deny with input as {"resources": {type: [{
		"type": type,
		"id": "x",
		"properties": {},
		"facts": {"secret.scan": {"findings": findings}},
	}]}}
}

types := {
	"AWS::AutoScaling::LaunchConfiguration",
	"AWS::CodeBuild::Project",
	"AWS::EC2::Instance",
	"AWS::EC2::LaunchTemplate",
	"AWS::ECS::TaskDefinition",
	"AWS::Lambda::Function",
	"AWS::Serverless::Function",
}

test_a_finding_is_shown_at_its_place if {
	places := {[type, denial.evidence] | some type in types; some denial in denials(type, [finding])}
	places == {[type, finding.evidence] | some type in types}
}

test_no_finding_no_denial if {
	{type | some type in types; denials(type, []) == set()} == types
}
