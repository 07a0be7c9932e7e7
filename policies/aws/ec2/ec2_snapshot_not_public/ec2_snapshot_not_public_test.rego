package policy.ec2_snapshot_not_public_test

import data.policy.ec2_snapshot_not_public as policy

resource(type, region, properties) := {
	"type": type,
	"id": "s",
	"account": "111122223333",
	"region": region,
	"properties": properties,
}

denials(public, region, state) := result if {
	result := policy.deny with input as {"resources": {
		"Auditor::EC2::Snapshot": [resource("Auditor::EC2::Snapshot", "eu-west-1", {"Public": public})],
		"AWS::EC2::SnapshotBlockPublicAccess": [resource(
			"AWS::EC2::SnapshotBlockPublicAccess",
			region,
			{"State": state},
		)],
	}}
}

test_a_public_snapshot_is_denied if count(denials(true, "eu-west-1", "unblocked")) == 1

test_a_private_one_is_not if denials(false, "eu-west-1", "unblocked") == set()

test_only_the_block_of_all_sharing_excuses_it if {
	count(denials(true, "eu-west-1", "block-new-sharing")) == 1
	denials(true, "eu-west-1", "block-all-sharing") == set()
}

test_the_block_of_another_region_does_not if count(denials(true, "us-east-1", "block-all-sharing")) == 1
