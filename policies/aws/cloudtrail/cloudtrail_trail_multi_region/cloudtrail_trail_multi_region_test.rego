package policy.cloudtrail_trail_multi_region_test

import data.policy.cloudtrail_trail_multi_region as policy

denied(properties) := {denial.path[0] | some denial in denials} if {
	denials := policy.deny with input as {"resources": {"AWS::CloudTrail::Trail": [{
		"type": "AWS::CloudTrail::Trail",
		"id": "t",
		"properties": properties,
	}]}}
}

good := {"IsMultiRegionTrail": true, "IsLogging": true}

test_both_on_is_enough if {
	denied(good) == set()
	denied(object.union(good, {"IncludeGlobalServiceEvents": true})) == set()
}

test_each_fault_is_named if {
	denied({"IsLogging": true}) == {"IsMultiRegionTrail"}
	denied({"IsMultiRegionTrail": true, "IsLogging": false}) == {"IsLogging"}
	denied(object.union(good, {"IncludeGlobalServiceEvents": false})) == {"IncludeGlobalServiceEvents"}
	denied({}) == {"IsMultiRegionTrail", "IsLogging"}
}
