package policy.iam_support_role_exists_test

import data.policy.iam_support_role_exists as policy

account := {"type": "Auditor::Account::Account", "id": "a", "account": "111122223333", "properties": {}}

role(owner, carries) := {
	"type": "AWS::IAM::Role",
	"id": "r",
	"account": owner,
	"properties": {},
	"facts": {"iam.support": {"carries": carries}},
}

denials(roles) := result if {
	result := policy.deny with input as {"resources": {"Auditor::Account::Account": [account], "AWS::IAM::Role": roles}}
}

test_one_role_is_enough if {
	denials([role("111122223333", false), role("111122223333", true)]) == set()
}

test_none_is_denied if {
	{denial.path | some denial in denials([])} == {[]}
	count(denials([role("111122223333", false)])) == 1
}

test_the_role_of_another_account_does_not_count if count(denials([role("444455556666", true)])) == 1
