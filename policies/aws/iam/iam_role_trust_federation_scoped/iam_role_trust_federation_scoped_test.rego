package policy.iam_role_trust_federation_scoped_test

import data.policy.iam_role_trust_federation_scoped as policy

trusted := {
	"evidence": {"id": "r", "pointer": "/AssumeRolePolicyDocument/Statement/0/Principal/Federated"},
	"issuer": "token.actions.githubusercontent.com",
	"claim": "sub",
	"why": "no condition on sub fixes the owner and repository",
}

denials(federation, issuers) := result if {
	result := policy.deny with input as {
		"resources": {"AWS::IAM::Role": [{
			"type": "AWS::IAM::Role",
			"id": "r",
			"properties": {},
			"facts": {"iam.trust": {"federation": federation}},
		}]},
		"parameters": {"iam_role_trust_federation_scoped": {"shared_issuers": issuers}},
	}
}

test_what_is_not_pinned_is_found_at_its_place if {
	some denial in denials({"unpinned": [trusted], "no_audience": []}, ["*"])
	denial.kind == "found"
	denial.path == ["facts", "iam.trust", "federation", "unpinned", 0]
	denial.evidence == trusted.evidence
}

test_a_missing_audience_is_found if {
	{denial.path[3] | some denial in denials({"unpinned": [], "no_audience": [trusted]}, ["*"])} == {"no_audience"}
}

test_only_the_issuers_meant_are_judged if {
	denials({"unpinned": [trusted], "no_audience": [trusted]}, ["gitlab.com", "oidc.eks.*"]) == set()
	count(denials({"unpinned": [trusted], "no_audience": []}, ["*.githubusercontent.com"])) == 1
}

test_nothing_open_no_denial if denials({"unpinned": [], "no_audience": []}, ["*"]) == set()
