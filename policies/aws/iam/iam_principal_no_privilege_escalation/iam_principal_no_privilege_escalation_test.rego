package policy.iam_principal_no_privilege_escalation_test

import data.policy.iam_principal_no_privilege_escalation as policy

path := {"length": 1, "text": "iam-007 (iam:PutUserPolicy) on bob", "evidence": {"id": "x", "pointer": "/Policies/0"}}

types := {"AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::User"}

denials(type, facts) := result if {
	subject := {"type": type, "id": "x", "properties": {}, "facts": facts}
	result := policy.deny with input as {"resources": {type: [subject]}}
}

test_a_path_is_found if {
	found := {type: denials(type, {"iam.escalation": {"account": {"paths": [path]}}}) | some type in types}
	{denial.kind | some denial in found[_]} == {"found"}
	{denial.type | some denial in found[_]} == types
	{denial.evidence | some denial in found[_]} == {path.evidence}
}

test_no_path_is_no_denial if {
	{type | some type in types; denials(type, {"iam.escalation": {"account": {"paths": []}}}) == set()} == types
	{type | some type in types; denials(type, {}) == set()} == types
}
