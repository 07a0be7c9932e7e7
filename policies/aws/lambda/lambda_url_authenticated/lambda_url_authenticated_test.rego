package policy.lambda_url_authenticated_test

import data.policy.lambda_url_authenticated as policy

arn := "arn:aws:lambda:eu-west-1:111122223333:function:app"

denials(type, target, listed) := result if {
	result := policy.deny with input as {
		"resources": {"AWS::Lambda::Url": [{
			"type": "AWS::Lambda::Url",
			"id": "u",
			"properties": {"AuthType": type, "TargetFunctionArn": target},
		}]},
		"parameters": {"lambda_url_authenticated": {"public_functions": listed}},
	}
}

test_the_type_decides if {
	denials("AWS_IAM", arn, []) == set()
	{denial.path | some denial in denials("NONE", arn, [])} == {["AuthType"]}
}

spellings := {"app", "app:prod", arn, concat(":", [arn, "7"]), "111122223333:function:app"}

test_a_listed_function_may_be_public_however_it_is_spelled if {
	{listed | some listed in spellings; denials("NONE", arn, [listed]) == set()} == spellings
	{target | some target in spellings; denials("NONE", target, [arn]) == set()} == spellings
}

test_another_function_is_not_listed if {
	count(denials("NONE", arn, ["other"])) == 1
	count(denials("NONE", arn, ["pp"])) == 1
	count(denials("NONE", arn, ["arn:aws:lambda:eu-west-1:444455556666:function:app"])) == 1
	count(denials("NONE", "app", ["arn:aws:lambda:eu-west-1:111122223333:function:other"])) == 1
}
