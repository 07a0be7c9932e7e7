package policy.rds_instance_not_public_test

import data.policy.rds_instance_not_public as policy

denied(type, properties) := {denial.path | some denial in denials} if {
	denials := policy.deny with input as {"resources": {type: [{"type": type, "id": "db", "properties": properties}]}}
}

types := {"AWS::RDS::DBInstance", "AWS::RDS::DBCluster"}

test_the_flag_alone_decides if {
	{type | some type in types; denied(type, {"PubliclyAccessible": true}) == {["PubliclyAccessible"]}} == types
	{type | some type in types; denied(type, {"PubliclyAccessible": false}) == set()} == types
	{type | some type in types; denied(type, {}) == set()} == types
}
