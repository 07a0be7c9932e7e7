package policy.rds_minor_upgrade_automatic_test

import data.policy.rds_minor_upgrade_automatic as policy

denied(type, properties) := count(denials) if {
	denials := policy.deny with input as {"resources": {type: [{"type": type, "id": "d", "properties": properties}]}}
}

test_only_false_is_denied if {
	every type in ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"] {
		denied(type, {"Engine": "mysql", "AutoMinorVersionUpgrade": true}) == 0
		denied(type, {"Engine": "mysql"}) == 0
		denied(type, {"Engine": "mysql", "AutoMinorVersionUpgrade": false}) == 1
	}
}

test_rds_custom_must_turn_it_off if {
	denied("AWS::RDS::DBInstance", {"Engine": "custom-oracle-ee", "AutoMinorVersionUpgrade": false}) == 0
}

test_a_database_without_an_engine_is_not_custom if {
	denied("AWS::RDS::DBInstance", {"AutoMinorVersionUpgrade": false}) == 1
}
