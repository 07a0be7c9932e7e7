package policy.accessanalyzer_external_access_enabled_test

import data.policy.accessanalyzer_external_access_enabled as policy

region(account, name) := {
	"type": "Auditor::Account::Region",
	"id": sprintf("%s/%s", [account, name]),
	"account": account,
	"name": name,
	"properties": {"RegionName": name},
}

analyzer(account, region, type) := {
	"account": account,
	"region": region,
	"arn": sprintf("arn:%s:%s:%s", [account, region, type]),
	"properties": {"Type": type},
}

denied(analyzers, status) := {denial.id | some denial in denials} if {
	denials := policy.deny with input as {"resources": {
		"Auditor::Account::Region": [region("1", "eu-west-1"), region("2", "eu-west-1"), region("1", "us-east-1")],
		"AWS::AccessAnalyzer::Analyzer": analyzers,
		"Auditor::AccessAnalyzer::AnalyzerStatus": [{"properties": {"Arn": analyzer.arn, "Status": status}} |
			some analyzer in analyzers
		],
	}}
}

everywhere := {"1/eu-west-1", "2/eu-west-1", "1/us-east-1"}

test_an_analyzer_of_the_account_covers_its_region if {
	denied([analyzer("1", "eu-west-1", "ACCOUNT")], "ACTIVE") == {"2/eu-west-1", "1/us-east-1"}
}

test_an_analyzer_of_the_organization_covers_every_account_in_the_region if {
	denied([analyzer("1", "eu-west-1", "ORGANIZATION")], "ACTIVE") == {"1/us-east-1"}
}

test_other_analyzers_and_states_do_not_count if {
	denied([analyzer("1", "eu-west-1", "ACCOUNT_UNUSED_ACCESS")], "ACTIVE") == everywhere
	denied([analyzer("1", "eu-west-1", "ORGANIZATION_INTERNAL_ACCESS")], "ACTIVE") == everywhere
	denied([analyzer("1", "eu-west-1", "ACCOUNT")], "CREATING") == everywhere
	denied([], "ACTIVE") == everywhere
}
