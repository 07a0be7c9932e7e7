package policy.ec2_ebs_default_encryption_test

import data.policy.ec2_ebs_default_encryption as policy

denied(regions) := {denial.id | some denial in denials} if {
	denials := policy.deny with input as {"resources": {"Auditor::EC2::RegionDefaults": [defaults |
		some region, properties in regions
		defaults := {"type": "Auditor::EC2::RegionDefaults", "id": region, "properties": properties}
	]}}
}

test_each_region_is_judged_by_itself if {
	denied({"a": {"EbsEncryptionByDefault": true}, "b": {"EbsEncryptionByDefault": false}}) == {"b"}
	denied({"a": {}}) == {"a"}
}
