package policy.iam_principal_no_privilege_escalation_test

import data.policy.iam_principal_no_privilege_escalation as policy

path := {"length": 1, "text": "iam-007 (iam:PutUserPolicy) on bob", "evidence": {"id": "x", "pointer": "/Policies/0"}}

types := {"AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::User"}

facts := {
	"iam.escalation": {"account": {"paths": [path]}},
	"iam.escalation_any": {"account": {"paths": [path]}},
	"iam.escalation_scp": {"organization": {"paths": [path]}},
	"iam.escalation_any_scp": {"organization": {"paths": [path]}},
}

# what is asked for, and the fact that answers it
asked := [
	["ignore", "admin", "iam.escalation"],
	["ignore", "any", "iam.escalation_any"],
	["weigh", "admin", "iam.escalation_scp"],
	["weigh", "any", "iam.escalation_any_scp"],
]

denials(type, shown, scp, target) := result if {
	subject := {"type": type, "id": "x", "properties": {}, "facts": shown}
	parameters := {"iam_principal_no_privilege_escalation": {"scp": scp, "target": target}}
	result := policy.deny with input as {"resources": {type: [subject]}, "parameters": parameters}
}

test_the_path_of_the_fact_that_was_asked_for_is_found if {
	every row in asked {
		every type in types {
			some denial in denials(type, facts, row[0], row[1])
			[denial.kind, denial.type, denial.evidence] == ["found", type, path.evidence]
			denial.path[1] == row[2]
			count(denials(type, facts, row[0], row[1])) == 1
		}
	}
}

test_no_path_is_no_denial if {
	every row in asked {
		every type in types {
			denials(type, object.remove(facts, {row[2]}), row[0], row[1]) == set()
		}
	}
}
